"""Commands that make and check: build, validate."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from partage import assets
from partage.cli.base import FILES, FINDING, cli, example, settings

if TYPE_CHECKING:
    from partage.pipeline.checks.validate import Judge


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
    from partage.store.factory import choose_source, prepared_source

    console, chosen = Console(stderr=True), settings()
    with steps(console) as progress:
        manifest = run.build(assets.assets_root(), out or chosen.release, progress, force=force)
    if out is None:  # so that a server has nothing to load
        with (
            console.status("Making its store …"),
            prepared_source(choose_source(chosen), chosen.archive),
        ):
            pass
    console.print(manifest.summary())


@contextmanager
def steps(console: Console) -> Iterator[Callable[[str, int, int, float | None], None]]:
    """Show the steps of a build as they go."""
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
        "partage validate",
        "partage validate data/claims/seed.trig",
        "partage validate --lang fr",
        "partage validate --with pyshacl",
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
@click.option(
    "--with",
    "judge",
    type=click.Choice(["queries", "pyshacl"]),
    default="queries",
    help="Ask the shapes as queries, or pySHACL.",
    show_default=True,
)
def validate(files: tuple[Path, ...], form: str, lang: str, judge: str) -> None:
    """Check RDF files (or, with none given, all of ours) against the shapes and rules."""
    from partage.pipeline.checks import validate as checks

    report = checks.validate(assets.assets_root(), files, _judge(judge))
    language: Literal["en", "fr"] = "fr" if lang == "fr" else "en"
    turtle = form == "turtle"
    click.echo(
        checks.report_turtle(report) if turtle else checks.report_text(report, lang=language)
    )
    raise click.exceptions.Exit(0 if report.conforms else FINDING)


def _judge(name: str) -> "Judge | None":
    if name != "pyshacl":
        return None
    from partage.pipeline.checks.pyshacl_validation import by_pyshacl

    return by_pyshacl
