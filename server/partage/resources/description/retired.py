"""
What became of identifiers that are used no more, as the graph of the registry tells it
(Data on the Web Best Practices 27 and 28, https://www.w3.org/TR/dwbp/#ResourceVersioning).
"""

from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.releases.descriptions import REGISTRY
from partage.resources.description.describe import ask
from partage.store.engine import Engine, Term

# A deprecated term keeps its meaning and its page; these two lose them.
GONE = ("withdrawn", "merged")


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of one identifier: its status, and the registry's statements about it."""

    iri: str
    status: str
    quads: tuple[Quad, ...]

    @property
    def successor(self) -> str | None:
        """The IRI that stands for it now, if there is one."""
        return self.text("dct:isReplacedBy") or None

    @property
    def withdrawn(self) -> date | None:
        """The day on which it was withdrawn, where that is told."""
        text = self.text("prov:invalidatedAtTime")
        return date.fromisoformat(text[:10]) if text else None

    @property
    def labels(self) -> tuple[Literal, ...]:
        """What it was called, in each language."""
        return tuple(v for v in self._values("rdfs:label") if isinstance(v, Literal))

    def text(self, curie: str) -> str:
        """Return the value of a property, the first of several, or nothing."""
        return next((str(getattr(value, "value", "")) for value in self._values(curie)), "")

    def _values(self, curie: str) -> list[Term]:
        return [quad.object for quad in self.quads if quad.predicate.value == iri(curie)]


def tombstones(engine: Engine) -> dict[str, Tombstone]:
    """Return the tombstone of each identifier that was withdrawn or merged."""
    rows = ask(
        engine,
        f"SELECT ?iri ?p ?o {{ GRAPH {iriref(REGISTRY)} {{ ?iri owl:deprecated true ; ?p ?o }} }}",
    )
    grouped: dict[str, list[Quad]] = {}
    for row in rows:
        subject, predicate = row["iri"], row["p"]
        if isinstance(subject, NamedNode) and isinstance(predicate, NamedNode):
            grouped.setdefault(subject.value, []).append(Quad(subject, predicate, row["o"]))
    found = {}
    for name, quads in grouped.items():
        tombstone = Tombstone(name, "", tuple(sorted(quads, key=str)))
        status = tombstone.text("schema:creativeWorkStatus")
        if status in GONE:
            found[name] = Tombstone(name, status, tombstone.quads)
    return found
