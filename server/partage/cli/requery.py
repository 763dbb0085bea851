"""
The command that asks cited queries again, as after a change of engine
(RDA Data Citation R13-R14, https://doi.org/10.15497/RDA00016).
"""

from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

import click

from partage import assets
from partage.cli.base import FINDING, cli, example, settings
from partage.errors import PartageError, SettingsError, UnknownCitation
from partage.sparql.cited.query_store import CitedResult, QueryStore
from partage.sparql.cited.result_digest import ResultDigest
from partage.store.engine import Engine
from partage.store.workers.pool import PoolLimits


@cli.command(
    epilog=example(
        "partage requery",
        "partage requery --store backup/queries.jsonl",
        "partage requery https://w3id.org/partage/query/HASH",
    )
)
@click.argument("results", metavar="[RESULT]...", nargs=-1)
@click.option(
    "--store",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The query store. [default: out/queries.jsonl]",
)
def requery(results: tuple[str, ...], store: Path | None) -> None:
    """Ask cited queries again (or, with none given, all) and compare the digests."""
    known = settings()
    path = store or known.query_store
    if not path.is_file():
        raise SettingsError(
            f"There is no query store {path}. Give it with --store or PARTAGE_QUERY_STORE; a "
            "server makes it when the first result is cited."
        )
    cited = QueryStore(path, known.query_store_bytes)
    chosen = [_find(cited, result) for result in results] or list(cited)
    limits = PoolLimits(workers=1, seconds=known.query_seconds, memory=known.worker_memory, queue=1)
    different = 0
    for result, difference in _again(chosen, known.archive, limits):
        different += difference is not None
        name = f"{result.asked.id}  {result.asked.release}"
        click.echo(f"  differs  {name}  {difference}" if difference else f"  same     {name}")
    click.echo(f"{len(chosen) - different} of {len(chosen)} cited results are answered as cited.")
    if cited.damaged:
        lines = "1 line" if cited.damaged == 1 else f"{cited.damaged} lines"
        click.echo(f"{lines} of {path} cannot be read: passed over.", err=True)
    raise click.exceptions.Exit(FINDING if different else 0)


def _find(store: QueryStore, result: str) -> CitedResult:
    """Return a cited result by its address or by the hash in it."""
    found = store.find(result.rstrip("/").rpartition("/")[2])
    if found is None:
        raise UnknownCitation(f"No result is cited as {result[:200]} in this query store.")
    return found


def _again(
    results: list[CitedResult], archive: Path, limits: PoolLimits
) -> Iterator[tuple[CitedResult, str | None]]:
    """Yield each result with what differs, None where nothing does; release by release."""
    from partage.releases.catalog import Catalog
    from partage.store.release_stores.release_stores import ReleaseStores
    from partage.store.workers.pool import PoolEngine

    release_stores = ReleaseStores(Catalog.read(assets.assets_root()), archive)
    for version, group in groupby(sorted(results, key=_release), key=_release):
        try:
            engine = PoolEngine(release_stores.directory(version), limits)
        except PartageError as error:
            yield from ((result, str(error)) for result in group)
            continue
        with closing(engine):
            yield from ((result, _difference(engine, result)) for result in group)


def _release(result: CitedResult) -> str:
    return result.asked.release


def _difference(engine: Engine, result: CitedResult) -> str | None:
    from partage.sparql.cited.cited_query import verify

    try:
        made = verify(engine, result, result.asked.release)
    except PartageError as error:
        return str(error)
    return (
        None
        if made.matches
        else f"cited {_difference_text(result)}, found {_difference_text(made.found)}"
    )


def _difference_text(answer: CitedResult | ResultDigest) -> str:
    rows = "" if answer.rows is None else f"{answer.rows:,} rows, "
    return f"{rows}{answer.sha256}"
