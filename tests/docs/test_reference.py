"""Every command, setting and error class is documented."""

import dataclasses

import click
import pytest

from partage import assets, errors
from partage.cli import cli
from partage.settings import PREFIX, Settings

REFERENCE = assets.assets_root() / "docs/reference"


def commands(group: click.Group, path: str) -> list[str]:
    found = []
    for name, command in group.commands.items():
        found.append(f"{path} {name}")
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
    return found


@pytest.mark.meets("D8")
@pytest.mark.parametrize("command", commands(cli, "partage"))
def test_every_command_has_its_row(command: str) -> None:
    assert f"\n| `{command}` |" in (REFERENCE / "commands.md").read_text(encoding="utf-8")


@pytest.mark.meets("D8")
def test_the_table_of_settings_is_that_of_the_code() -> None:
    rows = [
        f"| `{PREFIX}{field.name.upper()}` | `{field.default}` | {field.metadata['help']} |"
        for field in dataclasses.fields(Settings)
    ]
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("| `")] == rows


def test_every_error_class_stands_in_the_tree_of_its_module() -> None:
    drawn = str(errors.__doc__)
    ours = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    ]
    assert [name for name in ours if name not in drawn] == []
