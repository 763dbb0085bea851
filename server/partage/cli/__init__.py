"""
The command `partage`: options → call → print → exit status.

Exit status: 0 fine; 1 our finding (does not conform, not verified); 2 usage; 3 fault.
"""

import os
import sys
from typing import NoReturn

import click

from partage.cli import build, cite, ids, release, requery, serve, verify
from partage.cli.base import FINDING, cli
from partage.errors import BuildError, PartageError, RequestError, SettingsError
from partage.extras import missing_extra

__all__ = [
    "build",
    "cite",
    "cli",
    "ids",
    "main",
    "release",
    "requery",
    "serve",
    "verify",
]

USAGE, FAULT = 2, 3
STATUS: tuple[tuple[type[PartageError], int], ...] = (
    (BuildError, FINDING),
    (RequestError, USAGE),
    (SettingsError, USAGE),
    (PartageError, FAULT),
)


def main() -> NoReturn:
    """Run the command line; errors of ours are sentences, never traces."""
    try:
        sys.exit(cli(standalone_mode=False) or 0)  # click hands back the status of ctx.exit
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except PartageError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        lacking = missing_extra(error)
        if lacking is None:
            raise
        _fail(lacking)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left
        sys.exit(0)


def _fail(error: PartageError) -> NoReturn:
    click.echo(f"partage: {error}", err=True)
    sys.exit(next(status for kind, status in STATUS if isinstance(error, kind)))
