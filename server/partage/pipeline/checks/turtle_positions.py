"""
Where a Turtle or TriG file says a thing: the line of a subject, a predicate or an object.

A small reader of RDF 1.1 Turtle and TriG tokens, for files that are known to parse. It keeps the
line of each statement; what stands inside `[ ]` or `( )` counts for the statement around it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from partage.rdf.namespaces import ID, iri

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n\r]*)
    |(?P<string>\"{3}(?:[^"\\]|\\.|\"(?!\"\"))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
               |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<iri><[^<>"{}|^`\s]*>)
    |(?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<datatype>\^\^)
    |(?P<name>[^\s<>"'()\[\]{};,.@^\#:]*:(?:[^\s<>"'()\[\]{};,\#]*[^\s<>"'()\[\]{};,.\#])?)
    |(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<word>[A-Za-z]+)
    |(?P<mark>[.;,()\[\]{}])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class TurtlePositions:
    """The lines of one file's statements, by graph, subject, predicate and value."""

    lines: dict[Key, int]
    graphs: dict[str, list[str | None]] = field(default_factory=dict)

    def line(
        self,
        subject: str,
        predicate: str | None = None,
        value: str | None = None,
        graph: str | None = None,
    ) -> int | None:
        """Return the line that says so most precisely; at least where the subject is opened."""
        everywhere = self.graphs.get(subject, [])
        graphs = [graph] if graph in everywhere else everywhere
        wanted: list[Key] = [(subject, predicate, value), (subject, predicate), (subject,)]
        for key in wanted:
            for name in graphs:
                if None not in key and (name, *key) in self.lines:
                    return self.lines[(name, *key)]
        return None


@dataclass(slots=True)
class _PositionReader:
    """Walks the tokens and notes the line of each subject, predicate and object."""

    lines: dict[Key, int] = field(default_factory=dict)
    graphs: dict[str, list[str | None]] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    base: str = ID
    graph: str | None = None
    statement: list[str] = field(default_factory=list)
    depth: int = 0

    def note(self, line: int) -> None:
        """Note a term of the current statement, unless it was noted before."""
        if len(self.statement) == 1:
            known = self.graphs.setdefault(self.statement[0], [])
            if self.graph not in known:
                known.append(self.graph)
        self.lines.setdefault((self.graph, *self.statement), line)

    def resolve(self, kind: str, text: str) -> str:
        """Return the IRI, or the lexical form, that a token stands for."""
        if kind == "iri":
            inner = text[1:-1]
            return inner if _SCHEME.match(inner) else urljoin(self.base, inner)
        if kind == "name":
            prefix, _, local = text.partition(":")
            return self.prefixes.get(prefix, f"{prefix}:") + _ESCAPE.sub(r"\1", local)
        if kind == "string":
            quotes = 3 if text[:3] in ('"""', "'''") else 1
            return _ESCAPE.sub(lambda m: _CONTROL.get(m[1], m[1]), text[quotes:-quotes])
        return iri("rdf:type") if text == "a" else text

    def term(self, value: str, line: int) -> None:
        """Take the next term of the statement."""
        if len(self.statement) > 2:
            self.statement.pop()
        self.statement.append(value)
        self.note(line)

    def mark(self, text: str, line: int) -> None:
        """Take a punctuation mark."""
        if text in "[(":
            if self.depth == 0:
                self.term("_:", line)
            self.depth += 1
        elif text in "])":
            self.depth -= 1
        elif self.depth:
            return
        elif text == "{":
            self.graph = self.statement[0] if self.statement else None
            if self.graph:  # the label was noted as a subject of the default graph: there it stays
                self.lines.setdefault((None, self.graph), line)
            self.statement = []
        elif text == "}":
            self.graph, self.statement = None, []
        elif text == ".":
            self.statement = []
        elif text == ";":
            del self.statement[1:]


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match.group(), line
        line += match.group().count("\n")


def places(text: str) -> TurtlePositions:
    """Return where the text of a Turtle or TriG file says what it says."""
    reader = _PositionReader()
    tokens = _tokens(text)
    for kind, token, line in tokens:
        directive = token.lstrip("@").lower() if kind in ("at", "word") else ""
        if directive == "prefix" and not reader.statement:
            _, name, _ = next(tokens)
            reader.prefixes[name.rstrip(":")] = reader.resolve(*next(tokens)[:2])
        elif directive == "base" and not reader.statement:
            reader.base = reader.resolve(*next(tokens)[:2])
        elif kind == "mark":
            reader.mark(token, line)
        elif kind == "datatype":
            next(tokens, None)
        elif kind != "at" and directive != "graph" and reader.depth == 0:
            reader.term(reader.resolve(kind, token), line)
    return TurtlePositions(reader.lines, reader.graphs)
