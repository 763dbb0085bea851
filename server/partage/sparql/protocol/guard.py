"""
What a read-only endpoint that never reaches out refuses, before an engine sees it: updates
and `SERVICE` (SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/).

A text with the word `service` in it, wherever and however it is written, passes where our parser
reads it and finds no call, or where the engine's parser does not read it, so that no engine
evaluates it. What only the engine reads, as `SERVICEex:e{}`, is refused. Escapes are read both
ways: within IRIs and strings (SPARQL 1.2 §19.2), and replaced in the whole text before it is read
(SPARQL 1.1 §19.2), as another engine may do. The price: a few odd queries that call nothing are
refused.
"""

import re
from collections.abc import Collection

from partage.errors import QuerySyntaxError, ServiceRefused, UpdateRefused
from partage.rdf.namespaces import BASE
from partage.sparql.syntax import lexer, opening, parse
from partage.store.remote.dialect import is_read, unescape

UPDATES = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)
_WORD = re.compile("service", re.IGNORECASE)


def refuse_service(text: str, allowed: Collection[str] = ()) -> None:
    """
    Let a query pass unless it would call another endpoint.

    The endpoints that are allowed are only told of: who may call them has taken the call out of
    the text before (`partage.sparql.federation.service_clauses`).

    Raises
    ------
    ServiceRefused
        The keyword `SERVICE` can be read in it.
    QuerySyntaxError
        The word stands in a query that ends too early.
    PayloadTooLarge
        The word stands in a text that is too long to be read.
    """
    for reading in dict.fromkeys((text, unescape(text))):
        if (offset := _service(reading)) is not None:
            line, column = lexer.place(reading, offset)
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
    word = opening(unescape(text)).token.text.upper()
    if word in UPDATES:
        raise UpdateRefused(
            "%(word)s is an update; this endpoint only answers queries (SELECT, ASK, "
            "CONSTRUCT, DESCRIBE).",
            word=word,
        )


def _service(text: str) -> int | None:
    """Return where the first call stands, None where there is none."""
    found = _WORD.search(text)
    if found is None:
        return None
    try:
        return min(parse(text).services, default=None)
    except QuerySyntaxError as error:
        words = (token.start for token in lexer.tokens(text) if token.word == "SERVICE")
        if (word := next(words, None)) is not None:
            return word
        if not is_read(text, BASE):  # the base matters only in that there is one
            return None
        if (error.line, error.column) == lexer.place(text, len(text)):
            raise
        return found.start()
