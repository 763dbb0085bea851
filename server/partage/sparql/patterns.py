"""
A query taken apart, with the place of every piece.

What is not understood is refused as a whole, never guessed; and whoever asks a piece has it parsed
by the engine. See docs/decisions/0013-why-empty.md.
"""

from collections.abc import Callable

from partage.sparql.guard import opening
from partage.sparql.limits import LONGEST
from partage.sparql.pieces import (
    Clause,
    Element,
    Group,
    Kind,
    NotTakenApart,
    Parsed,
    Select,
    TooManyPatterns,
    variables,
)
from partage.sparql.tokens import Token
from partage.sparql.triples import Triples

TAIL = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
Taken = tuple[Kind, str, list[Group]]
_OPERANDS = ("variable", "string", "language", "number", "name", "iri")


def parse(text: str) -> Parsed:
    """
    Take a query that parses apart.

    Raises
    ------
    NotTakenApart
        It uses what is not known here, as triple terms.
    TooManyPatterns
        It has more patterns than are looked into, or is longer.
    """
    if len(text) > LONGEST:
        raise TooManyPatterns(LONGEST)
    word = opening(text)
    if word is None:
        raise NotTakenApart(0)
    reader = _Reader(text, word.end)
    form = word.text.upper()
    if form == "CONSTRUCT" and reader.sees("{"):
        reader.balanced("{", "}")
    dataset = reader.head()
    if form == "DESCRIBE" and not reader.sees("{"):
        return Parsed(form, word.start, dataset, None, ())
    where = reader.group()
    clauses = reader.clauses()
    if reader.peek() is not None:
        raise NotTakenApart(reader.at)
    return Parsed(form, word.start, dataset, where, clauses)


class _Reader(Triples):
    def expression(self) -> list[Group]:
        """Go beyond an expression in parentheses; return the groups of its EXISTS."""
        groups, depth = [], 0
        before: Token | None = None
        while True:
            if self.sees("{"):
                groups.append(self.group())
                before = None
                continue
            token = self.take()
            if token.kind == "iri" and before is not None and _operand(before):
                token = Token("mark", "<", token.start, token.start + 1)  # it compares
                self.at = self.last = token.end
            depth += (token.text == "(") - (token.text == ")")
            before = token
            if depth == 0:
                return groups

    def constraint(self) -> list[Group]:
        """Go beyond a constraint of FILTER or HAVING."""
        if self.word("NOT"):
            self.take()
        if self.word("EXISTS"):
            self.take()
            return [self.group()]
        if not self.sees("("):
            self.take()  # the name of a function
        if not self.sees("("):
            raise NotTakenApart(self.at)
        return self.expression()

    def head(self) -> tuple[tuple[int, int], ...]:
        """Go from the form to the brace of WHERE; return where FROM is written."""
        found = []
        while not self.sees("{") and self.peek() is not None:
            if self.sees("("):
                self.expression()
                continue
            token = self.take()
            if token.is_word("FROM"):
                if self.word("NAMED"):
                    self.take()
                found.append((token.start, self.take().end))
        return tuple(found)

    def clauses(self) -> tuple[Clause, ...]:
        """Take what follows WHERE, until the text or the group of the subquery ends."""
        found: list[Clause] = []
        while (token := self.peek()) is not None and not self.sees("}"):
            if not token.is_word(*TAIL):
                raise NotTakenApart(token.start)
            self.take()
            if token.is_word("VALUES"):
                self.values()
            else:
                self.modifier()
            found.append(Clause(token.text.upper(), token.start, self.last))
        return tuple(found)

    def modifier(self) -> None:
        """Go beyond a solution modifier."""
        while (token := self.peek()) is not None and not token.is_word(*TAIL):
            if self.sees("}"):
                break
            if self.sees("("):
                self.expression()
            else:
                self.take()

    def values(self) -> None:
        """Go beyond the variables and data of VALUES."""
        if self.sees("("):
            self.balanced("(", ")")
        else:
            self.take()
        self.balanced("{", "}")

    def group(self) -> Group:
        """Take a group in braces."""
        with self.nested():
            start = self.expect("{").start
            if self.word("SELECT"):
                self.take()
                self.head()
                select = Select(self.group(), self.clauses())
                return Group(start, self.expect("}").end, (), select)
            elements: list[Element] = []
            while not self.sees("}"):
                if self.sees("."):
                    self.take()
                else:
                    elements += self.element()
            return Group(start, self.expect("}").end, tuple(elements))

    def element(self) -> list[Element]:
        """Take the next element of a group; triples that share a subject are several."""
        token = self.peek()
        if token is None:
            raise NotTakenApart(self.at)
        take = _ELEMENTS.get(token.text.upper() if token.kind == "word" else token.text)
        if take is None:
            return self.triples()
        self.count()
        kind, head, groups = take(self)
        text = self.text[token.start : self.last]
        return [
            Element(
                kind, token.start, self.last, text, (), tuple(groups), head, variables(text)
            )
        ]  # fmt: skip

    def block(self) -> Taken:
        """Take OPTIONAL or MINUS."""
        kind: Kind = "optional" if self.take().is_word("OPTIONAL") else "minus"
        return kind, "", [self.group()]

    def named(self) -> Taken:
        """Take GRAPH or SERVICE."""
        token = self.take()
        if self.word("SILENT"):
            self.take()
        head = self.text[token.start : self.take().end]
        return "graph" if token.is_word("GRAPH") else "service", head, [self.group()]

    def filter(self) -> Taken:
        """Take FILTER."""
        self.take()
        return "filter", "", self.constraint()

    def bind(self) -> Taken:
        """Take BIND."""
        self.take()
        return "bind", "", self.expression()

    def data(self) -> Taken:
        """Take VALUES."""
        self.take()
        self.values()
        return "values", "", []

    def groups(self) -> Taken:
        """Take a group, or the alternatives of UNION."""
        groups = [self.group()]
        while self.word("UNION"):
            self.take()
            groups.append(self.group())
        if len(groups) > 1:
            return "union", "", groups
        return "select" if groups[0].select else "group", "", groups


_ELEMENTS: dict[str, Callable[[_Reader], Taken]] = {
    "OPTIONAL": _Reader.block,
    "MINUS": _Reader.block,
    "GRAPH": _Reader.named,
    "SERVICE": _Reader.named,
    "FILTER": _Reader.filter,
    "BIND": _Reader.bind,
    "VALUES": _Reader.data,
    "{": _Reader.groups,
}


def _operand(token: Token) -> bool:
    return token.kind in _OPERANDS or token.text in {")", "true", "false"}
