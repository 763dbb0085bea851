"""The triples of a query, term by term (SPARQL 1.1 Query Language §4, §9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from partage.rdf.namespaces import iri
from partage.sparql.limits import MOST_PATTERNS
from partage.sparql.pieces import (
    Element,
    Nature,
    NotTakenApart,
    Term,
    TooManyPatterns,
    variables,
)
from partage.sparql.tokens import Lexer, Token

BLANK = "?partage_blank_"
FIRST, REST, NIL = (f"<{iri(f'rdf:{name}')}>" for name in ("first", "rest", "nil"))
NATURES: dict[str, Nature] = {
    "variable": "variable",
    "iri": "iri",
    "name": "iri",
    "number": "literal",
}

# Deeper nesting is no query that somebody wrote.
DEEPEST = 40


@dataclass(slots=True)
class Words:
    """Reads the tokens of a text, one after the other."""

    text: str
    at: int
    last: int = 0  # where the token that was taken last ends
    depth: int = 0
    patterns: int = 0
    blanks: dict[str, str] = field(default_factory=dict)
    _lexer: Lexer = field(init=False)
    # The token that was looked at last; a reader looks several times before it takes one.
    _next: Token | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._lexer = Lexer(self.text)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Go one level of brackets deeper meanwhile."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotTakenApart(self.at)
        yield
        self.depth -= 1

    def count(self) -> None:
        """Count a pattern that was found."""
        self.patterns += 1
        if self.patterns > MOST_PATTERNS:
            raise TooManyPatterns(self.at)

    def peek(self) -> Token | None:
        """Return the next token, without taking it; `at` is its start then."""
        if self._next is not None and self._next.start == self.at:
            return self._next
        while self.at < len(self.text):
            token = self._lexer.at(self.at)
            if token.kind != "space":
                if token.kind == "number" and token.text.endswith("."):
                    token = Token("number", token.text[:-1], token.start, token.end - 1)
                self._next = token
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


class Triples(Words):
    """Reads triples; those with a subject, verb or object in common are told one by one."""

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
                found.append(self.triple(start, node.end, (subject, verb, node)))
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
                with self.nested():
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
        start, text = token.start, token.text
        if text.startswith("_:"):
            name = self.blanks.setdefault(text, f"{BLANK}{len(self.blanks)}")
            return Term("blank", name, start, token.end, text)
        if text in {"[", "("}:
            with self.nested():
                taken = self.properties_of_blank if text == "[" else self.collection
                return taken(start, found)
        nature = NATURES.get(token.kind)
        if token.kind == "string":
            self.tag()
            nature = "literal"
        elif (text in {"+", "-"} and self.take().kind == "number") or text in {"true", "false"}:
            nature = "literal"
        if nature is None:
            raise NotTakenApart(start)
        return Term(nature, self.text[start : self.last], start, self.last)

    def properties_of_blank(self, start: int, found: list[Element]) -> Term:
        """Take what stands between brackets, of which the first is taken."""
        fresh = self.fresh(start, "[]")
        if not self.sees("]"):
            self.properties(fresh, found)
        self.expect("]")
        return fresh

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
            first_of = Term("iri", FIRST, at, at, "rdf:first")
            found.append(self.triple(member.start, at, (node, first_of, member)))
            found += inner
            last = self.sees(")")
            rest = Term("iri", NIL, at, at, "()") if last else self.fresh(at, "( )")
            found.append(self.triple(at, at, (node, Term("iri", REST, at, at, "rdf:rest"), rest)))
            if last:
                self.take()
                return first
            node = rest

    def triple(self, start: int, end: int, terms: tuple[Term, Term, Term]) -> Element:
        """Return a triple pattern."""
        self.count()
        text = " ".join(term.text for term in terms) + " ."
        return Element("triple", start, end, text, terms, variables=variables(text))

    def fresh(self, start: int, shown: str) -> Term:
        """Return a variable for a node that has no name."""
        name = f"{BLANK}{len(self.blanks)}"
        self.blanks[name] = name
        return Term("blank", name, start, start + 1, shown)
