"""
The command `partage`: options → call → print → exit status.

Exit status: 0 fine; 1 our finding (does not conform, not verified); 2 usage; 3 fault.
"""

import datetime
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TransferSpeedColumn,
)

from partage import __version__, assets
from partage.errors import BuildError, PartageError, RequestError, SettingsError
from partage.settings import Settings
from partage.store.engine import Engine
from partage.store.loading import LoadProgress

FINDING, USAGE, FAULT = 1, 2, 3
STATUS: tuple[tuple[type[PartageError], int], ...] = (
    (BuildError, FINDING),
    (RequestError, USAGE),
    (SettingsError, USAGE),
    (PartageError, FAULT),
)
FILES = click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


def example(*lines: str) -> str:
    """Return an epilog that click prints as it stands."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


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
        click.echo(f"partage: {error}", err=True)
        sys.exit(next(status for kind, status in STATUS if isinstance(error, kind)))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left
        sys.exit(0)


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


@cli.command(epilog=example("partage build", "partage build --out /tmp/graph --force"))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the release goes. [default: out/release]",
)
@click.option("--force", is_flag=True, help="Build even when nothing has changed.")
def build(out: Path | None, force: bool) -> None:
    """Build the release: check, reason, materialize, answer the competency questions."""
    from partage.pipeline import run

    console = Console(stderr=True)
    with _steps(console) as progress:
        manifest = run.build(assets.root(), out or settings().release, progress, force=force)
    console.print(manifest.summary())


@contextmanager
def _steps(console: Console) -> Iterator[Callable[[str, int, int, float | None], None]]:
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def report(step: str, done: int, total: int, seconds: float | None) -> None:
            """Show a step that starts (`seconds` is None) or that has ended."""
            bar.update(task, description=step, completed=done, total=total)
            if seconds is not None:
                bar.console.print(f"  {step:<34} {seconds:6.1f} s", highlight=False)

        yield report


@cli.command(
    epilog=example(
        "partage validate", "partage validate data/claims/seed.trig", "partage validate --lang fr"
    )
)
@FILES
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "turtle"]),
    default="text",
    help="For people, or the SHACL validation report.",
    show_default=True,
)
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of messages.")
def validate(files: tuple[Path, ...], form: str, lang: str) -> None:
    """Check RDF files (or, with none given, all of ours) against the shapes and rules."""
    from partage.pipeline import validate as checks

    report = checks.validate(assets.root(), files)
    language: Literal["en", "fr"] = "fr" if lang == "fr" else "en"
    turtle = form == "turtle"
    click.echo(
        checks.report_turtle(report) if turtle else checks.report_text(report, lang=language)
    )
    raise click.exceptions.Exit(0 if report.conforms else FINDING)


@cli.command(epilog=example("partage verify --source s0001 article.txt"))
@click.option("--source", required=True, help="The source whose passages to check, as s0001.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(source: str, file: Path) -> None:
    """Check every cited passage of a source against FILE, your own copy of its text."""
    from partage.pipeline import verify as check
    from partage.rdf.reading import read

    data = assets.root() / "data"
    quads = [
        quad
        for path in (data / "sources.ttl", *sorted((data / "passages").glob("*.ttl")))
        for quad in read(path)
    ]
    try:
        result = check.verify(quads, check.source_iri(source), file.read_bytes())
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file} is not UTF-8 text ({error}). Save it as UTF-8.") from error
    click.echo(
        f"{file} is byte for byte the captured text."
        if result.capture
        else f"{file} is another copy than the captured one; passages are found by their words."
    )
    for finding in result.findings:
        at = ", ".join(f"{start}-{end}" for start, end in finding.places) or "not found"
        name = finding.passage.iri.rpartition("/")[2]
        click.echo(f"  {finding.outcome:<8} {name}  characters {at}")
    missing = sum(finding.outcome == "missing" for finding in result.findings)
    click.echo(f"{len(result.findings) - missing} of {len(result.findings)} passages verified.")
    raise click.exceptions.Exit(0 if result.verified else FINDING)


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
    rows = identifiers.read_registry(path)
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    minted = identifiers.allocate(rows, kind, today, count=count, slugs=names)
    path.write_text(identifiers.format_registry([*rows, *minted]), encoding="utf-8")
    for row in minted:
        click.echo(row.iri)


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
    rows = identifiers.read_registry(path)
    digests = committed.version_digests(committed.files(assets.root()), rows)
    frozen = identifiers.freeze(rows, digests)
    path.write_text(identifiers.format_registry(frozen), encoding="utf-8")
    click.echo(f"{sum(a != b for a, b in zip(rows, frozen, strict=True))} versions frozen.")


@cli.command(
    epilog=example(
        "partage serve",
        "partage serve --port 9000",
        "partage serve --load mine.ttl more.nq.gz",
        "partage serve --store big-store",
    )
)
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on. [default: 8000]")
@click.option("--load", "loaded", is_flag=True, help="Serve the RDF FILES instead of the release.")
@click.option(
    "--store",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Serve a store made by `partage load`.",
)
@FILES
def serve(
    host: str | None, port: int | None, loaded: bool, store: Path | None, files: tuple[Path, ...]
) -> None:
    """Serve the built release, RDF files, or a store, as SPARQL endpoint and linked data."""
    if bool(files) != loaded or (store and loaded):
        raise click.UsageError("Give --load with at least one FILE, or --store DIR, or neither.")
    from partage.store.opening import choose_source
    from partage.web import server

    chosen = settings().override(host=host, port=port)
    source = choose_source(chosen, files, store)
    console = Console(stderr=True)
    what = "RDF files" if files else str(store or chosen.release)
    with console.status(f"Opening {what} …") as status:

        def announce(address: str) -> None:
            status.stop()
            line = f"Serving {what} at {address} — SPARQL at {address}sparql. Ctrl-C stops."
            console.print(line, soft_wrap=True)

        def report(progress: LoadProgress) -> None:
            share = progress.read / max(progress.size, 1)
            status.update(f"Loading {progress.file.name}: {share:.0%} of {progress.size:,} bytes")

        server.serve(chosen, source, announce, report)


STORE = click.option(
    "--store",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A store made by `partage load`, instead of the release.",
)


@cli.command(
    epilog=example(
        "partage query 'SELECT * { ?s ?p ?o } LIMIT 3'",
        "partage query --file question.rq --format csv",
        "cat question.rq | partage query -",
        "partage query --load mine.ttl 'ASK { ?s ?p ?o }'",
    )
)
@click.argument("text", required=False)
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the query from a file.",
)
@click.option(
    "--format",
    "form",
    help="json, xml, csv, tsv; turtle, jsonld, ntriples, rdfxml, "
    "trig, nquads. [default: a table for people]",
)
@click.option(
    "--load",
    "files",
    multiple=True,
    help="Ask this RDF file instead of the release.",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@STORE
def query(
    text: str | None,
    file: Path | None,
    form: str | None,
    files: tuple[Path, ...],
    store: Path | None,
) -> None:
    """Ask a SPARQL query: TEXT, `-` for standard input, or --file."""
    from partage.sparql.running import run_query
    from partage.store.opening import choose_source, open_engine

    if (text is None) == (file is None):
        raise click.UsageError("Give the query as TEXT, as `-` (standard input), or with --file.")
    if file:
        text = file.read_text(encoding="utf-8")
    elif text == "-":
        text = sys.stdin.read()
    assert text is not None
    engine = open_engine(choose_source(settings(), files, store))
    try:
        if form is None and sys.stdout.isatty():
            _table(engine, text)
            return
        for chunk in run_query(engine, text, form):
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    finally:
        engine.close()


def _table(engine: Engine, text: str) -> None:
    """Print solutions as a table with short names; other answers in their first format."""
    import json

    from rich.table import Table

    from partage.rdf.reading import short
    from partage.sparql.protocol import kind
    from partage.sparql.running import run_query

    if kind(text) == "graph":
        click.echo(b"".join(run_query(engine, text)), nl=False)
        return
    answer = json.loads(b"".join(run_query(engine, text, "json")))
    if "boolean" in answer:
        click.echo("true" if answer["boolean"] else "false")
        return
    table = Table(*answer["head"]["vars"])
    for row in answer["results"]["bindings"]:
        cells = (row.get(name) for name in answer["head"]["vars"])
        table.add_row(
            *(
                "" if cell is None
                else short(cell["value"]) if cell["type"] == "uri" else cell["value"]
                for cell in cells
            )
        )  # fmt: skip
    Console().print(table)
    click.echo(f"{table.row_count} solutions")


@cli.command(epilog=example("partage load dump.nq.gz more.ttl --store big-store"))
@click.option(
    "--store",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The directory of the store; made if it is not there.",
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def load(store: Path, files: tuple[Path, ...]) -> None:
    """Load RDF FILES into a store on disk, for `partage serve --store`."""
    from partage.store import loading

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
    ) as bar:
        tasks = {file: bar.add_task(file.name, total=file.stat().st_size) for file in files}

        def report(progress: loading.LoadProgress) -> None:
            bar.update(tasks[progress.file], completed=progress.read)

        loaded = loading.load(files, store, report)
    click.echo(f"{len(loaded):,} quads in {store}. Serve them: partage serve --store {store}")
