"""The committed data as a test reads them: by graph, subject and predicate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from partage.rdf.namespaces import iri


@dataclass
class Graph:
    """Quads by graph, subject and predicate; objects as plain text."""

    rows: dict[str, dict[str, dict[str, list[str]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    )

    def add(self, quads: Iterable[Quad]) -> None:
        for quad in quads:
            assert isinstance(quad.subject, NamedNode)
            assert isinstance(quad.object, NamedNode | Literal)
            graph = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
            self.rows[graph][quad.subject.value][quad.predicate.value].append(quad.object.value)

    def values(self, subject: str, *curies: str, graph: str = "") -> set[str]:
        row = self.rows[graph][subject]
        return {value for curie in curies for value in row[iri(curie)]}

    def all_values(self, graph: str, *curies: str) -> set[str]:
        return {
            value
            for row in self.rows[graph].values()
            for curie in curies
            for value in row[iri(curie)]
        }

    def of_type(self, curie: str) -> Iterator[str]:
        for subject, row in self.rows[""].items():
            if iri(curie) in row[iri("rdf:type")]:
                yield subject
