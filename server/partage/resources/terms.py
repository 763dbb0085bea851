"""The terms of the ontology, for the one document that describes them all."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from partage.rdf.namespaces import BASE, curie, iri
from partage.resources.describe import ask
from partage.resources.labels import Labels, labels
from partage.resources.rows import Value, Writer
from partage.store.engine import Engine, Solution

ONTOLOGY = BASE + "ns"
KINDS = {
    iri("owl:Class"): "Classes",
    iri("owl:ObjectProperty"): "Object properties",
    iri("owl:DatatypeProperty"): "Data properties",
    iri("owl:AnnotationProperty"): "Annotation properties",
}
RELATED = (
    "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range", "owl:inverseOf",
    "dct:isReplacedBy",
)  # fmt: skip
DEFINING = ("skos:definition", "rdfs:comment")


@dataclass(frozen=True, slots=True)
class TermEntry:
    """One term: name, label, definition, and what it is related to."""

    curie: str
    fragment: str
    label: Value
    definition: Value | None
    related: tuple[tuple[Value, tuple[Value, ...]], ...]
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class TermSection:
    """The terms of one kind."""

    title: str
    entries: tuple[TermEntry, ...]


def term_sections(engine: Engine, languages: Sequence[str]) -> tuple[TermSection, ...]:
    """Return our ontology's terms by kind; none where the dataset holds another's."""
    rows = ask(
        engine,
        f"""SELECT ?kind ?term ?p ?o {{
        VALUES ?kind {{ {" ".join(f"<{kind}>" for kind in KINDS)} }}
        ?term a ?kind . FILTER(STRSTARTS(STR(?term), "{ONTOLOGY}#"))
        ?term ?p ?o }}""",
    )
    by_term: dict[str, dict[str, list[Solution]]] = {kind: {} for kind in KINDS}
    for row in rows:
        kind, term = row["kind"], row["term"]
        if isinstance(kind, NamedNode) and isinstance(term, NamedNode):
            by_term[kind.value].setdefault(term.value, []).append(row)
    names = {v.value for row in rows for v in row.values() if isinstance(v, NamedNode)}
    found = labels(engine, names, languages)
    return tuple(
        TermSection(
            title,
            tuple(
                _entry(term, by_term[kind][term], found, languages)
                for term in sorted(by_term[kind])
            ),
        )
        for kind, title in KINDS.items()
        if by_term[kind]
    )


def _entry(
    term: str, rows: Sequence[Solution], found: Labels, languages: Sequence[str]
) -> TermEntry:
    write = Writer(found)
    objects: dict[str, list[Value]] = {}
    for row in rows:
        predicate, value = row["p"], row["o"]
        if isinstance(predicate, NamedNode) and isinstance(value, NamedNode | Literal):
            objects.setdefault(predicate.value, []).append(write.value(value))
    definitions = [value for curie in DEFINING for value in objects.get(iri(curie), ())]
    definitions.sort(
        key=lambda v: languages.index(v.language) if v.language in languages else len(languages)
    )
    return TermEntry(
        curie=curie(term) or term,
        fragment=term.partition("#")[2],
        label=write.named(term),
        definition=next(iter(definitions), None),
        related=tuple(
            (write.named(iri(curie)), tuple(objects[iri(curie)]))
            for curie in RELATED
            if iri(curie) in objects
        ),
        deprecated=any(value.text == "true" for value in objects.get(iri("owl:deprecated"), ())),
    )
