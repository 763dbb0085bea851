"""The claims about a thing or in a source: what is said, of which type, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.resources.description.describe import Description, ask
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine

ABOUT = iri("ds:about")
# By what comes in: how a claim leads to the thing.
PATHS = {ABOUT: "ds:about", iri("oa:hasSource"): "prov:wasDerivedFrom/oa:hasSource"}


@dataclass(frozen=True, slots=True)
class ClaimAbout:
    """One claim: its gloss, its type, who makes it, and whether others dispute it."""

    claim: TermText
    type: TermText | None
    speakers: tuple[TermText, ...]
    contested: bool


def claims_about(
    engine: Engine, description: Description, languages: Sequence[str]
) -> tuple[ClaimAbout, ...]:
    """Return the claims about a resource or found in it, in the order of their identifiers."""
    coming = description.counts
    path = next((path for predicate, path in PATHS.items() if predicate in coming), None)
    if path is None:
        return ()
    rows = ask(
        engine,
        f"""SELECT ?claim ?type ?speaker ?disputing {{
        ?claim {path} {iriref(description.iri)} ; a ds:Claim .
        OPTIONAL {{ ?claim ds:claimType ?type }}
        OPTIONAL {{ ?claim ds:assertedBy ?speaker }}
        OPTIONAL {{ ?disputing ds:disputes ?claim }} }}""",
    )
    gathered: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        names = {key: term.value for key, term in row.items() if isinstance(term, NamedNode)}
        by = gathered.setdefault(names.pop("claim"), {"type": [], "speaker": [], "disputing": []})
        for key, name in names.items():
            if name not in by[key]:
                by[key].append(name)
    shown = {name for by in gathered.values() for name in (*by["type"], *by["speaker"])}
    write = TermWriter(labels(engine, shown | gathered.keys(), languages))
    return tuple(
        ClaimAbout(
            claim=write.named(claim),
            type=next((write.named(name) for name in by["type"]), None),
            speakers=tuple(write.named(name) for name in by["speaker"]),
            contested=bool(by["disputing"]),
        )
        for claim, by in sorted(gathered.items())
    )
