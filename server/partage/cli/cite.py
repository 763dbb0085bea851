"""The command that cites: anything of ours, in any format, style and language."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from partage import assets
from partage.cli.base import cli, example, settings
from partage.errors import UnknownCitation
from partage.releases.record import ReleaseRecord
from partage.store.engine import Engine

if TYPE_CHECKING:
    from partage.citation.model import Citation
    from partage.releases.catalog import Catalog


@cli.command(
    epilog=example(
        "partage cite c:c0026",
        "partage cite org:facebook --format ris",
        "partage cite /doc/claim/c0026/v1 --format text --style mla --lang fr",
        "partage cite https://w3id.org/partage/ --release 2026.11.0 --format cff",
        "partage cite https://w3id.org/partage/query/HASH --title 'Who gave what'",
    )
)
@click.argument("thing")
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    help="text, bibtex, biblatex, ris, csl, cff or datacite.",
)
@click.option("--style", default="apa", show_default=True, help="Of text: any CSL style's name.")
@click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language.")
@click.option("--release", "version", metavar="VERSION", help="Cite from this release.")
@click.option("--title", help="Of a query's result: the title to cite it by.")
def cite(  # noqa: PLR0913, PLR0917  # each is an option of the command
    thing: str, form: str, style: str, lang: str, version: str | None, title: str | None
) -> None:
    """Print the citation of THING: an IRI, a CURIE or a path."""
    from partage.citation.citable import cite as citation_of
    from partage.citation.citation_formats import CITATION_FORMATS, citation_format, printable, text
    from partage.citation.record_kinds import named, unversioned
    from partage.citation.statement_citation import cite_statement
    from partage.errors import UnknownResource
    from partage.rdf.canonical import STATEMENTS
    from partage.releases.catalog import Catalog
    from partage.resources.pages.statement_details import makers
    from partage.sparql.cited.cited_query import CITED
    from partage.store.embedded.oxigraph import EmbeddedEngine
    from partage.store.factory import choose_source, open_engine
    from partage.store.release_stores.release_stores import ReleaseStores
    from partage.store.statement_index import index_statements

    fmt = citation_format(form)
    if fmt is None:
        known = ", ".join(known.key for known in CITATION_FORMATS)
        raise click.BadParameter(f"{form!r} is no format. Use one of {known}.", param_hint="format")
    iri, inside = unversioned(named(thing))
    catalog = Catalog.read(assets.assets_root())
    if iri.startswith(CITED):
        made = printable(_of_result(iri.removeprefix(CITED), title, catalog))
        click.echo(
            text(made, lang, style) if fmt.key == "text" else fmt.render(made, lang), nl=False
        )
        return
    if title is not None:
        raise click.BadParameter("only a query's result is titled.", param_hint="title")
    record: ReleaseRecord | None
    if wanted := version or inside:
        record = catalog.find(wanted)
        engine: Engine = EmbeddedEngine(ReleaseStores(catalog, settings().archive).open(wanted))
    else:
        source = choose_source(settings())
        record = catalog.known_as(_digest(source.release))
        engine = open_engine(source)
    try:
        if iri.startswith(STATEMENTS):
            triple = index_statements(engine).find(iri.removeprefix(STATEMENTS))
            if triple is None:
                raise UnknownResource(iri)
            made = printable(cite_statement(engine, triple, makers(engine, triple), record))
        else:
            made = printable(citation_of(engine, iri, record))
    finally:
        engine.close()
    written = text(made, lang, style) if fmt.key == "text" else fmt.render(made, lang)
    click.echo(written, nl=False)


def _of_result(identifier: str, title: str | None, catalog: "Catalog") -> "Citation":
    """Return the citation of a result out of the query store, by its own title or another."""
    from partage.sparql.cited.query_store import QueryStore
    from partage.web.views.cited_queries.cited_results import checked_title, citation_of

    known = settings()
    found = QueryStore(known.query_store, known.query_store_bytes).find(identifier)
    if found is None:
        raise UnknownCitation(
            f"{known.query_store} has no result {identifier[:80]}. Check the address; "
            "PARTAGE_QUERY_STORE names the file."
        )
    return citation_of(
        replace(found, title=checked_title(title) if title else found.title), catalog
    )


def _digest(release: Path | None) -> str:
    """Return the digest of the built dataset, empty where its manifest is missing."""
    manifest = release / "manifest.json" if release else None
    if manifest is None or not manifest.is_file():
        return ""
    return str(json.loads(manifest.read_text(encoding="utf-8")).get("rdfc10", ""))
