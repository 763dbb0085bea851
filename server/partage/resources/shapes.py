"""The shapes that the data are held to, as the document about them shows them (SHACL, https://www.w3.org/TR/shacl/)."""

from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode, Quad

from partage.assets import root
from partage.rdf.namespaces import BASE, iri
from partage.rdf.reading import read

SHAPES = BASE + "shapes"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a document describes among others."""

    fragment: str
    name: str
    label: str
    text: str


@cache
def shapes() -> tuple[Quad, ...]:
    """Return every shape as it is shipped, and that it is defined here."""
    quads = [quad for path in sorted((root() / "shapes").glob("*.ttl")) for quad in read(path)]
    triples = {Quad(q.subject, q.predicate, q.object): None for q in quads}
    about = Quad(
        NamedNode(SHAPES),
        NamedNode(iri("dct:title")),
        Literal("The shapes that the data of Partage are held to", language="en"),
    )
    return (about, *triples)


def entries(quads: tuple[Quad, ...], space: str, language: str) -> tuple[Entry, ...]:
    """Return what a set of triples defines in a hash namespace, in the reader's language."""
    texts: dict[str, dict[str, dict[str, str]]] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            by_language = texts.setdefault(quad.subject.value, {})
            told = by_language.setdefault(quad.predicate.value, {})
            told[quad.object.language or language] = quad.object.value

    def text(name: str, *predicates: str) -> str:
        for curie in predicates:
            if told := texts[name].get(iri(curie)):
                return told.get(language) or told.get("en") or next(iter(told.values()))
        return ""

    return tuple(
        Entry(
            name.removeprefix(space + "#"),
            name,
            text(name, "sh:name", "rdfs:label") or name.rpartition("#")[2],
            text(name, "sh:description", "rdfs:comment", "sh:message"),
        )
        for name in sorted(texts)
        if name.startswith(space + "#")
    )
