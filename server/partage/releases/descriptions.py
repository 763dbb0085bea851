"""
What a dataset says, thing by thing, in a form in which two datasets can be compared.

Blank nodes (the ontology's restrictions and lists) are written out where they are used, in the
brackets of Turtle (https://www.w3.org/TR/turtle/#unlabeled-bnodes), because their names mean
nothing across releases. What stands at a fragment of a thing's IRI counts as said of the thing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from partage.rdf.namespaces import BASE, GRAPH, ID, PREFIXES, VOC, iri

REGISTRY = GRAPH + "registry"
STATUS = iri("schema:creativeWorkStatus")
REPLACED = iri("dct:isReplacedBy")
REASON = iri("rdfs:comment")
TERMS = PREFIXES["ds"]
ONTOLOGY = TERMS.rstrip("#")
NAMING = tuple(iri(name) for name in ("skos:prefLabel", "rdfs:label", "dct:title",
                                      "dct:description"))  # fmt: skip
_INFERRED = frozenset({GRAPH + "inferred", GRAPH + "derived"})
_SPACES = (TERMS, VOC, ID)

Node = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True, order=True)
class ComparedStatement:
    """One statement; `object` is an N-Triples term, or a blank node written out."""

    subject: str
    predicate: str
    object: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class ComparedTombstone:
    """What is left of a retired thing: its status, why, and what takes its place."""

    status: str
    reason: str = ""
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class DatasetContents:
    """All that a dataset's current view says, by thing, with names and tombstones."""

    version: str
    statements: Mapping[str, frozenset[ComparedStatement]]
    labels: Mapping[str, Mapping[str, str]]
    tombstones: Mapping[str, ComparedTombstone]


def resource_kind(thing: str) -> str:
    """Return what family an IRI of ours is of: term, concept, claim, org, flow …, or other."""
    if thing == ONTOLOGY:
        return "ontology"
    if thing.startswith(TERMS):
        return "term"
    if thing.startswith(VOC):
        return "concept" if "/" in thing.removeprefix(VOC) else "scheme"
    if thing.startswith(ID):
        family, _, local = thing.removeprefix(ID).partition("/")
        return "version" if family == "claim" and "/" in local else family
    return "dataset" if thing == BASE else "other"


def described_resource(node: str) -> str:
    """Return the thing an IRI belongs to: itself, or what its fragment is a part of."""
    return node if node.startswith(TERMS) else node.partition("#")[0]


def dataset_contents(quads: Iterable[Quad]) -> DatasetContents:
    """Return what a dataset says of our terms, concepts and things."""
    view: list[Triple] = []
    inferred: set[Triple] = set()
    registry: dict[Triple, None] = {}
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph):
            view.append(quad.triple)
        elif quad.graph_name.value in _INFERRED:
            inferred.add(quad.triple)
        elif quad.graph_name.value == REGISTRY:
            registry[quad.triple] = None
    written = _NodeWriter(view)
    statements: dict[str, set[ComparedStatement]] = defaultdict(set)
    for triple in view:
        if triple in registry:
            continue
        if isinstance(triple.subject, BlankNode):
            if triple.subject not in written.used:  # an axiom of the whole ontology
                text = written.write(triple.subject)
                statements[ONTOLOGY].add(ComparedStatement(ONTOLOGY, iri("rdf:type"), text))
        elif (name := str(getattr(triple.subject, "value", ""))) and _ours(name):
            made = ComparedStatement(name, triple.predicate.value, written.write(triple.object),
                             triple in inferred)  # fmt: skip
            statements[described_resource(name)].add(made)
    frozen = {name: frozenset(found) for name, found in statements.items()}
    return DatasetContents(
        _version(view), frozen, _labels([*view, *registry]), _tombstones(registry)
    )


def _ours(name: str) -> bool:
    return name.startswith(_SPACES) or name == ONTOLOGY


def _version(view: Iterable[Triple]) -> str:
    found = [t.object.value for t in view
             if t.subject == NamedNode(BASE) and t.predicate.value == iri("dcat:version")
             and isinstance(t.object, Literal)]  # fmt: skip
    return min(found, default="")


def _labels(triples: Iterable[Triple]) -> dict[str, dict[str, str]]:
    """Return names by thing and language; the first naming property that a thing has wins."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    ranks: dict[tuple[str, str], tuple[int, str]] = {}
    for triple in triples:
        if triple.predicate.value not in NAMING or not isinstance(triple.object, Literal):
            continue
        name, language = str(getattr(triple.subject, "value", "")), triple.object.language or ""
        rank = NAMING.index(triple.predicate.value), triple.object.value
        if rank < ranks.get((name, language), (len(NAMING), "")):
            ranks[name, language] = rank
            found[name][language] = triple.object.value
    return dict(found)


def _tombstones(registry: Iterable[Triple]) -> dict[str, ComparedTombstone]:
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    for triple in registry:
        value = str(getattr(triple.object, "value", ""))
        facts[str(getattr(triple.subject, "value", ""))][triple.predicate.value] = value
    return {
        name: ComparedTombstone(row[STATUS], row.get(REASON, ""), row.get(REPLACED))
        for name, row in facts.items()
        if STATUS in row
    }


class _NodeWriter:
    """Writes nodes, the blank ones out in full; `used` are those that something points to."""

    def __init__(self, view: Iterable[Triple]) -> None:
        self.by_subject: dict[BlankNode, list[Triple]] = defaultdict(list)
        self.used: set[Node] = set()
        for triple in view:
            if isinstance(triple.subject, BlankNode):
                self.by_subject[triple.subject].append(triple)
            if isinstance(triple.object, BlankNode):
                self.used.add(triple.object)

    def write(self, node: Node, above: frozenset[BlankNode] = frozenset()) -> str:
        if not isinstance(node, BlankNode):
            return str(node)
        if node in above:  # a circle; its inside stands further out
            return "[]"
        inside = above | {node}
        parts = sorted(
            f"{t.predicate} {self.write(t.object, inside)}" for t in self.by_subject[node]
        )
        return "[ " + " ; ".join(parts) + " ]"
