"""
What a read-only endpoint that never reaches out refuses, before an engine sees it: updates
and `SERVICE` (SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/).

A guard must read a query at least as freely as any engine does, and engines are free: ours reads
`trueSERVICEex:e{}` as four words, and in `FILTER(?a<?x)SERVICE?v#>` takes for a comparison what
could be an IRI. So the guard follows every reading of such characters, and refuses a query when
any of them meets the keyword. Escapes are read both ways too: replaced before parsing, as the
specification says, and left alone. The price: a few odd queries that call nothing are refused.

All readings together take time that grows as the text's length does: places are visited in order,
each once, and where a string or a comment ends is found once for all that overlap.
"""

import re
from bisect import bisect_left
from collections.abc import Collection

from partage.errors import ServiceRefused, UpdateRefused
from partage.sparql.tokens import BLANK, IRI, NAME, VARIABLE, Token, place, tokens, unescape

UPDATES = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)
_PERHAPS = re.compile(r"SERVICE(?:SILENT)?(?:[\s#<?$]|[\w\-·.]{0,128}:)", re.IGNORECASE)
_KEYWORD = re.compile(r"(?:TRUE|FALSE)?SERVICE", re.IGNORECASE)
_SILENT = re.compile(r"SILENT", re.IGNORECASE)
_ENDPOINT = re.compile(rf"{IRI}|{VARIABLE}|(?P<name>{NAME})")
_PREFIX = re.compile(r"PREFIX", re.IGNORECASE)
_DECLARED = re.compile(r"((?:[^\W\d_](?:[\w\-·.]{0,100}[\w\-·])?)?):")
_LINE_END = re.compile(r"[\r\n]")
_WHITE = re.compile(r"\s*+")
_IRI = re.compile(IRI)
_WORD = re.compile(rf"(?P<name>{BLANK}|{NAME})|[^\W\d]\w*")
_QUOTES = re.compile(r"'''|\"\"\"|'|\"")
# What follows opening quotes, until they are closed or can be no more.
_UNTIL = {
    "'''": re.compile(r"(?:'{0,2}(?:[^'\\]|\\.))*+", re.DOTALL),
    '"""': re.compile(r'(?:"{0,2}(?:[^"\\]|\\.))*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\r\n]|\\.)*+", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\r\n]|\\.)*+', re.DOTALL),
}
# Numbers, variables, language tags, and runs of marks that open nothing: read in one way only.
_OTHER = re.compile(
    r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[?$]\w+|@[A-Za-z0-9\-]+|[^\w\s:<?$@.#'\"]++|."
)


def refuse_service(text: str, allowed: Collection[str] = ()) -> None:
    """
    Let a query pass unless it would call another endpoint.

    The endpoints that are allowed are only told of: who may call them has taken the call out of
    the text before (`partage.sparql.federation`).

    Raises
    ------
    ServiceRefused
        The keyword `SERVICE` can be read in it.
    """
    for reading in dict.fromkeys((text, unescape(text))):
        if (offset := _service(reading)) is not None:
            line, column = place(reading, offset)
            if not allowed:
                raise ServiceRefused(
                    "Line %(line)d, column %(column)d: SERVICE would send parts of the query to "
                    "another endpoint, which this one does not do. Ask that endpoint yourself and "
                    "put its answer in with VALUES.",
                    line=line,
                    column=column,
                )
            raise ServiceRefused(
                "Line %(line)d, column %(column)d: SERVICE would send parts of the query to "
                "another endpoint, which this one only does where it is one of %(allowed)s, named "
                "as such and not within another SERVICE. Ask that endpoint yourself and put its "
                "answer in with VALUES.",
                line=line,
                column=column,
                allowed=", ".join(f"<{endpoint}>" for endpoint in allowed),
            )


def refuse_update(text: str) -> None:
    """
    Let a text pass unless it is an update.

    Raises
    ------
    UpdateRefused
        Its first word after the prologue begins an update operation.
    """
    word = opening(unescape(text))
    if word is not None and word.is_word(*UPDATES):
        raise UpdateRefused(
            "%(word)s is an update; this endpoint only answers queries (SELECT, ASK, "
            "CONSTRUCT, DESCRIBE).",
            word=word.text.upper(),
        )


def opening(text: str) -> Token | None:
    """Return the first word after the prologue, or None."""
    for token in tokens(text):
        if token.kind == "word" and not token.is_word("PREFIX", "BASE", "VERSION"):
            return token
        if token.kind not in {"word", "iri", "name", "string"}:
            break
    return None


def _service(text: str) -> int | None:
    """Return where a reading of the text meets the keyword, or None when none does."""
    return _Readings(text).call() if _PERHAPS.search(text) else None


class _Readings:
    """Every way to read a text, from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_ends = [match.start() for match in _LINE_END.finditer(text)]
        # Where the white space and comments end that begin at a place.
        self._space_ends: dict[int, int] = {}
        # By its quotes, the string read last: where it ends, and whether it is closed there.
        self._strings: dict[str, tuple[int, bool]] = {}
        self._prefixes: set[str] | None = None

    def call(self) -> int | None:
        """Return where the first call begins."""
        reached = bytearray(len(self.text) + 1)
        start = 0
        while 0 <= start < len(self.text):
            word = _WORD.match(self.text, start)
            if word is None:
                for end in self._ends(start):
                    reached[end] = True
            elif self._calls(start, is_name=word["name"] is not None):
                return start
            else:
                reached[word.end()] = True
            start = reached.find(True, start + 1)
        return None

    def _ends(self, start: int) -> tuple[int, ...]:
        """
        Return where what starts here, and is no word, may end.

        `<` may be an operator, and three quotes an empty string and the start of another. A quote
        that opens no string ends this reading: no engine has a use for it.
        """
        first = self.text[start]
        if first == "#":
            return (self._line_end(start),)
        if first.isspace():
            return (_end(_WHITE, self.text, start),)
        if first == "<":
            iri = _IRI.match(self.text, start)
            return (start + 1, iri.end()) if iri else (start + 1,)
        if (quotes := _QUOTES.match(self.text, start)) is None:
            return (_end(_OTHER, self.text, start),)
        end = self._string(start, quotes[0])
        empty = (start + 2,) if len(quotes[0]) == 3 else ()
        return empty if end is None else (end, *empty)

    def _string(self, start: int, quotes: str) -> int | None:
        """
        Return where a string ends, None where it is not closed.

        Where it begins within the one read before, an escape parts their quotes, so that both end
        alike.
        """
        width = len(quotes)
        end, closed = self._strings.get(quotes, (0, False))
        if start + width > (end - width if closed else end):
            end = _end(_UNTIL[quotes], self.text, start + width)
            closed = self.text.startswith(quotes, end)
            end += width * closed
            self._strings[quotes] = end, closed
        return end if closed else None

    def _line_end(self, start: int) -> int:
        at = bisect_left(self._line_ends, start)
        return self._line_ends[at] if at < len(self._line_ends) else len(self.text)

    def _beyond(self, start: int) -> int:
        """Return where the white space and comments end that start here, if any do."""
        passed, at = [], start
        while (end := self._space_ends.get(at)) is None:
            passed.append(at)
            end = _end(_WHITE, self.text, at)
            if not self.text.startswith("#", end):
                break
            at = self._line_end(end)
        self._space_ends.update(dict.fromkeys(passed, end))
        return end

    def _calls(self, start: int, *, is_name: bool) -> bool:
        """Return whether a call begins with the word here."""
        keyword = _KEYWORD.match(self.text, start)
        if keyword is None:
            return False
        places = [self._beyond(keyword.end())]
        if silent := _SILENT.match(self.text, places[0]):
            places.append(self._beyond(silent.end()))
        for at in places:
            endpoint = _ENDPOINT.match(self.text, at)
            if endpoint is None or not self.text.startswith("{", self._beyond(endpoint.end())):
                continue
            name = endpoint["name"]
            # `service:x` is a name, unless what follows the keyword in it is a name of its own.
            if not is_name or name is None or name.partition(":")[0] in self._declared():
                return True
        return False

    def _declared(self) -> set[str]:
        """Return the prefixes that any reading may find declared."""
        if self._prefixes is None:
            self._prefixes = set()
            for keyword in _PREFIX.finditer(self.text):
                name = _DECLARED.match(self.text, self._beyond(keyword.end()))
                if name and self.text.startswith("<", self._beyond(name.end())):
                    self._prefixes.add(name[1])
        return self._prefixes


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    assert match is not None  # each of them matches one character, or nothing
    return match.end()
