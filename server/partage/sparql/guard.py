"""
What a read-only endpoint that never reaches out refuses, before an engine sees it: updates
and `SERVICE` (SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/).

A guard must read a query at least as freely as any engine does, and engines are free: ours reads
`trueSERVICEex:e{}` as four words, and in `FILTER(?a<?x)SERVICE?v#>` takes for a comparison what
could be an IRI. So the guard follows every reading of such characters, and refuses a query when
any of them meets the keyword. Escapes are read both ways too: replaced before parsing, as the
specification says, and left alone. The price: a few odd queries that call nothing are refused.
"""

import re
from collections.abc import Collection

from partage.errors import ServiceRefused, UpdateRefused
from partage.sparql.tokens import (
    IRI,
    NAME,
    SPACE,
    VARIABLE,
    Token,
    place,
    token_at,
    tokens,
    unescape,
)

UPDATES = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)
_CALL = re.compile(
    rf"(?:TRUE|FALSE)?(?P<keyword>SERVICE{SPACE}(?:SILENT{SPACE})?)"
    rf"(?:{IRI}|{VARIABLE}|(?P<name>{NAME})){SPACE}\{{",
    re.IGNORECASE,
)
_PERHAPS = re.compile(r"SERVICE(?:SILENT)?(?:[\s#<?$]|[\w\-·.]{0,128}:)", re.IGNORECASE)
# Reading a text in every way takes time that grows with its length; a long one is not worth it.
CAREFULLY_READ = 100_000


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
    perhaps = _PERHAPS.search(text)
    if perhaps is None or len(text) > CAREFULLY_READ:
        return perhaps and perhaps.start()
    pending = [0]
    seen = set(pending)
    while pending:
        token = token_at(text, pending.pop())
        if token.kind in {"word", "name"} and _calls(text, token):
            return token.start
        for end in _ends(token):
            if end < len(text) and end not in seen:
                seen.add(end)
                pending.append(end)
    return None


def _calls(text: str, token: Token) -> bool:
    call = _CALL.match(text, token.start)
    if call is None:
        return False
    if token.kind == "word" or call["name"] is None:
        return True
    # `service:x` is a name, unless what follows the keyword in it is a name of its own.
    prefix = call["name"].partition(":")[0]
    declared = rf"PREFIX{SPACE}(?-i:{re.escape(prefix)}):{SPACE}<"
    return re.search(declared, text, re.IGNORECASE) is not None


def _ends(token: Token) -> tuple[int, ...]:
    """
    Return where the token may end.

    `<` may be an operator, and three quotes an empty string and the start of another. A quote that
    opens no string ends this reading: no engine has a use for it.
    """
    if token.kind == "mark" and token.text in {'"', "'"}:
        return ()
    if token.kind == "iri":
        return token.end, token.start + 1
    if token.text.startswith(('"""', "'''")):
        return token.end, token.start + 2
    return (token.end,)
