"""
What a query is made of, as pieces of its text
(SPARQL 1.1 Query Language §19.8, https://www.w3.org/TR/sparql11-query/#sparqlGrammar).

No algebra: a piece stays what it means when it is asked by itself.
"""

from dataclasses import dataclass
from typing import Literal

from partage.errors import PartageError
from partage.sparql.tokens import Lexer

Kind = Literal[
    "triple", "filter", "bind", "values", "optional", "minus", "graph", "service", "union",
    "group", "select",
]  # fmt: skip
Nature = Literal["variable", "iri", "literal", "path", "blank"]


class NotTakenApart(PartageError):
    """The query uses something that is not taken apart here; `offset` says where."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"not taken apart at {offset}")
        self.offset = offset


class TooManyPatterns(NotTakenApart):
    """The query has more patterns than are taken apart."""


@dataclass(frozen=True, slots=True)
class Term:
    """A place of a triple pattern: what is asked, what is shown, and where it is written."""

    nature: Nature
    text: str
    start: int
    end: int
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """
    What stands between two braces; of a subquery, its WHERE.

    `clauses` are those that follow the WHERE of a subquery, or of the query, by their first word.
    """

    start: int
    end: int
    elements: tuple["Element", ...]
    select: "Select | None" = None


@dataclass(frozen=True, slots=True)
class Select:
    """A subquery: its text is that of its group, its patterns those of its WHERE."""

    where: Group
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A solution modifier, or the VALUES at the end."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Element:
    """A part of a group; `text` is what to ask, `terms` are those of a triple pattern."""

    kind: Kind
    start: int
    end: int
    text: str
    terms: tuple[Term, ...] = ()
    groups: tuple[Group, ...] = ()
    head: str = ""
    variables: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """The text in one line, as a person reads it."""
        if self.terms:
            return " ".join(term.shown or term.text for term in self.terms)
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query taken apart; the dataset is what FROM says, `where` is None where there is none."""

    form: str
    start: int
    dataset: tuple[tuple[int, int], ...]
    where: Group | None
    clauses: tuple[Clause, ...]


def variables(text: str) -> frozenset[str]:
    """Return the names of the variables in a piece of a query."""
    found, at, lexer = set(), 0, Lexer(text)
    while at < len(text):
        token = lexer.at(at)
        if token.kind == "variable":
            found.add(token.text[1:])
        elif token.kind == "iri":  # it may compare: both readings count
            at += 1
            continue
        at = token.end
    return frozenset(found)
