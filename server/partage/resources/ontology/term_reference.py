"""The terms of the ontology, for the one document that describes them all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import BASE, curie, iri
from partage.rdf.sparql_terms import iriref, values
from partage.resources.description.describe import ask
from partage.resources.labels import labels
from partage.resources.ontology.axioms import AxiomExpression, Axioms, axioms
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine, Term

ONTOLOGY = BASE + "ns"
SPACE = ONTOLOGY + "#"
# The kinds of terms, as keys of their titles, in the order in which they are told.
KINDS = {
    iri("owl:Class"): "classes",
    iri("owl:ObjectProperty"): "object-properties",
    iri("owl:DatatypeProperty"): "data-properties",
    iri("owl:AnnotationProperty"): "annotation-properties",
}
DEFINING = (iri("skos:definition"), iri("rdfs:comment"))
NOTES = iri("skos:scopeNote")
MATCHES = tuple(
    iri(f"skos:{kind}Match") for kind in ("exact", "close", "broad", "narrow", "related")
)
COUNTED = f"""SELECT ?term (COUNT(*) AS ?n) (MIN(?name) AS ?one) {{
    {{ ?s a ?term }} UNION {{ ?s ?term ?o }}
    FILTER(STRSTARTS(STR(?term), "{SPACE}"))
    BIND(IF(isIRI(?s), STR(?s), ?none) AS ?name)
}} GROUP BY ?term"""
SHOWN = "SELECT ?thing ?label\nWHERE {{\n  ?thing a {term} .\n  OPTIONAL {{ ?thing skos:prefLabel ?label }}\n}}\nLIMIT 10"  # noqa: E501
LINKED = "SELECT ?thing ?value\nWHERE {{\n  ?thing {term} ?value .\n}}\nLIMIT 10"


@dataclass(frozen=True, slots=True)
class TermEntry:
    """One term: what it is called, what it means, what is said of it, and how it is used."""

    name: str
    curie: str
    fragment: str
    label: TermText
    definition: TermText | None
    notes: tuple[TermText, ...] = ()
    axioms: tuple[AxiomExpression, ...] = ()
    narrower: tuple[str, ...] = ()
    matches: tuple[tuple[str, tuple[TermText, ...]], ...] = ()
    deprecated: bool = False
    successors: tuple[TermText, ...] = ()
    count: int = 0
    example: tuple[TermText, ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class TermSection:
    """The terms of one kind, by a key of the kind's name."""

    key: str
    entries: tuple[TermEntry, ...]


@dataclass(frozen=True, slots=True)
class HierarchyNode:
    """A class or concept, and those below it."""

    value: TermText
    count: int = 0
    below: tuple["HierarchyNode", ...] = ()

    @property
    def size(self) -> int:
        """How many there are in all."""
        return 1 + sum(branch.size for branch in self.below)


@dataclass(frozen=True, slots=True)
class OntologyReference:
    """Everything that the document about the ontology tells, and what writes its names."""

    sections: tuple[TermSection, ...]
    hierarchy: tuple[HierarchyNode, ...] = ()
    writer: TermWriter = field(default_factory=lambda: TermWriter({}))  # type: ignore[arg-type]
    axioms: Axioms = field(default_factory=lambda: Axioms({}, frozenset()))


def reference(
    engine: Engine, triples: Sequence[Quad], languages: Sequence[str]
) -> OntologyReference | None:
    """Return the terms of our ontology by kind; None where its triples are another's."""
    described = _described_terms(triples)
    kinds: dict[str, list[str]] = defaultdict(list)
    for term, said in sorted(described.items()):
        if term.startswith(SPACE):
            for kind in said.get(iri("rdf:type"), ()):
                kinds[str(getattr(kind, "value", ""))].append(term)
    terms = [term for kind in KINDS for term in kinds[kind]]
    if not terms:
        return None
    matches = _matches(engine, terms)
    counts, examples = _uses(engine)
    names = {term.value for quad in triples for term in quad if isinstance(term, NamedNode)}
    names.update(m for of in matches.values() for _, m in of)
    names.update(t.value for row in examples.values() for t in row if isinstance(t, NamedNode))
    write = TermWriter(labels(engine, names, languages))
    read = axioms(triples)
    narrower = _narrower(read, frozenset(kinds[iri("owl:Class")]))

    def entry(term: str, kind: str) -> TermEntry:
        said = described[term]
        texts = [write.value(v) for name in DEFINING for v in _readable(said, name, languages)]
        by_kind = [
            (
                match.rpartition("#")[2],
                tuple(write.named(m) for p, m in matches[term] if p == match),
            )
            for match in MATCHES
        ]
        query = SHOWN if kind == iri("owl:Class") else LINKED
        return TermEntry(
            name=term,
            curie=curie(term) or term,
            fragment=term.removeprefix(SPACE),
            label=write.named(term),
            definition=next(iter(texts), None),
            notes=tuple(write.value(v) for v in _readable(said, NOTES, languages)),
            axioms=read.of.get(term, ()),
            narrower=tuple(narrower.get(term, ())),
            matches=tuple(one for one in by_kind if one[1]),
            deprecated=any(v.value == "true" for v in _literals(said, iri("owl:deprecated"))),
            successors=tuple(write.value(v) for v in said.get(iri("dct:isReplacedBy"), ())),
            count=counts.get(term, 0),
            example=tuple(write.value(v) for v in examples.get(term, ())),
            query=_runnable(query.format(term=curie(term) or iriref(term))),
        )

    sections = tuple(
        TermSection(key, tuple(entry(term, kind) for term in kinds[kind]))
        for kind, key in KINDS.items()
        if kinds[kind]
    )
    tops = [
        c for c in kinds[iri("owl:Class")] if not any(c in below for below in narrower.values())
    ]
    tree = tuple(_branch(c, narrower, counts, write) for c in tops)
    return OntologyReference(sections, tree, write, read)


def schemes(engine: Engine, languages: Sequence[str]) -> tuple[HierarchyNode, ...]:
    """Return the concept schemes with their concepts as trees, and how often each is used."""
    rows = ask(
        engine,
        f"""SELECT ?concept ?scheme ?broader ?n {{
        ?concept skos:inScheme ?scheme . FILTER(STRSTARTS(STR(?concept), "{BASE}"))
        OPTIONAL {{ ?concept skos:broader ?broader }}
        OPTIONAL {{ SELECT ?concept (COUNT(DISTINCT ?s) AS ?n) {{
            ?concept a skos:Concept . ?s ?p ?concept
            FILTER(STRSTARTS(STR(?s), "{BASE}id/"))
        }} GROUP BY ?concept }} }}""",
    )
    below: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = {}
    tops: set[str] = set()
    for row in rows:
        concept, scheme, above, number = (
            str(getattr(row.get(name), "value", ""))
            for name in ("concept", "scheme", "broader", "n")
        )
        tops.add(scheme)
        counts[concept] = int(number or 0)
        if concept not in below[above or scheme]:
            below[above or scheme].append(concept)
    write = TermWriter(labels(engine, [*tops, *counts], languages))
    return tuple(_branch(scheme, below, counts, write) for scheme in sorted(tops))


def _branch(
    name: str, below: Mapping[str, Sequence[str]], counts: Mapping[str, int], write: TermWriter
) -> HierarchyNode:
    branches = [_branch(one, below, counts, write) for one in below.get(name, ())]
    branches.sort(key=lambda branch: branch.value.text.lower())
    return HierarchyNode(write.named(name), counts.get(name, 0), tuple(branches))


def _described_terms(triples: Sequence[Quad]) -> dict[str, dict[str, list[Term]]]:
    found: dict[str, dict[str, list[Term]]] = {}
    for quad in triples:
        if isinstance(quad.subject, NamedNode):
            said = found.setdefault(quad.subject.value, {})
            said.setdefault(quad.predicate.value, []).append(quad.object)
    return found


def _matches(engine: Engine, terms: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return what each term is like in other vocabularies, and how."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    query = f"SELECT ?term ?p ?o {{ {values('term', terms)} {values('p', MATCHES)} ?term ?p ?o }}"
    for row in ask(engine, query):
        term, predicate, value = (str(getattr(row[v], "value", "")) for v in ("term", "p", "o"))
        found[term].append((predicate, value))
    return defaultdict(list, {term: sorted(said) for term, said in found.items()})


def _uses(engine: Engine) -> tuple[dict[str, int], dict[str, tuple[Term, ...]]]:
    """Return how often each term is used, and of each one use: subject, or subject and object."""
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    for row in ask(engine, COUNTED):
        term = str(getattr(row["term"], "value", ""))
        counts[term] = int(str(getattr(row["n"], "value", 0)))
        if one := str(getattr(row.get("one"), "value", "")):
            first[term] = one
    pairs = " ".join(f"({iriref(term)} {iriref(one)})" for term, one in sorted(first.items()))
    rows = ask(
        engine, f"SELECT ?term ?s (MIN(?o) AS ?o1) {{ VALUES (?term ?s) {{ {pairs} }} "
        "?s ?term ?o } GROUP BY ?term ?s"
    )  # fmt: skip
    examples: dict[str, tuple[Term, ...]] = {t: (NamedNode(one),) for t, one in first.items()}
    for row in rows:
        named, subject, value = row["term"], row["s"], row.get("o1")
        if isinstance(named, NamedNode) and value is not None:
            examples[named.value] = (subject, value)
    return counts, examples


def _narrower(read: Axioms, classes: frozenset[str]) -> dict[str, list[str]]:
    """Return the classes right below each class: those stated, and those defined to be of it."""
    found: dict[str, list[str]] = defaultdict(list)
    for term in sorted(classes):
        for axiom in read.of.get(term, ()):
            if axiom.key not in ("subclass", "equivalent"):
                continue
            part = axiom.parts[0]
            part = part.parts[0] if part.key == "and" else part
            if isinstance(part.term, NamedNode) and part.term.value in classes:
                found[part.term.value].append(term)
    return dict(found)


def _readable(
    said: Mapping[str, Sequence[Term]], name: str, languages: Sequence[str]
) -> list[Literal]:
    """Return the texts of a property in the best language that it has any in."""
    texts = _literals(said, name)

    def rank(text: Literal) -> int:
        language = text.language or ""
        return languages.index(language) if language in languages else len(languages)

    best = min(map(rank, texts), default=0)
    return [text for text in texts if rank(text) == best]


def _literals(said: Mapping[str, Sequence[Term]], name: str) -> list[Literal]:
    return [value for value in said.get(name, ()) if isinstance(value, Literal)]


def _runnable(query: str) -> str:
    """Put the prefixes that a query uses before it."""
    lines = [f"PREFIX ds: {iriref(SPACE)}"]
    if "skos:" in query:
        lines.append(f"PREFIX skos: {iriref(iri('skos:'))}")
    return "\n".join([*lines, query])
