"""What all commands share: the group, the settings, and how a command shows an example."""

import os
from pathlib import Path

import click

from partage import __version__
from partage.settings import Settings

FINDING = 1
FILES = click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


def example(*lines: str) -> str:
    """Return an epilog that click prints as it stands."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example(
        "partage build", "partage serve", "partage query 'SELECT * { ?s ?p ?o } LIMIT 3'"
    ),
)
@click.version_option(__version__)
def cli() -> None:
    """Build, check, serve and query the knowledge graph of data-sharing agreements."""


def settings() -> Settings:
    """Return the settings of the environment."""
    return Settings.from_environment(os.environ)
