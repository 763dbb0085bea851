"""
The query tests of the W3C's suites for SPARQL 1.0, 1.1 and 1.2
(https://w3c.github.io/rdf-tests/sparql/), read from where they lie, never copied here.

`make suites` takes those of 1.0 and 1.1 out of the source distribution of rdflib, which has them.
A checkout of w3c/rdf-tests has all three: `PARTAGE_RDF_TESTS=…/rdf-tests/sparql`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from partage import assets

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
REGIME = URIRef("http://www.w3.org/ns/sparql-service-description#entailmentRegime")
SHIPPED = assets.assets_root() / "out" / "suites" / "w3c"
# Directories of the source distribution, and of a checkout.
MANIFESTS = (
    "dawg-data-r2/manifest-evaluation.ttl",
    "dawg-data-r2/manifest-syntax.ttl",
    "sparql11/data-sparql11/manifest-all.ttl",
    "sparql10/manifest.ttl",
    "sparql11/manifest-all.ttl",
    "sparql12/manifest.ttl",
)
# Other protocols and regimes than that of this endpoint, or tests of their own kinds.
OTHERS = ("/entailment/", "/service/", "/protocol/", "/service-description/")


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """One test: `kind` is evaluation, positive or negative; files are given by their paths."""

    name: str
    kind: str
    query: Path
    data: tuple[Path, ...] = ()
    graphs: tuple[Path, ...] = ()
    result: Path | None = None


def folder() -> Path | None:
    """Return where the suites lie, None where nowhere."""
    given = os.environ.get("PARTAGE_RDF_TESTS")
    place = Path(given) if given else SHIPPED
    return place if place.is_dir() else None


@cache
def tests() -> tuple[SuiteTest, ...]:
    """Return the tests of queries, in the order of their names."""
    place = folder()
    if place is None:
        return ()
    manifests = [place / name for name in MANIFESTS if (place / name).is_file()]
    found = {test.name: test for manifest in manifests for test in _read(manifest)}
    return tuple(found[name] for name in sorted(found))


def _read(manifest: Path) -> Iterator[SuiteTest]:
    graph = Graph().parse(manifest, format="turtle", publicID=manifest.as_uri())
    for head in graph.objects(None, MF.include):
        for included in Collection(graph, head):
            yield from _read(_path(included))
    for head in graph.objects(None, MF.entries):
        for entry in Collection(graph, head):
            if (test := _test(graph, entry, manifest)) is not None:
                yield test


def _test(graph: Graph, entry: Node, manifest: Path) -> SuiteTest | None:
    kinds = {str(kind).rpartition("#")[2] for kind in graph.objects(entry, RDF.type)}
    action, result = graph.value(entry, MF.action), graph.value(entry, MF.result)
    kind = next(
        (word for word in ("Positive", "Negative") if any(word in one for one in kinds)), ""
    )
    if any("Update" in one for one in kinds) or any(other in str(entry) for other in OTHERS):
        return None
    name = "/".join((*manifest.parts[-3:-1], str(entry).rpartition("#")[2]))
    if kind:
        return None if action is None else SuiteTest(name, kind.lower(), _path(action))
    query = graph.value(action, QT.query) if action is not None else None
    if query is None or not isinstance(result, URIRef) or graph.value(action, REGIME) is not None:
        return None
    return SuiteTest(
        name,
        "evaluation",
        _path(query),
        tuple(map(_path, graph.objects(action, QT.data))),
        tuple(_path(one) for one in graph.objects(action, QT.graphData) if isinstance(one, URIRef)),
        _path(result),
    )


def _path(name: Node) -> Path:
    return Path(unquote(urlsplit(str(name)).path))
