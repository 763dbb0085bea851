"""Commands for whoever cites us: verify a file, export nanopublications."""

import sys
from pathlib import Path

import click

from partage import assets
from partage.cli.base import FINDING, cli, example, settings


@cli.command(
    epilog=example(
        "partage verify c0026.trig 3d5c…",
        "partage verify manifest.json",
        "partage verify result.srj 9f86…",
        "echo '<…> <…> <…> .' | partage verify - https://w3id.org/partage/statement/ab12…",
        "partage verify --source s0001 article.txt",
    )
)
@click.option("--source", help="Check FILE against the cited passages of this source (s0001).")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.argument("digest", required=False)
def verify(source: str | None, file: Path, digest: str | None) -> None:
    """Recompute the digests of FILE, with no server, and look for DIGEST among them."""
    if source is not None:
        if digest is not None:
            raise click.UsageError("--source needs no DIGEST: the passages have their own.")
        _passages(source, file)
    from partage.errors import IntegrityError, RdfSyntaxError
    from partage.pipeline.checks.digests import recompute, wanted

    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        findings = recompute(file, data)
    except (RdfSyntaxError, IntegrityError) as error:
        raise click.UsageError(str(error)) from error
    sought = wanted(digest) if digest is not None else None
    if digest is not None and sought is None:
        raise click.UsageError(f"{digest!r} is no digest: 64 hexadecimal digits, or a code RA….")
    matching = [finding for finding in findings if sought in finding.values]
    shown = matching or [finding for finding in findings if not finding.detail]
    for finding in shown:
        mark = {True: "  = ", False: "  ≠ ", None: "    "}[finding.holds]
        if sought is not None:
            mark = "  = " if matching else "    "
        click.echo(f"{mark}{finding.method} of {finding.what}: {finding.value}")
    if sought is not None:
        if not matching:
            click.echo(f"Nothing in {file} has the digest {sought}.")
        raise click.exceptions.Exit(0 if matching else FINDING)
    raise click.exceptions.Exit(FINDING if any(f.holds is False for f in findings) else 0)


def _passages(source: str, file: Path) -> None:
    """Check every cited passage of a source against somebody's own copy of its text."""
    from partage.pipeline.checks import passages as check
    from partage.rdf.parsing import read_rdf

    data = assets.assets_root() / "data"
    quads = [
        quad
        for path in (data / "sources.ttl", *sorted((data / "passages").glob("*.ttl")))
        for quad in read_rdf(path)
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


@cli.command(
    epilog=example("partage nanopub c:c0026/v1", "partage nanopub --all --out nanopublications")
)
@click.argument("version", required=False)
@click.option("--all", "every", is_flag=True, help="Export every claim version.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Directory to fill.")
def nanopub(version: str | None, every: bool, out: Path | None) -> None:
    """Write the nanopublication of a claim VERSION, with its trusty URI, as TriG."""
    from partage.citation.record_kinds import named
    from partage.rdf.formats import by_key
    from partage.resources.description.nanopublications import of_version, versions
    from partage.store.embedded.quads_writing import write_quads
    from partage.store.factory import choose_source, open_engine

    if every is (version is not None):
        raise click.UsageError("Name one claim version, as c:c0026/v1, or say --all.")
    if every and out is None:
        raise click.UsageError("--all needs --out, the directory to write to.")
    trig = by_key("trig")
    assert trig is not None
    engine = open_engine(choose_source(settings()))
    try:
        chosen = versions(engine) if version is None else [named(version)]
        for name in chosen:
            made = of_version(engine, name)
            text = write_quads(made.quads, trig)
            if out is None:
                click.echo(text, nl=False)
                continue
            out.mkdir(parents=True, exist_ok=True)
            claim = name.rpartition("/")[0].rpartition("/")[2]
            (out / f"{claim}.{made.iri.rpartition('/')[2]}.trig").write_bytes(text)
    finally:
        engine.close()
    if out is not None:
        click.echo(f"{len(chosen)} nanopublications are in {out}.")
