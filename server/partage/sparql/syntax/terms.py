"""
The part of the parser that reads terms, paths and triples
(SPARQL 1.2 Query Language §19.8, productions 52 to 119).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from partage.errors import ContentTooLarge, QuerySyntaxError
from partage.rdf.namespaces import iri
from partage.sparql.syntax.lexer import Token, place, token_at
from partage.sparql.syntax.tree import Declaration, Path, Pattern, Term, TermKind

BLANK = "?partage_blank_"
FIRST, REST, NIL = (f"<{iri(f'rdf:{name}')}>" for name in ("first", "rest", "nil"))
TERM_KINDS: dict[str, TermKind] = {
    "variable": "variable",
    "iri": "iri",
    "name": "iri",
    "string": "literal",
    "number": "literal",
}
BOOLEANS = frozenset({"TRUE", "FALSE"})
# Brackets within brackets; each level takes some frames of the interpreter and of the engine.
MAX_DEPTH = 100
# So many are read within a second; their tree takes some 60 MB while it is needed.
MOST_TOKENS = 200_000
Triples = list[Pattern]


class TermParser:
    """Reads token after token; `token` is the next one, `last` where the one before ended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.token: Token = token_at(text, 0)
        self.tokens: list[Token] = []
        self.last = 0
        self.depth = 0
        self.reified: int | None = None
        self.services: list[int] = []
        self.prologue: list[Declaration] = []
        self.prefixes: set[str] = set()
        self._blanks: dict[str, str] = {}
        # The number of the basic graph pattern (§5.1) that is read, and of that of each label.
        self.block = self.blocks = 0
        self.labelled: dict[str, int] = {}

    # Tokens

    def take(self) -> Token:
        """Return the next token and go beyond it."""
        token = self.token
        if token.kind == "name" and token.text.partition(":")[0] not in self.prefixes:
            raise self._undeclared(token)
        if len(self.tokens) == MOST_TOKENS:
            raise ContentTooLarge(
                "The query has more than %(most)s words. Shorten it, for instance its VALUES.",
                most=MOST_TOKENS,
            )
        self.tokens.append(token)
        self.last = token.end
        self.token = token_at(self.text, token.end)
        return token

    def sees(self, *marks: str) -> bool:
        """Return whether one of the marks is next."""
        return self.token.kind == "mark" and self.token.text in marks

    def accept(self, mark: str) -> bool:
        """Take a mark if it is next."""
        if self.token.kind == "mark" and self.token.text == mark:
            self.take()
            return True
        return False

    def expect(self, mark: str) -> Token:
        """Take a mark, which must be next."""
        if self.token.kind != "mark" or self.token.text != mark:
            raise self.error(f"`{mark}`")
        return self.take()

    def keyword(self, *words: str) -> bool:
        """Take a keyword if one of them is next."""
        if self.token.word and self.token.word in words:
            self.take()
            return True
        return False

    def expect_keyword(self, word: str) -> Token:
        """Take a keyword, which must be next."""
        if self.token.word != word:
            raise self.error(f"`{word}`")
        return self.take()

    def expect_iri(self) -> Token:
        """Take an IRI or a prefixed name, which must be next."""
        if self.token.kind not in {"iri", "name"}:
            raise self.error("`iri`")
        return self.take()

    def expect_variable(self) -> str:
        """Take a variable, which must be next, and return its name."""
        if self.token.kind != "variable":
            raise self.error("`Var`")
        return self.take().text[1:]

    def error(self, expected: str) -> QuerySyntaxError:
        """Return the error of the next token; `expected` are terminals and productions (§19.8)."""
        line, column = place(self.text, self.token.start)
        if self.token.kind == "end":
            return QuerySyntaxError(
                "Line %(line)d, column %(column)d: the query ends where the grammar expects "
                "%(expected)s.",
                line,
                column,
                expected=expected,
            )
        text = self.token.text
        # Queries copied from pages have no-break and zero-width spaces, which nobody would see.
        unseen = len(text) == 1 and not text.isprintable()
        return QuerySyntaxError(
            "Line %(line)d, column %(column)d: `%(found)s` stands where the grammar expects "
            "%(expected)s.",
            line,
            column,
            found=f"U+{ord(text):04X}" if unseen else text[:80],
            expected=expected,
        )

    def _labelled_before(self, token: Token) -> QuerySyntaxError:
        """Return the error of a label in a second basic graph pattern (§5.1.1)."""
        return QuerySyntaxError(
            "Line %(line)d, column %(column)d: `%(label)s` stands in another group already, and "
            "the label of a blank node counts within one group only. Write a variable instead.",
            *place(self.text, token.start),
            label=token.text[:80],
        )

    def _undeclared(self, token: Token) -> QuerySyntaxError:
        prefix = token.text.partition(":")[0]
        return QuerySyntaxError(
            "Line %(line)d, column %(column)d: the prefix %(prefix)s: is not declared.",
            *place(self.text, token.start),
            prefix=prefix[:40],
        )

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Read what stands between brackets, at most `MAX_DEPTH` levels deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QuerySyntaxError(
                "Line %(line)d, column %(column)d: the query is nested more than %(most)d levels "
                "deep. Nest it less deeply.",
                *place(self.text, self.token.start),
                most=MAX_DEPTH,
            )
        yield
        self.depth -= 1

    # Terms

    def term(self) -> Term:
        """Take a variable, an IRI or a literal."""
        token = self.token
        kind = TERM_KINDS.get(token.kind)
        if kind is None:
            if token.word in BOOLEANS:
                kind = "literal"
            elif self.sees("+", "-") and self.signs_number():
                self.take()
                kind = "literal"
            else:
                raise self.error("`Var`, `iri`, `RDFLiteral`")
        self.take()
        if token.kind == "string":
            if self.token.kind == "language":
                self.take()
            elif self.accept("^^"):
                self.expect_iri()
        return Term(kind, self.text[token.start : self.last], token.start, self.last)

    def signs_number(self) -> bool:
        """Return whether the next mark is the sign of a number, which no space parts from it."""
        following = token_at(self.text, self.token.end)
        return following.kind == "number" and following.start == self.token.end

    def node(self, found: Triples, *, collections: bool = True) -> Term:
        """Take a subject or an object; the triples that it brings along go into `found`."""
        token = self.token
        if token.kind == "blank":
            if self.labelled.setdefault(token.text, self.block) != self.block:
                raise self._labelled_before(token)
            self.take()
            name = self._blanks.setdefault(token.text, f"{BLANK}{len(self._blanks)}")
            return Term("blank", name, token.start, token.end, token.text)
        if token.kind != "mark" or token.text in {"+", "-"}:
            return self.term()
        with self.nested():
            if token.text == "<<(":
                return self.triple_term()
            if token.text == "<<":
                return self._reified_triple(found)
            if token.text == "[":
                self.take()
                fresh = self.fresh(token.start, "[]")
                if not self.sees("]"):
                    if not collections:
                        raise self.error("`]`")
                    self.properties(fresh, found)
                self.expect("]")
                return fresh
            if token.text == "(" and collections:
                self.take()
                return self._collection(token.start, found)
        raise self.error("`GraphTerm`")

    def _collection(self, start: int, found: Triples) -> Term:
        """Take the members of a list; each is a triple with `rdf:first` and one with `rdf:rest`."""
        if self.accept(")"):
            return Term("iri", NIL, start, self.last, "()")
        first = node = self.fresh(start, "( )")
        while True:
            inner: Triples = []
            member = self.node(inner)
            at = member.end
            verb = Term("iri", FIRST, at, at, "rdf:first")
            found.append(triple(member.start, at, (node, verb, member)))
            found += inner
            closed = self.sees(")")
            rest = Term("iri", NIL, at, at, "()") if closed else self.fresh(at, "( )")
            verb = Term("iri", REST, at, at, "rdf:rest")
            found.append(triple(at, at, (node, verb, rest)))
            if closed:
                self.take()
                return first
            node = rest

    def triple_term(self, *, value: bool = False) -> Term:
        """Take `<<( s p o )>>`; as a value its subject is no triple term (productions 116, 121)."""
        start = self.expect("<<(").start
        if value and self.token.kind not in {"variable", "iri", "name"}:
            raise self.error("`Var`, `iri`")
        subject = self.node([], collections=False)
        verb = self._simple_verb()
        target = self.node([], collections=False)
        self.expect(")>>")
        self._reify(start)
        text = f"<<( {subject.text} {verb.text} {target.text} )>>"
        return Term(
            "triple", text, start, self.last, self.text[start : self.last],
            triple=(subject, verb, target),
        )  # fmt: skip

    def _reified_triple(self, found: Triples) -> Term:
        """Take `<< s p o ~ r >>` and return its reifier (production 110)."""
        start = self.expect("<<").start
        self.node(found, collections=False)
        self._simple_verb()
        self.node(found, collections=False)
        self._reify(start)
        reifier = self.fresh(start, "<< >>")
        if self.accept("~") and not self.sees(">>"):
            reifier = self.node(found, collections=False)
        self.expect(">>")
        return Term(reifier.kind, reifier.text, start, self.last, reifier.shown)

    def _simple_verb(self) -> Term:
        """Take a variable or an IRI (production 84)."""
        if self.token.kind == "variable":
            return self.term()
        token = self.token
        if token.text == "a" and token.kind == "word":
            self.take()
        else:
            self.expect_iri()
        return Term("iri", token.text, token.start, token.end)

    def _reify(self, start: int) -> None:
        """Note where the first triple is reified."""
        self.reified = start if self.reified is None else min(start, self.reified)

    def fresh(self, start: int, shown: str) -> Term:
        """Return a variable for a node that has no name."""
        name = f"{BLANK}{len(self._blanks)}"
        self._blanks[name] = name
        return Term("blank", name, start, start + 1, shown)

    # Triples

    def triples(self, *, paths: bool = True) -> Triples:
        """Take the triples of one subject (production 81)."""
        found: Triples = []
        inner: Triples = []
        blank, reified = self.sees("[", "("), self.sees("<<")
        subject = self.node(inner)
        alone = (blank and inner) or reified
        if not (alone and self._ends()):
            self.properties(subject, found, subject.start, paths=paths)
        return found + inner

    def properties(
        self, subject: Term, found: Triples, first: int | None = None, *, paths: bool = True
    ) -> None:
        """Take verbs with their objects; `first` is where the first triple is written."""
        while True:
            verb = self._verb(paths=paths)
            start = verb.start if first is None else first
            while True:
                inner: Triples = []
                node = self.node(inner)
                found.append(triple(start, node.end, (subject, verb, node)))
                found += inner
                self._annotations(found)
                if not self.accept(","):
                    break
                start = self.token.start
            first = None
            if not self.sees(";"):
                return
            while self.accept(";"):
                pass
            if self._ends() or self.sees("]", "|}"):
                return

    def _annotations(self, found: Triples) -> None:
        """Take reifiers and annotation blocks (production 107)."""
        while self.sees("~", "{|"):
            self._reify(self.token.start)
            if self.accept("~"):
                if self.token.kind in {"variable", "iri", "name", "blank"}:
                    self.node(found)
                continue
            with self.nested():
                reifier = self.fresh(self.take().start, "{| |}")
                self.properties(reifier, found)
                self.expect("|}")

    def _ends(self) -> bool:
        """Return whether the triples of a subject end here."""
        token = self.token
        if token.kind == "word":
            return token.text != "a"
        return token.kind == "end" or self.sees(".", "}", "{")

    # Verbs and paths

    def _verb(self, *, paths: bool) -> Term:
        """Take a variable or a path."""
        if self.token.kind == "variable":
            return self.term()
        if not paths:
            return self._simple_verb()
        path = self._alternatives()
        if path.kind == "iri":
            return Term("iri", path.text, path.start, path.end, path=path)
        text = self.text[path.start : path.end]
        return Term("path", text, path.start, path.end, path=path)

    def _alternatives(self) -> Path:
        start, steps = self.token.start, [self._sequence()]
        while self.accept("|"):
            steps.append(self._sequence())
        if len(steps) == 1:
            return steps[0]
        return Path("alternative", start, self.last, tuple(steps))

    def _sequence(self) -> Path:
        start, steps = self.token.start, [self._step()]
        while self.accept("/"):
            steps.append(self._step())
        if len(steps) == 1:
            return steps[0]
        return Path("sequence", start, self.last, tuple(steps))

    def _step(self) -> Path:
        """Take a step, perhaps inverse, perhaps repeated (productions 91 to 94)."""
        start = self.token.start
        if self.accept("^"):
            step = self._step_forward()
            return Path("inverse", start, self.last, (step,))
        return self._step_forward()

    def _step_forward(self) -> Path:
        start, step = self.token.start, self._primary()
        for mark in ("?", "*", "+"):
            if self.sees(mark) and not (mark == "+" and self.signs_number()):
                self.take()
                return Path(mark, start, self.last, (step,))
        return step

    def _primary(self) -> Path:
        start = self.token.start
        if self.accept("!"):
            steps = self._negated()
            return Path("negated", start, self.last, steps)
        if self.accept("("):
            with self.nested():
                inner = self._alternatives()
            self.expect(")")
            return inner if inner.text else Path(inner.kind, start, self.last, inner.steps)
        return self._single()

    def _negated(self) -> tuple[Path, ...]:
        """Take a negated property set (production 95)."""
        if not self.accept("("):
            return (self._single(inverse=True),)
        steps: list[Path] = []
        while not self.accept(")"):
            if steps:
                self.expect("|")
            steps.append(self._single(inverse=True))
        return tuple(steps)

    def _single(self, *, inverse: bool = False) -> Path:
        """Take an IRI or `a`, where `inverse` allows it perhaps after `^`."""
        start = self.token.start
        if inverse and self.accept("^"):
            step = self._single()
            return Path("inverse", start, step.end, (step,))
        if self.token.text == "a" and self.token.kind == "word":
            self.take()
            return Path("iri", start, self.last, text="a")
        text = self.expect_iri().text
        return Path("iri", start, self.last, text=text)


def triple(start: int, end: int, terms: tuple[Term, Term, Term]) -> Pattern:
    """Return a triple pattern."""
    return Pattern("triple", start, end, " ".join(term.text for term in terms) + " .", terms)
