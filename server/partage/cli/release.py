"""Commands about releases: freeze one, write its files, tell what changed between two."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from pyoxigraph import Quad
from rich.console import Console

from partage import assets
from partage.cli.base import cli, example, settings
from partage.cli.build import steps
from partage.errors import SettingsError, UnknownRelease, UnknownResource

CURRENT = "current"


@cli.command(
    epilog=example("partage release 2026.11.0", "partage release 2026.11.0 --dumps /tmp/dumps")
)
@click.argument("version", required=False)
@click.option(
    "--dumps",
    type=click.Path(file_okay=False, path_type=Path),
    help="Freeze nothing: write the files of a release that was frozen into this directory.",
)
def release(version: str | None, dumps: Path | None) -> None:
    """Freeze the built release as VERSION, for ever; or write a frozen one's files."""
    from partage.pipeline.writing import freezing

    console = Console(stderr=True)
    if dumps is not None:
        _write_files(version, dumps, console)
        return
    with steps(console) as progress:
        now = datetime.now(tz=UTC)
        record = freezing.freeze(assets.assets_root(), settings().release, version, now, progress)
    console.print(
        f"Released {record.version}: {record.quads:,} quads, RDFC-1.0 sha256 {record.rdfc10}\n"
        f"Commit it: git add data && git commit -m 'data: release {record.version}' "
        f"&& git tag data-{record.version}",
        soft_wrap=True,
    )


def _write_files(version: str | None, directory: Path, console: Console) -> None:
    from partage.releases.catalog import Catalog
    from partage.resources.downloads import files as dumps

    catalog = Catalog.read(assets.assets_root())
    if catalog.newest is None:
        raise UnknownRelease("Nothing was released yet. Freeze it first: `partage release`.")
    with console.status("Reading the archive …") as status:

        def progress(name: str, done: int, total: int) -> None:
            status.update(f"{name} ({done + 1} of {total}) …")

        written = dumps.export(catalog, version or catalog.newest.version, directory, progress)
    for path in written:
        click.echo(path)


@cli.command(
    epilog=example(
        "partage diff 2026.11.0 current",
        "partage diff 2026.11.0 2026.12.0 --format markdown",
        "partage diff 2026.11.0 current --iri org:netflix",
    )
)
@click.argument("before")
@click.argument("after")
@click.option(
    "--iri",
    help="Only this thing (an IRI, a CURIE or a path), with every statement that changed.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="For people, for programs, or for a changelog.",
    show_default=True,
)
@click.option("--statements", is_flag=True, help="List every statement that changed.")
def diff(before: str, after: str, iri: str | None, form: str, statements: bool) -> None:
    """Tell what changed between two releases; `current` is what was built last."""
    from partage.citation.record_kinds import named
    from partage.releases import diff as differences
    from partage.releases import notes

    iri = named(iri) if iri else None
    with Console(stderr=True).status("Reading the releases …") as status:
        old, new = _quads(before), _quads(after)
        status.update("Comparing …")
        found = differences.diff(old, new)
        if iri is not None:
            change = found.about(iri)
            if change is None and not any(_speaks_of(quad, iri) for quad in (*old, *new)):
                raise UnknownResource(iri)
            found = replace(found, changes=(change,) if change else ())
        else:
            status.update("Asking the example queries …")
            found = replace(found, examples=differences.changed_examples(old, new))
    listed = statements or iri is not None
    if form == "json":
        click.echo(notes.as_json(found), nl=False)
    else:
        write = notes.as_markdown if form == "markdown" else notes.as_text
        click.echo(write(found, listed=listed), nl=False)


def _quads(version: str) -> list[Quad]:
    from partage.rdf.parsing import read_rdf
    from partage.releases import archive
    from partage.releases.catalog import Catalog
    from partage.store.factory import DATASET

    if version != CURRENT:
        return archive.restored_quads(Catalog.read(assets.assets_root()), version)
    dataset = settings().release / DATASET
    if not dataset.is_file():
        raise SettingsError(f"There is no {dataset} yet. Run `partage build` first.")
    return read_rdf(dataset)


def _speaks_of(quad: Quad, iri: str) -> bool:
    return iri in (getattr(quad.subject, "value", ""), getattr(quad.object, "value", ""))
