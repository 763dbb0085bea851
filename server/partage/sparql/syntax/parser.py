"""
From the text of a query to its tree, by recursive descent
(SPARQL 1.2 Query Language §19.8, productions 2 to 80; no updates).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal, NamedTuple

from partage.errors import QuerySyntaxError
from partage.sparql.syntax.expressions import ExpressionParser
from partage.sparql.syntax.lexer import Token, token_at
from partage.sparql.syntax.terms import Triples
from partage.sparql.syntax.tree import (
    Clause,
    DatasetClause,
    Declaration,
    Expression,
    Group,
    InlineData,
    OrderCondition,
    Pattern,
    PatternKind,
    Projection,
    QueryTree,
    Select,
    SubSelect,
    Term,
)

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
_DECLARED = {
    "BASE": ("iri", "`IRIREF`"),
    "PREFIX": ("iri", "`IRIREF`"),
    "VERSION": ("string", "`String`"),
}


class Prologue(NamedTuple):
    """The declarations that a text begins with, and its first token after the prologue."""

    prologue: tuple[Declaration, ...]
    token: Token


def parse(text: str) -> QueryTree:
    """
    Return the tree of a query.

    Raises
    ------
    QuerySyntaxError
        The text is no query of the grammar, or nests brackets more than `MAX_DEPTH` levels deep;
        `line` and `column` say where.
    PayloadTooLarge
        It has more than `MOST_TOKENS` tokens.
    """
    return _Parser(text).query()


def opening(text: str) -> Prologue:
    """Return how any text begins: as a query, or as something else."""
    parser = _Parser(text)
    with suppress(QuerySyntaxError):
        parser.declarations()
    token = parser.token
    while token.word in _DECLARED or token.kind in {"iri", "name", "string"}:
        token = token_at(text, token.end)
    return Prologue(tuple(parser.prologue), token)


class _Parser(ExpressionParser):
    def query(self) -> QueryTree:
        """Take a whole query (productions 2, 7 to 14)."""
        self.declarations()
        start = self.token.start
        select: Select | None = None
        template: tuple[Pattern, ...] | None = None
        described: tuple[Term, ...] = ()
        where: Group | None = None
        form: Form
        dataset: list[DatasetClause] = []
        if self.token.word == "SELECT":
            form, select = "SELECT", self._select()
            dataset = self._dataset()
            where = self._where()
        elif self.keyword("ASK"):
            form, dataset = "ASK", self._dataset()
            where = self._where()
        elif self.keyword("CONSTRUCT"):
            form = "CONSTRUCT"
            if self.sees("{"):
                template = tuple(self._template())
                self.labelled.clear()  # those of a template are its own (§16.2.1)
                dataset = self._dataset()
                where = self._where()
            else:
                dataset = self._dataset()
                self.expect_keyword("WHERE")
                opened = self.token.start
                template = tuple(self._template())
                where = Group(opened, self.last, template)
        elif self.keyword("DESCRIBE"):
            form, described = "DESCRIBE", self._described()
            dataset = self._dataset()
            if self.sees("{") or self.token.word == "WHERE":
                where = self._where()
        else:
            raise self.error("`SELECT`, `ASK`, `CONSTRUCT`, `DESCRIBE`")
        clauses = self._clauses()
        if self.token.kind != "end":
            raise self.error("`EOF`")
        return QueryTree(
            self.text, form, start, tuple(self.prologue), tuple(self.tokens), select, template,
            described, tuple(dataset), where, clauses, self.reified, tuple(self.services),
        )  # fmt: skip

    def declarations(self) -> None:
        """Take the prologue (productions 4 to 8)."""
        while True:
            token = self.token
            if token.kind == "name" and token.text[:6].upper() == "PREFIX":
                self.token = token_at(self.text[: token.start + 6], token.start)  # `PREFIX:<…>`
            word = self.token.word
            if word not in _DECLARED:
                return
            self.take()
            prefix = self._prefix() if word == "PREFIX" else ""
            kind, expected = _DECLARED[word]
            if self.token.kind != kind:
                raise self.error(expected)
            value = self.take().text[1:-1]
            declared = Declaration(word, token.start, self.last, prefix, value)  # type: ignore[arg-type]  # one of the three
            self.prologue.append(declared)

    def _prefix(self) -> str:
        if self.token.kind != "name" or not self.token.text.endswith(":"):
            raise self.error("`PNAME_NS`")
        prefix = self.token.text[:-1]
        self.prefixes.add(prefix)
        self.take()
        return prefix

    # SELECT, DESCRIBE, CONSTRUCT

    def _select(self) -> Select:
        """Take a SELECT clause (production 9)."""
        start = self.expect_keyword("SELECT").start
        modifier: Literal["", "DISTINCT", "REDUCED"] = ""
        if self.keyword("DISTINCT"):
            modifier = "DISTINCT"
        elif self.keyword("REDUCED"):
            modifier = "REDUCED"
        if self.accept("*"):
            return Select(start, self.last, modifier, ())
        found: list[Projection] = []
        while self.token.kind == "variable" or self.sees("("):
            found.append(self._projection(required=True))
        if not found:
            raise self.error("`*`, `Var`, `(`")
        return Select(start, self.last, modifier, tuple(found))

    def _projection(self, *, required: bool) -> Projection:
        """Take a variable or `(expression AS ?variable)`, where `required` with the variable."""
        start = self.token.start
        if self.token.kind == "variable":
            shown = self.expect_variable()
            return Projection(start, self.last, shown)
        if not self.sees("("):
            expression = self.constraint()
            return Projection(start, self.last, None, expression)
        with self.nested():
            self.expect("(")
            expression = self.expression()
            name: str | None = None
            if required or self.token.word == "AS":
                self.expect_keyword("AS")
                name = self.expect_variable()
            self.expect(")")
        return Projection(start, self.last, name, expression)

    def _described(self) -> tuple[Term, ...]:
        if self.accept("*"):
            return ()
        found: list[Term] = []
        while self.token.kind in {"variable", "iri", "name"}:
            found.append(self.term())
        if not found:
            raise self.error("`*`, `Var`, `iri`")
        return tuple(found)

    def _template(self) -> Triples:
        """Take triples without paths in braces (productions 73, 79)."""
        found: Triples = []
        self.expect("{")
        while not self.accept("}"):
            found += self.triples(paths=False)
            if not self.sees("}"):
                self.expect(".")
        return found

    def _dataset(self) -> list[DatasetClause]:
        found = []
        while self.token.word == "FROM":
            start = self.take().start
            named = self.keyword("NAMED")
            iri = self.expect_iri().text
            found.append(DatasetClause(start, self.last, named, iri))
        return found

    def _where(self) -> Group:
        self.keyword("WHERE")
        return self.group()

    # Solution modifiers

    def _clauses(self) -> tuple[Clause, ...]:
        """Take solution modifiers in their order, and VALUES (productions 18 to 28)."""
        found: list[Clause] = []
        for read in (_Parser._group_by, _Parser._having, _Parser._order_by, _Parser._limits):
            read(self, found)
        if self.token.word == "VALUES":
            start = self.take().start
            data = self._inline_data()
            found.append(Clause("VALUES", start, self.last, data=data))
        return tuple(found)

    def _group_by(self, found: list[Clause]) -> None:
        start = self.token.start
        if self.keyword("GROUP"):
            self.expect_keyword("BY")
            keys = [self._projection(required=False)]
            while self._condition_follows():
                keys.append(self._projection(required=False))
            found.append(Clause("GROUP", start, self.last, keys=tuple(keys)))

    def _having(self, found: list[Clause]) -> None:
        start = self.token.start
        if self.keyword("HAVING"):
            constraints = [self.constraint()]
            while self._condition_follows() and self.token.kind != "variable":
                constraints.append(self.constraint())
            found.append(Clause("HAVING", start, self.last, constraints=tuple(constraints)))

    def _order_by(self, found: list[Clause]) -> None:
        start = self.token.start
        if self.keyword("ORDER"):
            self.expect_keyword("BY")
            conditions = [self._order_condition()]
            while self._condition_follows():
                conditions.append(self._order_condition())
            found.append(Clause("ORDER", start, self.last, conditions=tuple(conditions)))

    def _order_condition(self) -> OrderCondition:
        start = self.token.start
        descending = self.token.word == "DESC"
        if self.keyword("ASC", "DESC"):
            expression = self.bracketed()
        elif self.token.kind == "variable":
            term = self.term()
            expression = Expression("TERM", term.start, self.last, term=term)
        else:
            expression = self.constraint()
        return OrderCondition(start, self.last, descending, expression)

    def _condition_follows(self) -> bool:
        """Return whether another condition of GROUP BY, HAVING or ORDER BY is next."""
        token = self.token
        if token.kind == "word":
            return token.word not in {"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}
        return token.kind in {"variable", "iri", "name"} or self.sees("(")

    def _limits(self, found: list[Clause]) -> None:
        while self.token.word in {"LIMIT", "OFFSET"}:
            start, word = self.token.start, self.token.word
            if any(clause.word == word for clause in found):
                raise self.error("`EOF`")
            self.take()
            if self.token.kind != "number" or not self.token.text.isdigit():
                raise self.error("`INTEGER`")
            number = int(self.take().text[:40])
            found.append(Clause(word, start, self.last, number=number))

    def _inline_data(self) -> InlineData:
        """Take the variables and rows of VALUES (productions 67 to 70)."""
        rows: list[tuple[Term | None, ...]] = []
        if self.token.kind == "variable":
            names = (self.expect_variable(),)
            self.expect("{")
            while not self.accept("}"):
                rows.append((self._data_value(),))
            return InlineData(names, tuple(rows))
        self.expect("(")
        found: list[str] = []
        while not self.accept(")"):
            found.append(self.expect_variable())
        self.expect("{")
        while not self.accept("}"):
            self.expect("(")
            row: list[Term | None] = []
            while not self.accept(")"):
                row.append(self._data_value())
            if len(row) != len(found):
                raise self.error(f"`DataBlockValue` × {len(found)}")
            rows.append(tuple(row))
        return InlineData(tuple(found), tuple(rows))

    def _data_value(self) -> Term | None:
        if self.keyword("UNDEF"):
            return None
        if self.token.kind == "variable":
            raise self.error("`iri`, `RDFLiteral`, `UNDEF`")
        return self.triple_term(value=True) if self.sees("<<(") else self.term()

    # Groups

    def group(self) -> Group:
        """Take a group graph pattern (productions 53 to 57)."""
        with self.nested():
            start = self.expect("{").start
            self._begin_block()
            if self.token.word == "SELECT":
                select = self._select()
                where = self._where()
                clauses = self._clauses()
                self.expect("}")
                self._begin_block()
                return Group(start, self.last, (), SubSelect(select, where, clauses))
            patterns: list[Pattern] = []
            after_triples = False
            while not self.accept("}"):
                if after_triples and self.accept("."):
                    after_triples = False
                    continue
                read = _PATTERNS.get(self.token.word or self.token.text)
                if read is None:
                    if after_triples:
                        raise self.error("`.`, `}`")
                    patterns += self.triples()
                    after_triples = True
                    continue
                patterns.append(read(self))
                self.accept(".")
                after_triples = False
            self._begin_block()
            return Group(start, self.last, tuple(patterns))

    def _begin_block(self) -> None:
        self.block = self.blocks = self.blocks + 1

    def _pattern(self, kind: PatternKind, start: int, **parts: object) -> Pattern:
        return Pattern(kind, start, self.last, self.text[start : self.last], **parts)  # type: ignore[arg-type]  # fields of it

    def _optional(self) -> Pattern:
        token = self.take()
        group = self.group()
        return self._pattern(
            "optional" if token.word == "OPTIONAL" else "minus", token.start, groups=(group,)
        )

    def _named(self) -> Pattern:
        """Take GRAPH or SERVICE (productions 58, 59)."""
        token = self.take()
        if token.word == "SERVICE":
            self.services.append(token.start)
        silent = token.word == "SERVICE" and self.keyword("SILENT")
        if self.token.kind not in {"variable", "iri", "name"}:
            raise self.error("`Var`, `iri`")
        name = self.term()
        group = self.group()
        kind: PatternKind = "graph" if token.word == "GRAPH" else "service"
        return self._pattern(kind, token.start, groups=(group,), name=name, silent=silent)

    def _filter(self) -> Pattern:
        start, block = self.take().start, self.block
        expression = self.constraint()
        self.block = block  # a filter does not end a basic graph pattern
        return self._pattern("filter", start, expression=expression)

    def _bind(self) -> Pattern:
        start = self.take().start
        with self.nested():
            self.expect("(")
            expression = self.expression()
            self.expect_keyword("AS")
            target = self.expect_variable()
            self.expect(")")
        return self._pattern("bind", start, expression=expression, target=target)

    def _values(self) -> Pattern:
        start = self.take().start
        data = self._inline_data()
        return self._pattern("values", start, data=data)

    def _groups(self) -> Pattern:
        """Take a group, or the alternatives of UNION (production 67)."""
        start = self.token.start
        groups = [self.group()]
        while self.keyword("UNION"):
            groups.append(self.group())
        kind: PatternKind = "union"
        if len(groups) == 1:
            kind = "select" if groups[0].subselect else "group"
        return self._pattern(kind, start, groups=tuple(groups))


_PATTERNS: dict[str, Callable[[_Parser], Pattern]] = {
    "OPTIONAL": _Parser._optional,  # noqa: SLF001  # its own
    "MINUS": _Parser._optional,  # noqa: SLF001
    "GRAPH": _Parser._named,  # noqa: SLF001
    "SERVICE": _Parser._named,  # noqa: SLF001
    "FILTER": _Parser._filter,  # noqa: SLF001
    "BIND": _Parser._bind,  # noqa: SLF001
    "VALUES": _Parser._values,  # noqa: SLF001
    "{": _Parser._groups,  # noqa: SLF001
}
