"""What a dataset holds and what it does not: how its sources and claims fall into kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from partage.rdf.namespaces import GRAPH, iri
from partage.rdf.sparql_terms import values
from partage.resources.description.describe import ask
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine

# What is counted of which things: `?x` in kinds `?value`.
TALLIES = {
    "access": "?x a ds:Source ; ds:accessLevel ?value",
    "languages": "?x a ds:Source ; dct:language ?value",
    "years": '?x a ds:Source ; dct:issued ?d BIND(REPLACE(STR(?d), "^[^0-9]*([0-9]{4}).*$", "$1")'
    " AS ?value)",
    "confidence": "?x a ds:Claim ; ds:confidence ?value",
    "attribution": "?x a ds:Claim ; ds:attributionMode ?value",
    "types": "?x a ds:Claim ; ds:claimType ?value",
    "glosses": "?x a ds:Claim ; dct:description ?d BIND(LANG(?d) AS ?value)",
    "sources": "?x a ds:Claim ; prov:wasDerivedFrom/oa:hasSource ?value",
    "places": '?x a ds:Passage . BIND(IF(EXISTS { ?x oa:hasSelector ?s }, "position", "words")'
    " AS ?value)",
    "relations": "VALUES ?value { ds:disputes ds:supports ds:qualifies ds:logicallyContradicts "
    "ds:rhetoricallyDisputes } ?x a ds:Claim ; ?value ?other",
    "platforms": "?x a ds:DataFlow ; ds:hasProvider|ds:hasRecipient ?value . "
    "?value a ds:PlatformOperator",
}
# How many triples are stated, inferred by the ontology, and derived by rules.
REGIMES = ("asserted", "inferred", "derived")
# What there is of each of these in all.
WHOLES = (
    "Source", "Claim", "Passage", "DataFlow", "DataSharingAgreement", "ContestedClaim",
    "Organization",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverageShare:
    """One kind, how many are of it, and what it means."""

    value: TermText
    count: int
    definition: TermText | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many things there are by the local names of their classes, of which kinds; triples."""

    counts: Mapping[str, int]
    shares: Mapping[str, tuple[CoverageShare, ...]]
    triples: Mapping[str, int]

    def count(self, tally: str, value: str) -> int:
        """Return how many are of one kind, given as its text or IRI."""
        found = (s.count for s in self.shares[tally] if value in (s.value.text, s.value.name))
        return next(found, 0)


def coverage(engine: Engine, languages: Sequence[str]) -> Coverage:
    """Return what a dataset holds, in numbers, with the kinds named for a reader."""
    found = {
        key: ask(
            engine,
            f"SELECT ?value (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }} "
            "GROUP BY ?value ORDER BY DESC(?n) ?value",
        )
        for key, pattern in TALLIES.items()
    }
    kinds = {
        value.value
        for rows in found.values()
        for row in rows
        if isinstance(value := row.get("value"), NamedNode)
    }
    write = TermWriter(labels(engine, kinds, languages))
    meanings = _definitions(engine, sorted(kinds), languages)
    classes = values("class", (iri(f"ds:{name}") for name in WHOLES))
    counted = ask(
        engine,
        f"SELECT ?class (COUNT(DISTINCT ?x) AS ?n) {{ {classes} ?x a ?class }} GROUP BY ?class",
    )
    return Coverage(
        dict.fromkeys(WHOLES, 0)
        | {
            str(getattr(row["class"], "value", "")).rpartition("#")[2]: _number(row["n"])
            for row in counted
        },
        {
            key: tuple(
                CoverageShare(
                    write.value(row["value"]),
                    _number(row["n"]),
                    meanings.get(str(getattr(row["value"], "value", ""))),
                )
                for row in rows
                if "value" in row
            )
            for key, rows in found.items()
        },
        _triples(engine),
    )


def _triples(engine: Engine) -> dict[str, int]:
    graphs = values("g", (GRAPH + name for name in REGIMES))
    rows = ask(
        engine, f"SELECT ?g (COUNT(*) AS ?n) {{ {graphs} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
    )
    counted = {str(getattr(row["g"], "value", "")).removeprefix(GRAPH): row["n"] for row in rows}
    return {name: _number(counted.get(name)) for name in REGIMES}


def _definitions(
    engine: Engine, kinds: Sequence[str], languages: Sequence[str]
) -> dict[str, TermText]:
    query = f"SELECT ?kind ?text {{ {values('kind', kinds)} ?kind skos:definition ?text }}"
    best: dict[str, tuple[int, TermText]] = {}
    for row in ask(engine, query):
        kind, text = row["kind"], row["text"]
        if isinstance(kind, NamedNode) and isinstance(text, Literal):
            language = text.language or ""
            rank = languages.index(language) if language in languages else len(languages)
            if kind.value not in best or rank < best[kind.value][0]:
                best[kind.value] = (rank, TermText(text.value, language=language))
    return {kind: value for kind, (_, value) in best.items()}


def _number(term: object) -> int:
    return int(str(getattr(term, "value", 0) or 0))
