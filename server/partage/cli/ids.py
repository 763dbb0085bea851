"""Commands that mint identifiers and guard those that were minted."""

import datetime
from pathlib import Path

import click

from partage import assets, disk
from partage.cli.base import FINDING, cli, example


@cli.group(epilog=example("partage ids allocate claim", "partage ids check"))
def ids() -> None:
    """Mint identifiers and guard those that were minted."""


def _registry() -> Path:
    from partage.pipeline import identifiers

    return assets.root() / identifiers.PATH


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
    from partage.pipeline import identifiers

    path = _registry()
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    with disk.locked(path.parent, _wait):
        rows = identifiers.read_registry(path)
        minted = identifiers.allocate(rows, kind, today, count=count, slugs=names)
        identifiers.write_registry(path, [*rows, *minted])
    for row in minted:
        click.echo(row.iri)


def _wait() -> None:
    click.echo("Another command is writing the registry: waiting for it …", err=True)


@ids.command(epilog=example("partage ids check", "partage ids check --write"))
@click.option("--write", is_flag=True, help="Rewrite files that are not in the committed form.")
def check(write: bool) -> None:
    """Check the registry against the data, and the committed form of every data file."""
    from partage.pipeline import committed

    findings = committed.check(assets.root(), write=write)
    for finding in findings:
        click.echo(finding)
    click.echo(f"{len(findings)} findings." if findings else "Identifiers and files are in order.")
    raise click.exceptions.Exit(FINDING if findings else 0)


@ids.command(epilog=example("partage ids freeze"))
def freeze() -> None:
    """Record the digest of every claim version that has none yet; it can never change after."""
    from partage.pipeline import committed, identifiers

    path = _registry()
    with disk.locked(path.parent, _wait):
        rows = identifiers.read_registry(path)
        digests = committed.version_digests(committed.files(assets.root()), rows)
        frozen = identifiers.freeze(rows, digests)
        identifiers.write_registry(path, frozen)
    click.echo(f"{sum(a != b for a, b in zip(rows, frozen, strict=True))} versions frozen.")
