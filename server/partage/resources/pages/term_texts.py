"""
What a page shows: terms as text with links, statements as rows under one property.

Nothing here knows HTML; a template decides how a value looks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import BlankNode, Literal, NamedNode

from partage.rdf.canonical import statement_iri
from partage.rdf.namespaces import GRAPH, curie, iri
from partage.resources.description.describe import Statement
from partage.resources.identifiers import link
from partage.resources.labels import Labels, fallback
from partage.store.engine import Term

TYPE = iri("rdf:type")
PLAIN = {iri("xsd:string"), iri("rdf:langString")}
SHOWN = 30


@dataclass(frozen=True, slots=True)
class TermText:
    """A term to show: its text, where it links to, and what it is precisely."""

    text: str
    href: str | None = None
    language: str = ""
    note: str = ""
    name: str = ""

    @property
    def external(self) -> bool:
        """Say whether the link leaves this host."""
        return self.href is not None and not self.href.startswith("/")


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """One object of a property, the graphs that say so, and the IRI of the statement."""

    value: TermText
    graphs: tuple[TermText, ...] = ()
    nested: tuple["PropertyRow", ...] = ()
    statement: str = ""


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """One property with its values; `more` counts those not shown."""

    label: TermText
    cells: tuple[PropertyValue, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """Return how many values there are."""
        return len(self.cells) + self.more


class TermWriter:
    """Turns terms and statements into what a page shows, with one set of labels."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def value(self, term: Term) -> TermText:
        """Return a term as text and link."""
        match term:
            case NamedNode():
                return self.named(term.value)
            case Literal():
                return _literal(term)
            case BlankNode():
                return TermText("(unnamed)", note=f"blank node _:{term.value}", name=term.value)
            case _:
                return TermText(str(term))

    def named(self, name: str) -> TermText:
        """Return an IRI as its label, linked."""
        label = self._labels[name]
        return TermText(
            label.text,
            link(name, known=label.known),
            label.language,
            curie(name) or name,
            name,
        )

    def graph(self, name: str) -> TermText:
        """Return a graph's name in short: `c0024` for a claim's assertion, `entities` for ours."""
        if name.endswith("#assertion"):
            version = name.removesuffix("#assertion")
            claim = version.rpartition("/")[0]
            gloss = self._labels[claim]
            return TermText(
                claim.rpartition("/")[2] or fallback(name),
                link(claim, known=gloss.known),
                gloss.language,
                gloss.text if gloss.known else name,
                name,
            )
        short = name.removeprefix(GRAPH) if name.startswith(GRAPH) else fallback(name)
        return TermText(short, link(name, known=True), "", name, name)

    def rows(
        self, statements: Iterable[Statement], nested: Sequence[Statement] = (), shown: int = SHOWN
    ) -> tuple[PropertyRow, ...]:
        """Return statements of one subject as rows, a property each, types first."""

        def key(statement: Statement) -> tuple[bool, str, str]:
            name = statement.predicate.value
            return (name != TYPE, self._labels[name].text.lower(), name)

        rows = []
        for _, group in groupby(sorted(statements, key=key), key):
            members = sorted(group, key=self._order)
            rows.append(
                PropertyRow(
                    self.named(members[0].predicate.value),
                    tuple(self._cell(statement, nested) for statement in members[:shown]),
                    max(0, len(members) - shown),
                )
            )
        return tuple(rows)

    def incoming(
        self, statements: Iterable[Statement], shown: int = SHOWN
    ) -> tuple[PropertyRow, ...]:
        """Return the links that come in as rows: a property and the subjects that have it."""
        by_predicate: dict[str, list[Statement]] = {}
        for statement in statements:
            by_predicate.setdefault(statement.predicate.value, []).append(statement)
        rows = [
            PropertyRow(
                self.named(predicate),
                tuple(
                    PropertyValue(
                        self.value(statement.subject),
                        self._graphs(statement),
                        statement=statement_iri(statement.triple()) or "",
                    )
                    for statement in members[:shown]
                ),
                max(0, len(members) - shown),
            )
            for predicate, members in by_predicate.items()
        ]
        return tuple(sorted(rows, key=lambda row: row.label.text.lower()))

    def _order(self, statement: Statement) -> tuple[bool, str]:
        value = self.value(statement.object)
        return (value.language != "en", value.text.lower())

    def _cell(self, statement: Statement, nested: Sequence[Statement]) -> PropertyValue:
        inner = statement.object
        below = [s for s in nested if isinstance(inner, BlankNode) and s.subject == inner]
        others = [s for s in nested if s not in below]
        return PropertyValue(
            self.value(inner),
            self._graphs(statement),
            self.rows(below, others) if below else (),
            statement_iri(statement.triple()) or "",
        )

    def _graphs(self, statement: Statement) -> tuple[TermText, ...]:
        return tuple(self.graph(name) for name in sorted(statement.graphs))


def shown_iris(statements: Iterable[Statement]) -> set[str]:
    """Return every IRI that the rows of these statements will name."""
    names: set[str] = set()
    for statement in statements:
        names.update(
            term.value
            for term in (statement.subject, statement.predicate, statement.object)
            if isinstance(term, NamedNode)
        )
        names.update(
            graph.removesuffix("#assertion").rpartition("/")[0]
            for graph in statement.graphs
            if graph.endswith("#assertion")
        )
    return names


def _literal(term: Literal) -> TermText:
    datatype = term.datatype.value
    if datatype == iri("xsd:anyURI") and term.value.startswith(("https://", "http://")):
        return TermText(term.value, term.value, name=term.value)
    note = "" if datatype in PLAIN else fallback(datatype)
    return TermText(term.value, None, (term.language or "").lower(), note)
