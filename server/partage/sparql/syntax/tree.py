"""
The tree of a query: what the grammar's productions yield, each node with its place in the text
(SPARQL 1.2 Query Language §19.8, https://www.w3.org/TR/sparql12-query/#sparqlGrammar).

`start` and `end` are offsets in code points into `QueryTree.text`. Nodes are made once and never
changed; tuples keep the order of the text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from partage.rdf.namespaces import iri
from partage.sparql.syntax.lexer import LOCAL_ESCAPE, Token, unescape

TermKind = Literal["variable", "iri", "literal", "blank", "path", "triple"]
PatternKind = Literal[
    "triple", "filter", "bind", "values", "optional", "minus", "graph", "service", "union",
    "group", "select", "lateral",
]  # fmt: skip
PathKind = Literal["iri", "inverse", "sequence", "alternative", "negated", "?", "*", "+"]


@dataclass(slots=True)
class Path:
    """A property path (§9.1); `text` is that of an IRI, which has no steps."""

    kind: PathKind
    start: int
    end: int
    steps: tuple["Path", ...] = ()
    text: str = ""


@dataclass(slots=True)
class Term:
    """
    A place of a triple pattern.

    `text` is what to ask with: a variable of ours for a blank node, `shown` then what stands in the
    query. `path` is that of a verb, `triple` are the terms of a triple term.
    """

    kind: TermKind
    text: str
    start: int
    end: int
    shown: str = ""
    path: Path | None = None
    triple: tuple["Term", "Term", "Term"] | None = None


@dataclass(slots=True)
class Expression:
    """
    An expression (§17).

    `operator` is `TERM` for a variable, IRI or literal, else an operator as it is written in
    capitals (`||`, `NOT IN`, `!`, `NEG` and `POS` for signs), `CALL`, `AGGREGATE`, `EXISTS` or
    `NOT EXISTS`. `name` is that of a function in capitals or its IRI as written; `distinct` and
    `star` are an aggregate's, `separator` the text of its string; `group` is that of EXISTS.
    """

    operator: str
    start: int
    end: int
    operands: tuple["Expression", ...] = ()
    name: str = ""
    term: Term | None = None
    distinct: bool = False
    star: bool = False
    separator: str | None = None
    group: "Group | None" = None

    def walk(self) -> Iterator["Expression"]:
        """Yield this expression and those it is made of."""
        yield self
        for operand in self.operands:
            yield from operand.walk()

    @property
    def groups(self) -> tuple["Group", ...]:
        """The groups of EXISTS and NOT EXISTS in it."""
        return tuple(one.group for one in self.walk() if one.group is not None)

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in it, those of EXISTS included."""
        found = frozenset[str]()
        for one in self.walk():
            if one.term is not None:
                found |= frozenset(_in_terms((one.term,)))
            if one.group is not None:
                found |= one.group.variables
        return found


@dataclass(slots=True)
class Projection:
    """What SELECT shows or GROUP BY computes: a variable, an expression, or one `AS` the other."""

    start: int
    end: int
    variable: str | None
    expression: Expression | None = None


@dataclass(slots=True)
class Select:
    """The SELECT clause of a query or subquery; no projections where it is `SELECT *`."""

    start: int
    end: int
    modifier: Literal["", "DISTINCT", "REDUCED"]
    projections: tuple[Projection, ...]


@dataclass(slots=True)
class OrderCondition:
    """One condition of ORDER BY (§15.1)."""

    start: int
    end: int
    descending: bool
    expression: Expression


@dataclass(slots=True)
class Clause:
    """
    A solution modifier (§15), or the VALUES clause that ends a query.

    `word` is its first keyword. One of `keys` (GROUP BY), `conditions` (ORDER BY), `constraints`
    (HAVING), `number` (LIMIT, OFFSET) and `data` (VALUES) is filled.
    """

    word: str
    start: int
    end: int
    keys: tuple[Projection, ...] = ()
    conditions: tuple[OrderCondition, ...] = ()
    constraints: tuple[Expression, ...] = ()
    number: int | None = None
    data: "InlineData | None" = None


def all_shown(where: "Group", clauses: Sequence[Clause]) -> frozenset[str]:
    """Return the names of the variables that `SELECT *` shows (§18.2.1)."""
    data = (one.data.variables for one in clauses if one.data is not None)
    return where.in_scope.union(*data)


@dataclass(slots=True)
class InlineData:
    """The variables and rows of VALUES (§10.2); None in a row is UNDEF."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(slots=True)
class SubSelect:
    """A subquery (§12)."""

    select: Select
    where: "Group"
    clauses: tuple[Clause, ...]

    @property
    def shown(self) -> frozenset[str]:
        """The names of the variables that it shows."""
        if not self.select.projections:
            return all_shown(self.where, self.clauses)
        named = (one.variable for one in self.select.projections)
        return frozenset(name for name in named if name is not None)


@dataclass(slots=True)
class Group:
    """What stands between two braces: patterns in their order, or a subquery."""

    start: int
    end: int
    patterns: tuple["Pattern", ...]
    subselect: SubSelect | None = None

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in it; of a subquery, those that it shows."""
        if self.subselect is None:
            return frozenset[str]().union(*(one.variables for one in self.patterns))
        return self.subselect.shown

    def walk(self) -> Iterator["Pattern"]:
        """Yield every pattern in it, those of groups within it included."""
        inner = self.subselect.where if self.subselect is not None else self
        for pattern in inner.patterns:
            yield pattern
            for group in pattern.inner:
                yield from group.walk()

    @property
    def in_scope(self) -> frozenset[str]:
        """The names of the variables that its solutions may bind (§18.2.1)."""
        if self.subselect is not None:
            return self.variables
        return frozenset[str]().union(*(one.in_scope for one in self.patterns))


@dataclass(eq=False)
class Pattern:
    """
    A part of a group; triples that share a subject or a verb are one pattern each.

    `text` is what to ask the pattern with by itself. `terms` are those of a triple pattern, `name`
    is the term of GRAPH or SERVICE, `target` the variable of BIND. No text has the kind `lateral`:
    it is what rewriting makes (SEP-0006).
    """

    kind: PatternKind
    start: int
    end: int
    text: str
    terms: tuple[Term, ...] = ()
    groups: tuple[Group, ...] = ()
    name: Term | None = None
    silent: bool = False
    expression: Expression | None = None
    target: str | None = None
    data: InlineData | None = None

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of the variables that it may bind or reads, ours for blank nodes included."""
        found = set(_in_terms(self.terms))
        if self.name is not None:
            found.update(_in_terms((self.name,)))
        if self.target is not None:
            found.add(self.target)
        if self.data is not None:
            found.update(self.data.variables)
        if self.expression is not None:
            found |= self.expression.variables
        return frozenset(found).union(*(group.variables for group in self.groups))

    @property
    def in_scope(self) -> frozenset[str]:
        """The names of the variables that its solutions may bind (§18.2.1)."""
        if self.kind in {"filter", "minus"}:
            return frozenset()
        if self.kind == "bind":
            return frozenset({self.target or ""})
        if not self.groups:
            return self.variables
        named = frozenset(_in_terms((self.name,)) if self.name else ())
        return named.union(*(group.in_scope for group in self.groups))

    @property
    def inner(self) -> tuple[Group, ...]:
        """The groups within it, those of EXISTS included."""
        return self.groups if self.expression is None else self.expression.groups

    @property
    def head(self) -> str:
        """What stands before the group of GRAPH or SERVICE."""
        if self.name is None:
            return ""
        return self.text[: self.groups[0].start - self.start].strip()

    @property
    def shown(self) -> str:
        """The text in one line, as a person reads it."""
        if self.terms:
            return " ".join(term.shown or term.text for term in self.terms)
        return " ".join(self.text.split())


@dataclass(slots=True)
class Declaration:
    """A BASE, PREFIX or VERSION; `value` is the IRI or string between its delimiters."""

    word: Literal["BASE", "PREFIX", "VERSION"]
    start: int
    end: int
    prefix: str
    value: str


@dataclass(slots=True)
class DatasetClause:
    """FROM or FROM NAMED, with the IRI as written."""

    start: int
    end: int
    named: bool
    iri: str


@dataclass(slots=True)
class QueryTree:
    """
    A query.

    `text` is what was parsed; `start` is where the prologue has
    ended. `template` are the triples of CONSTRUCT, `described` the terms of DESCRIBE. `where` is
    None where there is none; `reified` is where the first triple term, annotation or reifier
    stands (§4.1.5), None where there is none; `services` are where the calls of SERVICE stand.
    """

    text: str
    form: Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
    start: int
    prologue: tuple[Declaration, ...]
    tokens: tuple[Token, ...]
    select: Select | None
    template: tuple[Pattern, ...] | None
    described: tuple[Term, ...]
    dataset: tuple[DatasetClause, ...]
    where: Group | None
    clauses: tuple[Clause, ...]
    reified: int | None
    services: tuple[int, ...]

    def patterns(self) -> Iterator[Pattern]:
        """Yield every pattern of the query, those of subqueries and EXISTS included."""
        return iter(()) if self.where is None else self.where.walk()

    @property
    def prefixes(self) -> dict[str, str]:
        """The namespaces as written, by their prefixes; the last declaration counts."""
        return {one.prefix: unescape(one.value) for one in self.prologue if one.word == "PREFIX"}

    def iri(self, term: Term) -> str | None:
        """Return the IRI of a term of kind `iri`, without escapes and perhaps relative."""
        if term.kind != "iri":
            return None
        if term.text.startswith("<"):
            return unescape(term.text[1:-1])
        if term.text == "a":
            return iri("rdf:type")
        prefix, _, local = term.text.partition(":")
        return self.prefixes[prefix] + LOCAL_ESCAPE.sub(r"\1", local)


def _in_terms(terms: Iterable[Term]) -> Iterator[str]:
    for term in terms:
        if term.kind in {"variable", "blank"}:
            yield term.text[1:]
        elif term.triple is not None:
            yield from _in_terms(term.triple)
