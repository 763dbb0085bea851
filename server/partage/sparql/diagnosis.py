"""
Where a syntax error really is.

The engine's parser reports the furthest place it looked at, and counts a keyword that it tried in
vain as looked at: `{ ?s ex:p ?o }` is faulted at a column where OPTIONAL, tried at `?s`, would have
ended. With the tokens spread so far apart that no keyword reaches over to the next, the furthest
place is the right one.
"""

from bisect import bisect_right

from partage.errors import EngineError, QuerySyntaxError
from partage.rdf.namespaces import PREFIXES
from partage.sparql.tokens import Token, place, tokens
from partage.store.engine import Engine, Limits, Query

# Longer than any keyword of SPARQL.
GAP = 24


def locate(engine: Engine, query: Query, error: QuerySyntaxError) -> QuerySyntaxError:
    """Return the error with the place and the words that a person would point at."""
    read = list(tokens(query.text))
    if error.line is None or not read:
        return error
    starts, spread = [], ""
    for token in read:
        starts.append(len(spread))
        spread += token.text.replace("\n", " ") + " " * GAP
    try:
        engine.query(Query(spread, base=query.base, limits=Limits(seconds=1))).close()
    except QuerySyntaxError as found:
        at = (found.column or 1) - 1
        if at >= len(spread):
            return _at_end(query.text, found)
        return _at_token(query.text, read[bisect_right(starts, at) - 1], found)
    except EngineError:
        return error
    return error  # spread out it parses: the fault lies between two tokens


def _at_end(text: str, found: QuerySyntaxError) -> QuerySyntaxError:
    line, column = place(text, len(text.rstrip()))
    reason = _reason(found) or "the query ends too early."
    return QuerySyntaxError(f"Line {line}, column {column}: {reason}", line, column)


def _at_token(text: str, token: Token, found: QuerySyntaxError) -> QuerySyntaxError:
    line, column = place(text, token.start)
    reason = _reason(found) or "this is not expected here."
    prefix = token.text.partition(":")[0]
    if "Prefix not found" in reason:
        reason = f"the prefix {prefix}: is not declared."
        if prefix in PREFIXES:
            reason += f" Add PREFIX {prefix}: <{PREFIXES[prefix]}> at the top."
    return QuerySyntaxError(
        f"Line {line}, column {column}: `{token.text[:60]}`: {reason}", line, column
    )


def _reason(found: QuerySyntaxError) -> str:
    """Return what the parser says in words, if it says more than what it tried."""
    reason = str(found).partition(": ")[2]
    return "" if reason.startswith(("expected ", "this is not expected")) else reason
