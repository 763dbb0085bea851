"""
From a request's values to an operation, without input or output
(SPARQL 1.1 Protocol §2, https://www.w3.org/TR/sparql11-protocol/#protocol).
"""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal
from urllib.parse import parse_qsl

from partage.errors import (
    ProtocolError,
    QuerySyntaxError,
    UnsupportedMediaType,
    UntranslatedText,
    UpdateRefused,
)
from partage.sparql.federation.service_clauses import ServiceCall, allowed_calls
from partage.sparql.protocol.guard import refuse_update
from partage.sparql.protocol.limits import refuse_deep
from partage.sparql.syntax import opening
from partage.sparql.syntax.lexer import place
from partage.store.engine import Query, ResultKind

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MAX_PARAMETERS = 1000
# What some editors begin a file with; it is no part of the text.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

Method = Literal["GET", "POST", "QUERY"]
ONCE = ("query", "graphs", "update")
# They say in which format an answer is wished for; what they say may fit or not. `Accept` is sent
# by RDF4J's forms.
FORMAT_PARAMETERS = ("format", "output", "results", "Accept")
# They choose how the service description is written; a request with no others asks for that.
DRESSING = frozenset({*FORMAT_PARAMETERS, "lang", "version"})
READING = ("default-graph-uri", "named-graph-uri")
WRITING = ("using-graph-uri", "using-named-graph-uri")
KINDS: dict[str, ResultKind] = {
    "SELECT": "solutions",
    "ASK": "boolean",
    "CONSTRUCT": "graph",
    "DESCRIBE": "graph",
}

Parameters = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class QueryOperation:
    """
    A query to evaluate; `kind` tells what it will answer, before it runs.

    `graphs` names the part of the dataset to ask (see `partage.sparql.protocol.graph_selection`),
    `calls` are those to other endpoints (see `partage.sparql.federation.service_calls`).
    """

    query: Query
    kind: ResultKind
    formats: tuple[str, ...] = ()
    graphs: str | None = None
    calls: tuple[ServiceCall, ...] = ()


@dataclass(frozen=True, slots=True)
class DescribeService:
    """A request for the service description (SPARQL 1.1 Service Description §2)."""

    formats: tuple[str, ...] = ()


Operation = QueryOperation | DescribeService


def parse(  # noqa: PLR0913, PLR0917  # each is a fact of the request or of the endpoint
    method: Method,
    query_string: bytes,
    media_type: str,
    body: bytes,
    base: str,
    allowed: Collection[str] = (),
) -> Operation:
    """
    Return the operation that a request asks for.

    `media_type` is the Content-Type as sent, with its parameters; `base` resolves relative IRIs.
    QUERY (a safe method with a body) is read as POST is. `allowed` are the endpoints that a query
    may call.

    Raises
    ------
    ProtocolError
        Parameters are missing, repeated or contradictory, or the text is not UTF-8.
    QuerySyntaxError
        The text has none of the four query forms, or nests too deeply.
    UnsupportedMediaType
        A POST body is neither a form nor a query.
    UpdateRefused, ServiceRefused
        The operation would change the dataset, or reach out.
    """
    given = _parameters(query_string)
    if method != "GET":
        _add_body(given, media_type, body)
    elif given.keys() <= DRESSING:
        _check_once(given)
        return DescribeService(_formats(given))
    _check_once(given)
    _check(given, method)
    text = given["query"][0].removeprefix(BOM)
    refuse_update(text)
    refuse_deep(text)
    calls = allowed_calls(text, base, allowed)
    query = Query(
        text=text,
        default_graphs=_graphs(given, "default-graph-uri"),
        named_graphs=_graphs(given, "named-graph-uri"),
        base=base,
        prefixes=prefixes(text),
    )
    return QueryOperation(query, kind(text), _formats(given), _first(given, "graphs"), calls)


def kind(text: str) -> ResultKind:
    """
    Return what a query's form answers.

    Raises
    ------
    QuerySyntaxError
        The text begins like none of the four query forms.
    """
    word = opening(text).token
    if word.word in KINDS:
        return KINDS[word.word]
    is_word = word.kind == "word"
    line, column = place(text, word.start if is_word else 0)
    if not is_word:
        raise QuerySyntaxError(
            "Line %(line)d, column %(column)d: this is none of the query forms SELECT, ASK, "
            "CONSTRUCT, DESCRIBE.",
            line,
            column,
        )
    if meant := get_close_matches(word.text.upper()[:40], KINDS, n=1):
        raise QuerySyntaxError(
            "Line %(line)d, column %(column)d: `%(word)s` begins none of the query forms SELECT, "
            "ASK, CONSTRUCT, DESCRIBE. Did you mean %(meant)s?",
            line,
            column,
            word=word.text[:40],
            meant=meant[0],
        )
    raise QuerySyntaxError(
        "Line %(line)d, column %(column)d: `%(word)s` begins none of the query forms SELECT, ASK, "
        "CONSTRUCT, DESCRIBE.",
        line,
        column,
        word=word.text[:40],
    )


def prefixes(text: str) -> tuple[tuple[str, str], ...]:
    """Return the prefixes a query declares, for the answer to be written with."""
    declared = (one for one in opening(text).prologue if one.word == "PREFIX" and ":" in one.value)
    return tuple({one.prefix: one.value for one in declared}.items())


def _parameters(encoded: bytes) -> Parameters:
    found: Parameters = {}
    try:
        text = encoded.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise ProtocolError(
            "The parameters are not UTF-8. Encode them as UTF-8, then percent-encode them."
        ) from error
    except ValueError as error:
        raise ProtocolError(
            "The parameters cannot be read: %(error)s.", error=UntranslatedText(error)
        ) from error
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _add_body(given: Parameters, content_type: str, body: bytes) -> None:
    media_type, charset = _media_type(content_type)
    if charset not in {"", "utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType("The body is %(charset)s. Send it as UTF-8.", charset=charset)
    if media_type == FORM:
        for name, values in _parameters(body).items():
            given.setdefault(name, []).extend(values)
    elif media_type == QUERY:
        if "query" in given:
            raise ProtocolError("There are two queries, in the address and in the body. Send one.")
        try:
            given["query"] = [body.decode("utf-8")]
        except UnicodeDecodeError as error:
            raise ProtocolError(
                "The query is not UTF-8: %(error)s.", error=UntranslatedText(error)
            ) from error
    elif media_type == UPDATE:
        raise UpdateRefused("This endpoint is read-only: it takes queries, no updates.")
    else:
        if not media_type:
            raise UnsupportedMediaType(
                "The body has no media type. Send Content-Type: %(query)s or %(form)s.",
                query=QUERY,
                form=FORM,
            )
        raise UnsupportedMediaType(
            "%(sent)s is not read here. Send Content-Type: %(query)s or %(form)s.",
            sent=media_type,
            query=QUERY,
            form=FORM,
        )


def _media_type(content_type: str) -> tuple[str, str]:
    media_type, _, rest = content_type.partition(";")
    charset = ""
    for parameter in rest.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    return media_type.strip().lower(), charset


def _formats(given: Parameters) -> tuple[str, ...]:
    """Return the formats wished for, in the order of the parameters' names."""
    return tuple(value for name in FORMAT_PARAMETERS for value in given.get(name, ()))


def _first(given: Parameters, name: str) -> str | None:
    return given[name][0] if name in given else None


def _check_once(given: Parameters) -> None:
    for name in ONCE:
        if len(given.get(name, ())) > 1:
            raise ProtocolError(
                "The parameter %(name)s is given %(times)s times, not once.",
                name=name,
                times=len(given[name]),
            )


def _check(given: Parameters, method: Method) -> None:
    if bindings := [name for name in given if name.startswith("$")]:
        raise ProtocolError(
            "%(names)s would bind a variable, as at an RDF4J server. Parameters bind nothing here: "
            "write its value into the query, with VALUES.",
            names=", ".join(bindings)[:200],
        )
    if "graphs" in given and any(any(given.get(name, ())) for name in READING):
        raise ProtocolError(
            "graphs= and %(one)s= or %(other)s= both choose the dataset. Use one of them.",
            one=READING[0],
            other=READING[1],
        )
    if "update" in given:
        if method == "GET" or "query" in given:
            raise ProtocolError(
                "An update comes alone and by POST; and this endpoint takes none. Send `query`."
            )
        raise UpdateRefused("This endpoint is read-only: it takes queries, no updates.")
    for name in WRITING:
        if name in given:
            raise ProtocolError(
                "%(name)s belongs to updates. For a query, use %(one)s.", name=name, one=READING[0]
            )
    if not given.get("query", [""])[0].strip():
        raise ProtocolError("There is no query. Send it as the parameter `query`.")


def _graphs(given: Parameters, name: str) -> tuple[str, ...] | None:
    """Return the graphs named, None when the request names no dataset at all."""
    # One without a value says nothing: forms of other servers send it so.
    named = {one: [*filter(None, given.get(one, ()))] for one in READING}
    if not any(named.values()):
        return None
    for graph in named[name]:
        if ":" not in graph or any(character in graph for character in '<>"{}|^`\\ \t\r\n'):
            raise ProtocolError(
                "%(name)s=%(graph)r is no absolute IRI.", name=name, graph=graph[:200]
            )
    return tuple(named[name])
