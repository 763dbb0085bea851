"""
The syntax of SPARQL queries: one lexer, one parser, one tree with positions
(SPARQL 1.2 Query Language §19.8, https://www.w3.org/TR/sparql12-query/#sparqlGrammar).
"""

from collections.abc import Hashable, Sequence
from typing import cast

from partage.caching import BoundedCache
from partage.errors import QuerySyntaxError
from partage.sparql.syntax import lexer, parser
from partage.sparql.syntax.lexer import Token
from partage.sparql.syntax.parser import opening
from partage.sparql.syntax.tree import QueryTree

__all__ = ["opening", "parse", "tokens"]


def _size(text: Hashable, tree: object) -> int:
    """Return about how many bytes an entry takes: a tree some 300 for each of its tokens."""
    return 4 * len(cast("str", text)) + 300 * len(cast("QueryTree", tree).tokens)


# What handles a request reads its query several times.
TREES = BoundedCache(6_000_000, "trees", _size)


def parse(text: str) -> QueryTree:
    """
    Return the tree of a query, which is not made anew where it was made lately.

    Raises
    ------
    QuerySyntaxError, PayloadTooLarge
        As `partage.sparql.syntax.parser.parse`.
    """
    return TREES.get(text, lambda: parser.parse(text))


def tokens(text: str) -> Sequence[Token]:
    """Return the tokens of any text: as the grammar reads it, where it is a query."""
    try:
        return parse(text).tokens
    except QuerySyntaxError:
        return [*lexer.tokens(text)]
