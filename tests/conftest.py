"""What all tests share: each tells the report which requirements it holds us to."""

import hypothesis
import pytest

# How fast this machine is today says nothing about what is tested; the same commit gets the same
# examples. `pytest --hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("partage", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=3000)
hypothesis.settings.load_profile("partage")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the marks `meets` where the JUnit report takes them from."""
    for item in items:
        for mark in item.iter_markers("meets"):
            item.user_properties += [("meets", identifier) for identifier in mark.args]
