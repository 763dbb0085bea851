"""Every requirement of the documents that we follow has a test that holds us to it."""

import ast
from functools import cache
from pathlib import Path

from conformance.requirements import REQUIREMENTS

TESTS = Path(__file__).parents[1]


@cache
def marks() -> list[tuple[str, str]]:
    """Return each mark `meets` with where it stands."""
    found = []
    for file in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="meets"), args=arguments):
                    for argument in arguments:
                        assert isinstance(argument, ast.Constant)
                        found.append((str(argument.value), f"{file.name}:{node.lineno}"))
    return found


def test_each_mark_names_a_requirement() -> None:
    unknown = {mark: place for mark, place in marks() if mark not in REQUIREMENTS}
    assert not unknown


def test_each_requirement_has_a_test() -> None:
    missing = REQUIREMENTS.keys() - {mark for mark, _ in marks()}
    assert not missing, {each: REQUIREMENTS[each] for each in sorted(missing)}
