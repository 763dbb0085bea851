"""What the page of any resource shows: its statements by origin, its links, its graphs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from partage.rdf.canonical import statement_iri
from partage.rdf.namespaces import iri
from partage.resources.description.describe import Description, Statement
from partage.resources.labels import Label, labels
from partage.resources.pages.claims_about import ABOUT
from partage.resources.pages.statement import Notes, notes
from partage.resources.pages.term_texts import (
    SHOWN,
    TYPE,
    PropertyRow,
    TermText,
    TermWriter,
    shown_iris,
)
from partage.store.engine import Engine

# What the head of the page shows already.
HEAD = {TYPE, iri("skos:prefLabel"), iri("skos:definition"), iri("rdfs:comment")}


@dataclass(frozen=True, slots=True)
class DescriptionPart:
    """One named graph of the resource: the subjects in it, each with its rows."""

    name: str
    subjects: tuple[tuple[TermText, tuple[PropertyRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """All that the page of a resource shows."""

    label: Label
    names: tuple[TermText, ...]
    types: tuple[TermText, ...]
    definitions: tuple[TermText, ...]
    asserted: tuple[PropertyRow, ...]
    derived: tuple[PropertyRow, ...]
    inferred: tuple[PropertyRow, ...]
    incoming: tuple[PropertyRow, ...]
    incoming_inferred: tuple[PropertyRow, ...]
    parts: tuple[DescriptionPart, ...]
    notes: Notes


def resource_page(
    engine: Engine,
    description: Description,
    languages: Sequence[str],
    most: int | None = None,
) -> ResourcePage:
    """Return what the page of a resource shows: under a property, `most` statements."""
    node = NamedNode(description.iri)
    own = [s for s in description.statements if s.subject == node]
    nested = [s for s in description.statements if s.subject != node]
    coming = description.incoming if most is None else _some(description.incoming, most)
    members = [s for part in description.parts.values() for s in part]
    names = shown_iris((*description.statements, *coming, *members)) | {description.iri}
    found = labels(engine, names, languages)
    write = TermWriter(found)

    def of(origin: str) -> list[Statement]:
        return [s for s in own if s.origin == origin]

    def values(predicate: str) -> tuple[TermText, ...]:
        chosen = [write.value(s.object) for s in of("asserted") if s.predicate.value == predicate]
        return tuple(sorted(chosen, key=lambda value: _preference(value, languages)))

    shown = SHOWN if most is None else most
    statements = [s for s in of("asserted") if s.predicate.value not in HEAD]
    asserted = write.rows(statements, nested, shown)
    derived, inferred = (
        write.rows(_alone(of(origin)), (), shown) for origin in ("derived", "inferred")
    )
    seen = {cell.statement for row in (*asserted, *derived, *inferred) for cell in row.cells}
    return ResourcePage(
        label=found[description.iri],
        names=values(iri("skos:prefLabel")),
        types=values(TYPE),
        definitions=values(iri("skos:definition")) or values(iri("rdfs:comment")),
        asserted=asserted,
        derived=derived,
        inferred=inferred,
        incoming=write.incoming(
            (s for s in coming if s.origin != "inferred" and s.predicate.value != ABOUT),
            shown=len(coming),
        ),
        incoming_inferred=write.incoming(
            _alone(s for s in coming if s.origin == "inferred"), shown=len(coming)
        ),
        parts=tuple(
            DescriptionPart(name, _by_subject(part, write))
            for name, part in description.parts.items()
        ),
        notes=notes(
            engine,
            (*(s for s in own if statement_iri(s.triple()) in seen), *coming),
            languages,
        ),
    )


def _some(statements: Iterable[Statement], most: int) -> list[Statement]:
    """Return the first statements of each property."""
    seen: Counter[str] = Counter()
    chosen = []
    for statement in statements:
        seen[statement.predicate.value] += 1
        if seen[statement.predicate.value] <= most:
            chosen.append(statement)
    return chosen


def _by_subject(
    statements: Sequence[Statement], write: TermWriter
) -> tuple[tuple[TermText, tuple[PropertyRow, ...]], ...]:
    gathered: dict[str, list[Statement]] = {}
    for statement in statements:
        gathered.setdefault(str(statement.subject), []).append(statement)
    return tuple(
        (write.value(members[0].subject), write.rows(_alone(members)))
        for members in gathered.values()
    )


def _alone(statements: Iterable[Statement]) -> list[Statement]:
    """Return the statements without their graphs, where the heading says them already."""
    return [Statement(s.subject, s.predicate, s.object) for s in statements]


def _preference(value: TermText, languages: Sequence[str]) -> int:
    return languages.index(value.language) if value.language in languages else len(languages)
