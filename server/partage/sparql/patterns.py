"""
The patterns of a query and where each is written
(SPARQL 1.1 Query Language §19.8, https://www.w3.org/TR/sparql11-query/#sparqlGrammar).

No algebra: pieces of the text, which stay what they mean when they are asked by themselves. What
is not understood is refused as a whole, never guessed; and whoever asks a piece has it parsed by
the engine. See docs/decisions/0013-why-empty.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from partage.errors import PartageError
from partage.sparql.guard import opening
from partage.sparql.tokens import Token, token_at

Kind = Literal[
    "triple", "filter", "bind", "values", "optional", "minus", "graph", "service", "union",
    "group", "select",
]  # fmt: skip
Nature = Literal["variable", "iri", "literal", "path", "blank"]
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
TAIL = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
# Deeper nesting is no query that somebody wrote.
DEEPEST = 40
BLANK = "?partage_blank_"
FIRST, REST, NIL = (
    f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest", "nil")
)
_OPERANDS = ("variable", "string", "language", "number", "name", "iri")


class NotTakenApart(PartageError):
    """The query uses something that is not taken apart here; `offset` says where."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"not taken apart at {offset}")
        self.offset = offset


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


def parse(text: str) -> Parsed:
    """
    Take a query that parses apart.

    Raises
    ------
    NotTakenApart
        It uses what is not known here, as triple terms.
    """
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


def flat(group: Group, depth: int = 0) -> Iterator[tuple[Element, int]]:
    """Yield the elements of a group and of the groups in it, as written, with their depths."""
    if group.select is not None:
        group = group.select.where
    for element in group.elements:
        yield element, depth
        for inner in element.groups:
            yield from flat(inner, depth + 1)


@dataclass(slots=True)
class _Reader:
    text: str
    at: int
    last: int = 0  # where the token that was taken last ends
    depth: int = 0
    blanks: dict[str, str] = field(default_factory=dict)

    def peek(self) -> Token | None:
        """Return the next token, without taking it; `at` is its start then."""
        while self.at < len(self.text):
            token = token_at(self.text, self.at)
            if token.kind != "space":
                if token.kind == "number" and token.text.endswith("."):
                    return Token("number", token.text[:-1], token.start, token.end - 1)
                return token
            self.at = token.end
        return None

    def take(self) -> Token:
        """Return the next token and go beyond it."""
        token = self.peek()
        if token is None:
            raise NotTakenApart(self.at)
        self.at = self.last = token.end
        return token

    def sees(self, *marks: str) -> bool:
        """Return whether one of the marks is next."""
        token = self.peek()
        return token is not None and token.kind == "mark" and token.text in marks

    def word(self, *words: str) -> bool:
        """Return whether one of the keywords is next."""
        token = self.peek()
        return token is not None and token.is_word(*words)

    def expect(self, mark: str) -> Token:
        """Take a mark, which must be next."""
        token = self.take()
        if token.text != mark or token.kind != "mark":
            raise NotTakenApart(token.start)
        return token

    def balanced(self, left: str, right: str) -> None:
        """Go beyond the mark that closes the next one; nothing in between compares."""
        depth = 0
        while True:
            token = self.take()
            if token.kind == "mark":
                depth += (token.text == left) - (token.text == right)
            if depth == 0:
                return

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
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotTakenApart(self.at)
        start = self.expect("{").start
        if self.word("SELECT"):
            self.take()
            self.head()
            select = Select(self.group(), self.clauses())
            self.depth -= 1
            return Group(start, self.expect("}").end, (), select)
        elements: list[Element] = []
        while not self.sees("}"):
            if self.sees("."):
                self.take()
            else:
                elements += self.element()
        self.depth -= 1
        return Group(start, self.expect("}").end, tuple(elements))

    def element(self) -> list[Element]:
        """Take the next element of a group; triples that share a subject are several."""
        token = self.peek()
        if token is None:
            raise NotTakenApart(self.at)
        keyword = token.text.lower() if token.kind == "word" else token.text
        start, groups, head = token.start, [], ""
        kind: Kind
        match keyword:
            case "optional" | "minus":
                self.take()
                kind = "optional" if keyword == "optional" else "minus"
                groups = [self.group()]
            case "graph" | "service":
                self.take()
                kind = "graph" if keyword == "graph" else "service"
                if self.word("SILENT"):
                    self.take()
                self.take()
                head = self.text[start : self.last]
                groups = [self.group()]
            case "filter":
                self.take()
                kind, groups = "filter", self.constraint()
            case "bind":
                self.take()
                kind, groups = "bind", self.expression()
            case "values":
                self.take()
                self.values()
                kind = "values"
            case "{":
                groups = [self.group()]
                while self.word("UNION"):
                    self.take()
                    groups.append(self.group())
                kind = "union" if len(groups) > 1 else "group"
                if kind == "group" and groups[0].select is not None:
                    kind = "select"
            case _:
                return self.triples()
        text = self.text[start : self.last]
        return [Element(kind, start, self.last, text, (), tuple(groups), head, variables(text))]

    def triples(self) -> list[Element]:
        """Take the triples of one subject."""
        found: list[Element] = []
        inner: list[Element] = []
        blank = self.sees("[", "(")
        subject = self.node(inner)
        if not (blank and inner and (self.sees(".", "}", "{") or self.ends())):
            self.properties(subject, found, first=subject.start)
        return found + inner

    def properties(self, subject: Term, found: list[Element], first: int | None = None) -> None:
        """Take verbs with their objects; `first` is where the first triple is written."""
        while True:
            verb = self.verb()
            start = verb.start if first is None else first
            while True:
                inner: list[Element] = []
                node = self.node(inner)
                found.append(_triple(start, node.end, (subject, verb, node)))
                found += inner
                if not self.sees(","):
                    break
                self.take()
                token = self.peek()
                start = token.start if token else self.at
            first = None
            if not self.sees(";"):
                return
            while self.sees(";"):
                self.take()
            if self.sees(".", "}", "]", "{") or self.ends():
                return

    def ends(self) -> bool:
        """Return whether the triples end at a keyword or at the text's end."""
        token = self.peek()
        return token is None or (token.kind == "word" and token.text != "a")

    def verb(self) -> Term:
        """Take a variable or a path."""
        token = self.peek()
        if token is not None and token.kind == "variable":
            self.take()
            return Term("variable", token.text, token.start, token.end)
        start = self.at
        steps = self.path()
        text = self.text[start : self.last]
        return Term("iri" if steps == 1 else "path", text, start, self.last)

    def path(self) -> int:
        """Go beyond a path; return how many marks and names it has."""
        steps = 0
        while True:
            while self.sees("^", "!"):
                self.take()
                steps += 1
            if self.sees("("):
                self.take()
                steps += 2 + (0 if self.sees(")") else self.path())
                self.expect(")")
            else:
                token = self.take()
                if token.kind not in {"iri", "name"} and token.text != "a":
                    raise NotTakenApart(token.start)
                steps += 1
            if self.sees("?", "*") or (self.sees("+") and not self._signed()):
                self.take()
                steps += 1
            if not self.sees("/", "|"):
                return steps
            self.take()
            steps += 1

    def _signed(self) -> bool:
        return self.text[self.at + 1 : self.at + 2].isdigit()

    def node(self, found: list[Element]) -> Term:
        """Take a subject or an object; the triples that it brings along go into `found`."""
        token = self.take()
        start, after = token.start, token.end
        match token.kind:
            case "variable":
                return Term("variable", token.text, start, after)
            case "iri":
                return Term("iri", token.text, start, after)
            case "name" if token.text.startswith("_:"):
                name = self.blanks.setdefault(token.text, f"{BLANK}{len(self.blanks)}")
                return Term("blank", name, start, after, token.text)
            case "name":
                return Term("iri", token.text, start, after)
            case "string":
                self.tag()
                return Term("literal", self.text[start : self.last], start, self.last)
            case "number":
                return Term("literal", token.text, start, after)
            case "word" if token.text in {"true", "false"}:
                return Term("literal", token.text, start, after)
        match token.text:
            case "+" | "-" if (number := self.take()).kind == "number":
                return Term("literal", self.text[start : number.end], start, number.end)
            case "[":
                fresh = self.fresh(start, "[]")
                if not self.sees("]"):
                    self.properties(fresh, found)
                self.expect("]")
                return fresh
            case "(":
                return self.collection(start, found)
        raise NotTakenApart(start)

    def tag(self) -> None:
        """Go beyond the language or datatype of a string."""
        token = self.peek()
        if token is not None and token.kind == "language":
            self.take()
            if self.text.startswith("--", self.at):  # a base direction
                raise NotTakenApart(self.at)
        elif self.sees("^^"):
            self.take()
            self.take()

    def collection(self, start: int, found: list[Element]) -> Term:
        """Take the members of a list; each is a triple with `rdf:first` and one with `rdf:rest`."""
        if self.sees(")"):
            return Term("iri", NIL, start, self.take().end, "()")
        first = node = self.fresh(start, "( )")
        while True:
            inner: list[Element] = []
            member = self.node(inner)
            at = member.end
            found.append(
                _triple(member.start, at, (node, Term("iri", FIRST, at, at, "rdf:first"), member))
            )
            found += inner
            last = self.sees(")")
            rest = Term("iri", NIL, at, at, "()") if last else self.fresh(at, "( )")
            found.append(_triple(at, at, (node, Term("iri", REST, at, at, "rdf:rest"), rest)))
            if last:
                self.take()
                return first
            node = rest

    def fresh(self, start: int, shown: str) -> Term:
        """Return a variable for a node that has no name."""
        name = f"{BLANK}{len(self.blanks)}"
        self.blanks[name] = name
        return Term("blank", name, start, start + 1, shown)


def _triple(start: int, end: int, terms: tuple[Term, Term, Term]) -> Element:
    text = " ".join(term.text for term in terms) + " ."
    return Element("triple", start, end, text, terms, variables=variables(text))


def _operand(token: Token) -> bool:
    return token.kind in _OPERANDS or token.text in {")", "true", "false"}


def variables(text: str) -> frozenset[str]:
    """Return the names of the variables in a piece of a query."""
    found, at = set(), 0
    while at < len(text):
        token = token_at(text, at)
        if token.kind == "variable":
            found.add(token.text[1:])
        elif token.kind == "iri":  # it may compare: both readings count
            at += 1
            continue
        at = token.end
    return frozenset(found)
