"""
A claim version as a nanopublication with a trusty URI, by the Nanopublication Guidelines
(https://nanopub.net/guidelines/working_draft/).

The trusty URI of version `…/claim/c0001/v1` is `…/claim/c0001/v1.RA…`: it leads to what it
verifies without any index.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pyoxigraph import DefaultGraph, NamedNode, Quad

from partage.rdf.namespaces import iri
from partage.rdf.trusty import ARTIFACT_CODE, PLACEHOLDER, graph_code, rename_iris

PARTS = ("head", "assertion", "provenance", "pubinfo")
_TYPE, _NANOPUBLICATION = iri("rdf:type"), iri("np:Nanopublication")
_SUPERSEDES = iri("npx:supersedes")
_LINKS = {
    "assertion": iri("np:hasAssertion"),
    "provenance": iri("np:hasProvenance"),
    "publication info": iri("np:hasPublicationInfo"),
}
NO_PREDECESSORS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Nanopublication:
    """The four graphs of a claim version under their trusty URI."""

    iri: str
    quads: tuple[Quad, ...]

    @property
    def code(self) -> str:
        """Return the artifact code at the end of the IRI."""
        return self.iri.rpartition(".")[2]


def nanopublication(
    version: str, quads: Iterable[Quad], before: Mapping[str, str] = NO_PREDECESSORS
) -> Nanopublication:
    """
    Make the nanopublication of a claim version out of its graphs.

    `before` maps the claim versions that it supersedes to their trusty URIs.

    Raises
    ------
    CanonicalFormError
        The graphs hold blank nodes.
    """
    draft = f"{version}.{PLACEHOLDER}"

    def named(name: str) -> str:
        head, mark, fragment = name.partition("#")
        return draft + mark + fragment if head == version else name

    graphs = [_superseding(quad, before) for quad in rename_iris(quads, named)]
    of = NamedNode(iri("dct:isFormatOf"))
    graphs.append(Quad(NamedNode(draft), of, NamedNode(version), NamedNode(draft + "#pubinfo")))
    made = graph_code(graphs)
    final = rename_iris(graphs, lambda name: name.replace(PLACEHOLDER, made))
    return Nanopublication(f"{version}.{made}", tuple(final))


def _superseding(quad: Quad, before: Mapping[str, str]) -> Quad:
    other = before.get(str(getattr(quad.object, "value", "")))
    if other is None or quad.predicate.value != _SUPERSEDES:
        return quad
    return Quad(quad.subject, quad.predicate, NamedNode(other), quad.graph_name)


def nanopublication_iris(quads: Iterable[Quad]) -> list[str]:
    """Return the IRIs of the nanopublications in some quads."""
    found = {
        quad.subject.value
        for quad in quads
        if quad.predicate.value == _TYPE
        and quad.object == NamedNode(_NANOPUBLICATION)
        and isinstance(quad.subject, NamedNode)
        and not isinstance(quad.graph_name, DefaultGraph)
    }
    return sorted(found)


def artifact_code(name: str) -> str | None:
    """Return the artifact code in an IRI, None where it has none."""
    found = ARTIFACT_CODE.findall(name)
    return found[-1] if found else None


def faults(quads: Iterable[Quad]) -> list[str]:
    """Return what keeps some quads from being one well-formed nanopublication."""
    graphs: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        graphs[str(getattr(quad.graph_name, "value", ""))].append(quad)
    names = nanopublication_iris(quad for held in graphs.values() for quad in held)
    if len(names) != 1:
        return [f"There must be one nanopublication, not {len(names)}."]
    name = NamedNode(names[0])
    head = next(g for g, held in graphs.items() if any(_is_one(q, name) for q in held))
    found = []
    parts = {head: "head"}
    for part, link in _LINKS.items():
        values = [q.object for q in graphs[head] if (q.subject, q.predicate.value) == (name, link)]
        if len(values) != 1 or not isinstance(values[0], NamedNode):
            found.append(f"The head must link to one {part} graph, not {len(values)}.")
            continue
        graph = values[0].value
        if not graph.startswith(name.value):
            found.append(f"The IRI of the {part} graph must begin with <{name.value}>.")
        if graph in parts or graph == name.value:
            found.append(f"The {part} graph must have a name of its own.")
        if not graphs.get(graph):
            found.append(f"The {part} graph is empty.")
        parts.setdefault(graph, part)
    found += [f"<{g or 'the default graph'}> is none of its graphs." for g in graphs.keys() - parts]
    assertion = next((NamedNode(g) for g, part in parts.items() if part == "assertion"), None)
    for part, about in (("provenance", assertion), ("publication info", name)):
        graph_quads = [q for g, p in parts.items() if p == part for q in graphs.get(g, ())]
        if about is not None and not any(about in (q.subject, q.object) for q in graph_quads):
            found.append(f"The {part} graph says nothing of <{about.value}>.")
    return found


def _is_one(quad: Quad, name: NamedNode) -> bool:
    kind = NamedNode(_NANOPUBLICATION)
    return (quad.subject, quad.predicate.value, quad.object) == (name, _TYPE, kind)
