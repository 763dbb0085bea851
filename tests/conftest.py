"""What all tests share: each tells the report which requirements it holds us to."""

import gc

import hypothesis
import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from partage.sparql.planner import planner

# How fast this machine is today says nothing about what is tested; the same commit gets the same
# examples. `pytest --hypothesis-profile=explore` looks for new ones.
hypothesis.settings.register_profile("partage", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=3000)
hypothesis.settings.load_profile("partage")

# One process holds the graphs of thousands of tests: to look for cycles among them as often as
# Python does took an eighth of the processor's time.
gc.set_threshold(100_000, 50, 100)


class Compiled(BytecodeCache):
    """The templates of the pages, compiled once for all applications that tests make."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._known.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": Compiled()}


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everything written anew by the planner that may be, however little it saves."""
    monkeypatch.setattr(planner, "CHEAP", -1.0)
    monkeypatch.setattr(planner, "GAIN", 0.0)
    monkeypatch.setattr(planner, "MANY", 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the marks `meets` where the JUnit report takes them from."""
    for item in items:
        for mark in item.iter_markers("meets"):
            item.user_properties += [("meets", identifier) for identifier in mark.args]
