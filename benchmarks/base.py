"""
What a synthetic graph shares with the corpus: its ontology, concepts and entities, read from the
built release, and what of `graph:inferred` speaks of these alone.
"""

import gzip
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse

from partage.rdf.namespaces import GRAPH, RELEASES, iri

GRAPHS = ("ontology", "alignments", "vocabulary", "entities", "dataset", "prefixes", "examples")
OF_CLAIMS = re.compile(
    r"/id/(?:claim|flow|agreement|passage|source)/|/id/agreement-set/x\d+> \S+/ns#"
)
OF_FLOWS = {
    iri(name)
    for name in (
        "ds:sharesDataWith",
        "ds:receivesDataFrom",
        "ds:feeds",
        "ds:isMemberOf",
        "ds:DataProvider",
        "ds:DataRecipient",
    )
}


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept as a term of N-Triples, its English label, and all that it implies."""

    term: str
    label: str
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Base:
    """The graphs, as lines without the full stop, and what the generator draws from."""

    graphs: dict[str, list[str]]
    concepts: dict[str, list[Concept]]
    organizations: list[tuple[str, str]]
    operators: frozenset[str]
    features: dict[str, tuple[str, ...]]


def read(release: Path) -> Base:
    """Return the base of a built release."""
    store = Store()
    dataset = gzip.decompress((release / "dataset.nq.gz").read_bytes())
    store.bulk_extend(parse(dataset, RdfFormat.N_QUADS))  # keeps the names of blank nodes
    graphs = {name: _lines(store, name) for name in GRAPHS}
    graphs["dataset"] = [line for line in graphs["dataset"] if RELEASES not in line]
    graphs["inferred"] = [line for line in _lines(store, "inferred") if _is_ours(line)]
    above: dict[str, set[str]] = defaultdict(set)
    for subject, value in _pairs(store, "?a skos:broader+|ds:impliesPermission+ ?b"):
        above[subject].add(value)
    concepts: dict[str, list[Concept]] = defaultdict(list)
    query = 'SELECT ?c ?s ?l { ?c skos:inScheme ?s ; skos:prefLabel ?l FILTER (LANG(?l) = "en") }'
    for term, scheme, label in _rows(store, query + " ORDER BY ?c"):
        concepts[scheme.rpartition("/")[2].rstrip(">")].append(
            Concept(term, label, tuple(sorted(above[term])))
        )
    features: dict[str, tuple[str, ...]] = {}
    for purpose, feature in _pairs(store, "?a ds:servesFeature ?b"):
        features[purpose] = (*features.get(purpose, ()), feature)
    known = 'SELECT ?o ?l { ?o a ds:Organization ; skos:prefLabel ?l FILTER (LANG(?l) = "en") }'
    operators = _rows(store, "SELECT ?o { ?o a ds:PlatformOperator }")
    organizations = [(row[0], row[1]) for row in _rows(store, known + " ORDER BY ?o")]
    first = {row[0] for row in operators}
    organizations.sort(key=lambda one: one[0] not in first)  # the operator has the most flows
    return Base(graphs, dict(concepts), organizations, frozenset(first), features)


def _lines(store: Store, graph: str) -> list[str]:
    quads = store.quads_for_pattern(None, None, None, NamedNode(GRAPH + graph))
    return sorted(f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads)


def _is_ours(line: str) -> bool:
    """Whether an inferred statement does not depend on any claim."""
    return not OF_CLAIMS.search(line) and not any(f"<{term}>" in line for term in OF_FLOWS)


def _pairs(store: Store, pattern: str) -> list[tuple[str, str]]:
    query = f"SELECT DISTINCT ?a ?b {{ {pattern} }} ORDER BY ?a ?b"
    return [(row[0], row[1]) for row in _rows(store, query)]


def _rows(store: Store, query: str) -> list[list[str]]:
    """Return solutions; of a literal its text, fit to stand in another one."""
    prefixes = {"skos": iri("skos:"), "ds": iri("ds:")}
    solutions = store.query(query, prefixes=prefixes)
    assert isinstance(solutions, QuerySolutions)
    width = len(solutions.variables)
    return [
        [
            value.value.replace('"', "'") if isinstance(value := row[n], Literal) else str(value)
            for n in range(width)
        ]
        for row in solutions
    ]
