"""Commands that mint identifiers and guard those that were minted."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from partage import assets
from partage.atomic_files import locked, replace_file
from partage.cli.base import FINDING, cli, example
from partage.errors import IntegrityError


@cli.group(epilog=example("partage ids allocate claim", "partage ids check"))
def ids() -> None:
    """Mint identifiers and guard those that were minted."""


def _registry() -> Path:
    from partage.pipeline.checks import registry

    return assets.assets_root() / registry.PATH


@contextmanager
def _rewriting(path: Path) -> Iterator[None]:
    """Let nobody else read or write the registry meanwhile, and tell what keeps it as it is."""
    try:
        with locked(path.parent):
            yield
    except OSError as error:
        raise IntegrityError(
            f"{path} could not be written ({error.strerror or error}), so it is as it was. Mend "
            "that and try again."
        ) from error


@ids.command(
    epilog=example(
        "partage ids allocate claim --count 3",
        "partage ids allocate org example-corp",
        "partage ids allocate concept data-category/voice-recordings",
        "partage ids allocate version c0024",
    )
)
@click.argument("kind")
@click.argument("names", nargs=-1)
@click.option("--count", default=1, show_default=True, help="How many serials to mint.")
def allocate(kind: str, names: tuple[str, ...], count: int) -> None:
    """Mint identifiers of KIND and append them to the registry."""
    from partage.pipeline.checks import registry

    path = _registry()
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    with _rewriting(path):
        rows = registry.read_registry(path)
        minted = registry.allocate(rows, kind, today, count=count, slugs=names)
        replace_file(path, registry.format_registry([*rows, *minted]))
    for row in minted:
        click.echo(row.iri)


@ids.command(epilog=example("partage ids check", "partage ids check --write"))
@click.option("--write", is_flag=True, help="Rewrite files that are not in the committed form.")
def check(write: bool) -> None:
    """Check the registry against the data, and the committed form of every data file."""
    from partage.pipeline.checks import committed

    findings = committed.check(assets.assets_root(), write=write)
    for finding in findings:
        click.echo(finding)
    click.echo(f"{len(findings)} findings." if findings else "Identifiers and files are in order.")
    raise click.exceptions.Exit(FINDING if findings else 0)


@ids.command(epilog=example("partage ids freeze"))
def freeze() -> None:
    """Record the digest of every claim version that has none yet; it can never change after."""
    from partage.pipeline.checks import committed, registry

    path = _registry()
    with _rewriting(path):
        rows = registry.read_registry(path)
        digests = committed.version_digests(committed.files(assets.assets_root()), rows)
        frozen = registry.freeze(rows, digests)
        replace_file(path, registry.format_registry(frozen))
    click.echo(f"{sum(a != b for a, b in zip(rows, frozen, strict=True))} versions frozen.")
