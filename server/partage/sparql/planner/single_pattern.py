"""
The smallest queries: one triple pattern about one thing, as most programs ask.

The engine has the last word on them: what it does not read fails there.
"""

import re
from dataclasses import dataclass

from partage.errors import QuerySyntaxError
from partage.sparql.syntax import parse
from partage.sparql.syntax.tree import QueryTree

LONGEST = 2_000
KINDS = frozenset({"variable", "iri", "literal"})
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SinglePatternQuery:
    """
    A query that has as many solutions as one thing has triples.

    `iris` are those of its pattern.
    """

    text: str
    iris: tuple[str, ...]


def lookup(text: str) -> SinglePatternQuery | None:
    """
    Return the lookup that a text is; None for what is none, or asks more than a look at it tells.

    Its subject or object is an IRI or a literal, and no variable stands twice: so each triple that
    the engine comes by is a solution.
    """
    if len(text) > LONGEST or "\\" in text:
        return None
    try:
        tree = parse(text)
    except QuerySyntaxError:
        return None
    where = tree.where
    if where is None or len(where.patterns) != 1 or not _is_plain(tree):
        return None
    terms = where.patterns[0].terms
    kinds = [term.kind for term in terms]
    variables = [term.text[1:] for term in terms if term.kind == "variable"]
    if not kinds or not KINDS.issuperset(kinds) or len({*variables}) < len(variables):
        return None
    iris = tuple(tree.iri(term) or "" for term in terms if term.kind == "iri")
    if kinds[0] == kinds[2] == "variable" or not all(map(_ABSOLUTE.match, iris)):
        return None
    return SinglePatternQuery(text, iris)


def _is_plain(tree: QueryTree) -> bool:
    """Return whether a query asks for solutions as its pattern finds them, or for any."""
    if tree.dataset or tree.reified is not None or {one.word for one in tree.clauses} - {"LIMIT"}:
        return False
    if (select := tree.select) is None:
        return tree.form == "ASK"
    return not select.modifier and all(one.expression is None for one in select.projections)
