"""
The terms that a query of a dataset can be written with: its classes and properties, as its VoID
description counts them (https://www.w3.org/TR/void/#class-property-partitions), named for a reader.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, Quad

from partage.rdf.namespaces import curie, iri
from partage.rdf.sparql_terms import iriref, is_iri, values
from partage.resources.description.describe import ask
from partage.resources.labels import Label, labels
from partage.store.engine import Engine

CLASS, PROPERTY = iri("void:class"), iri("void:property")
ENTITIES, TRIPLES = iri("void:entities"), iri("void:triples")
PART = iri("void:propertyPartition")
DEFINING = ("skos:definition", "rdfs:comment")
LONGEST = 240
# So many of the most used; a foreign dataset may have thousands.
MOST = 500


@dataclass(frozen=True, slots=True)
class CompletionTerm:
    """A class or property: how a query writes it, how often it is used, with which properties."""

    iri: str
    count: int
    properties: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the term as a query writes it."""
        return curie(self.iri) or iriref(self.iri)


@dataclass(frozen=True, slots=True)
class CompletionTerms:
    """The classes and the properties of a dataset, the most used first."""

    classes: tuple[CompletionTerm, ...]
    properties: tuple[CompletionTerm, ...]


def terms(statistics: Sequence[Quad]) -> CompletionTerms:
    """Return the terms that a VoID description counts."""
    counts: dict[str, dict[str, list[str]]] = {}
    for quad in statistics:
        value = getattr(quad.object, "value", str(quad.object))
        counts.setdefault(str(quad.subject), {}).setdefault(quad.predicate.value, []).append(value)
        if quad.predicate.value == PART:
            counts[str(quad.subject)].setdefault("parts", []).append(str(quad.object))
    classes = [facts for facts in counts.values() if CLASS in facts and ENTITIES in facts]
    crossed = {part for facts in classes for part in facts.get("parts", ())}
    properties = [
        facts
        for part, facts in counts.items()
        if PROPERTY in facts and TRIPLES in facts and part not in crossed
    ]
    return CompletionTerms(
        _most_used(
            CompletionTerm(
                facts[CLASS][0],
                int(facts[ENTITIES][0]),
                tuple(
                    CompletionTerm(counts[part][PROPERTY][0], 0).name
                    for part in facts.get("parts", ())
                    if PROPERTY in counts.get(part, {})
                ),
            )
            for facts in classes
        ),
        _most_used(
            CompletionTerm(facts[PROPERTY][0], int(facts[TRIPLES][0])) for facts in properties
        ),
    )


def as_completions(
    engine: Engine, known: CompletionTerms, languages: Sequence[str]
) -> dict[str, list[object]]:
    """Return the terms with names and definitions in a reader's language, as JSON has them."""
    iris = {term.iri for term in (*known.classes, *known.properties)}
    names = labels(engine, iris, languages)
    defined = _definitions(engine, sorted(iris), languages)
    return {
        "classes": [
            {**_completions(term, names[term.iri], defined), "properties": sorted(term.properties)}
            for term in known.classes
        ],
        "properties": [_completions(term, names[term.iri], defined) for term in known.properties],
    }


def _completions(term: CompletionTerm, label: Label, defined: dict[str, str]) -> dict[str, object]:
    facts: dict[str, object] = {"name": term.name, "iri": term.iri, "count": term.count}
    if label.text not in {term.name, term.iri}:
        facts["label"] = label.text
    if term.iri in defined:
        facts["definition"] = defined[term.iri]
    return facts


def _most_used(found: Iterable[CompletionTerm]) -> tuple[CompletionTerm, ...]:
    usable = [term for term in found if is_iri(term.iri)]
    return tuple(sorted(usable, key=lambda term: (-term.count, term.iri))[:MOST])


def _definitions(engine: Engine, iris: Sequence[str], languages: Sequence[str]) -> dict[str, str]:
    if not iris:
        return {}
    either = "|".join(DEFINING)
    found: dict[str, tuple[int, str]] = {}
    for row in ask(engine, f"SELECT ?iri ?text {{ {values('iri', iris)} ?iri {either} ?text }}"):
        term, text = row["iri"], row["text"]
        assert not isinstance(term, Literal)  # a subject is none
        if isinstance(text, Literal):
            language = (text.language or "").lower()
            rank = languages.index(language) if language in languages else len(languages)
            name = str(getattr(term, "value", term))
            found[name] = min(found.get(name, (rank, text.value)), (rank, text.value))
    return {name: _shortened(text) for name, (_, text) in found.items()}


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
