"""Commands that serve, ask and hand on: serve, query, load, publish."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

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

from partage.cli.base import FILES, cli, example, settings
from partage.errors import SettingsError
from partage.store.embedded.loading import LoadProgress
from partage.store.engine import Engine

if TYPE_CHECKING:
    from partage.sparql.federation.service_calls import Federation


@cli.command(
    epilog=example(
        "partage serve",
        "partage serve --port 9000",
        "partage serve --load mine.ttl more.nq.gz",
        "partage serve --store big-store",
        "partage serve --engine http://127.0.0.1:7878/query",
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
@click.option("--engine", metavar="URL", help="Serve what a remote SPARQL 1.1 service holds.")
@click.option("--check", is_flag=True, help="Check the settings and the port, and serve nothing.")
@FILES
def serve(  # noqa: PLR0913, PLR0917  # each is an option of the command
    host: str | None,
    port: int | None,
    loaded: bool,
    store: Path | None,
    engine: str | None,
    check: bool,
    files: tuple[Path, ...],
) -> None:
    """Serve the built release, RDF files, a store, or a remote engine: SPARQL and linked data."""
    if bool(files) != loaded or bool(loaded) + bool(store) + bool(engine) > 1:
        raise click.UsageError(
            "Give --load with at least one FILE, or --store DIR, or --engine URL, or none of them."
        )
    from partage.sparql.federation.service_calls import Federation
    from partage.store.factory import choose_source
    from partage.web import server

    chosen = settings().override(host=host, port=port, engine=engine)
    Federation.of(chosen)  # a fault in it shows here, before anything is opened
    if check:
        server.check_port(chosen)
        return
    source = choose_source(chosen, files, store)
    console = Console(stderr=True)
    what = "RDF files" if files else str(store or source.engine or chosen.release)
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
    help="json, xml, csv, tsv, arrow, parquet; turtle, jsonld, ntriples, rdfxml, "
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
    from partage.sparql.federation.service_calls import Federation
    from partage.sparql.protocol.evaluation import run_query
    from partage.store.factory import choose_source, open_isolated

    if (text is None) == (file is None):
        raise click.UsageError("Give the query as TEXT, as `-` (standard input), or with --file.")
    if file:
        text = _decoded(file.read_bytes(), str(file))
    elif text == "-":
        text = _decoded(sys.stdin.buffer.read(), "Standard input")
    assert text is not None
    federation = Federation.of(settings())
    with open_isolated(choose_source(settings(), files, store), settings()) as engine:
        if form is None and sys.stdout.isatty():
            _table(engine, text, federation)
            return
        for chunk in run_query(engine, text, form, federation):
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise click.UsageError(
            f"{name}, line {line}: the byte {data[error.start]:#04x} is not UTF-8. Save the query "
            "in UTF-8, or convert it: iconv -f latin1 -t utf-8."
        ) from error


def _table(engine: Engine, text: str, federation: "Federation") -> None:
    """Print solutions as a table with short names; other answers in their first format."""
    import json

    from rich.table import Table

    from partage.rdf.parsing import short_iri
    from partage.sparql.protocol.evaluation import run_query
    from partage.sparql.protocol.operation import kind

    if kind(text) == "graph":
        click.echo(b"".join(run_query(engine, text, federation=federation)), nl=False)
        return
    answer = json.loads(b"".join(run_query(engine, text, "json", federation)))
    if "boolean" in answer:
        click.echo("true" if answer["boolean"] else "false")
        return
    table = Table(*answer["head"]["vars"])
    for row in answer["results"]["bindings"]:
        cells = (row.get(name) for name in answer["head"]["vars"])
        table.add_row(
            *(
                "" if cell is None
                else short_iri(cell["value"]) if cell["type"] == "uri" else cell["value"]
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
    from partage.store.embedded import loading

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


@cli.command(
    epilog=example(
        "partage publish --to http://127.0.0.1:7878/query",
        "partage publish --to https://db.example/sparql --write-to https://db.example/sparql-auth "
        "--via update --user dba",
    )
)
@click.option("--to", required=True, metavar="URL", help="The engine's address for queries.")
@click.option("--write-to", metavar="URL", help="Its address for writes, where it is unusual.")
@click.option(
    "--via",
    type=click.Choice(["gsp", "update"]),
    default="gsp",
    help="Graph Store Protocol or SPARQL Update. [default: gsp]",
)
@click.option(
    "--default-graph",
    metavar="IRI",
    help="The graph that takes the default graph, where the engine has none of its own.",
)
@click.option("--user", help="User name; the password comes from PARTAGE_PUBLISH_PASSWORD.")
@click.option("--restart", is_flag=True, help="Write every graph, also those already there.")
def publish(  # noqa: PLR0913, PLR0917  # each is an option of the command
    to: str,
    write_to: str | None,
    via: Literal["gsp", "update"],
    default_graph: str | None,
    user: str | None,
    restart: bool,
) -> None:
    """Load the release into a remote engine, graph by graph, and verify that it arrived."""
    from partage.store.factory import DATASET
    from partage.store.remote import publishing
    from partage.store.remote.credentials import Credentials

    dataset = settings().release / DATASET
    if not dataset.is_file():
        raise SettingsError(f"There is no {dataset} yet. Run `partage build` first.")
    password = os.environ.get("PARTAGE_PUBLISH_PASSWORD")
    if user and password is None:
        raise click.UsageError("Put the password into the environment: PARTAGE_PUBLISH_PASSWORD.")
    known = Credentials(user, password) if user and password is not None else None
    target = publishing.Target(to, via, write_to, default_graph, known)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("triples, {task.fields[graphs]} graphs"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks = {
            phase: bar.add_task(phase, total=None, graphs=0) for phase in ("writing", "verifying")
        }

        def report(step: publishing.PublishingStep) -> None:
            bar.update(
                tasks[step.phase],
                completed=step.triples,
                total=step.of_triples,
                graphs=f"{step.graphs} of {step.of_graphs}",
            )

        done = publishing.publish(dataset, target, report, restart=restart)
    click.echo(
        f"{done.triples:,} triples in {done.graphs:,} graphs are there and verified; "
        f"{done.passed_over:,} graphs were there already."
    )
    if done.rewritten:
        click.echo(
            f"The engine writes literals of {len(done.rewritten):,} graphs otherwise than they "
            f"were sent, for example {done.example}. Nothing else differs. Compare them by value; "
            "two forms of one value are one literal there (docs/reference/endpoint.md#literals)."
        )
