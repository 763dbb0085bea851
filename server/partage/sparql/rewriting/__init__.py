"""
Queries written so that the embedded engine answers them as SPARQL says.

Each function mends one fault of the engine (docs/reference/engine-faults.md): it returns the tree
with what the engine reads wrongly put in words that mean the same and that it reads rightly, or
the tree itself. A test for each fails once the engine is mended; then the function goes.
"""

from collections.abc import Callable

from partage.sparql.rewriting.aggregates import (
    aliases,
    count_distinct,
    count_valid,
    group_concat,
    group_keys,
    grouped_forms,
    repeated,
)
from partage.sparql.rewriting.graphs import disjoint_minus, graph_variables
from partage.sparql.rewriting.merging import merged_graphs
from partage.sparql.rewriting.paths import IsKnown, alternatives, zero_length
from partage.sparql.rewriting.patterns import regular_expressions
from partage.sparql.rewriting.values import boolean_values
from partage.sparql.syntax.serializer import query_text
from partage.sparql.syntax.tree import QueryTree

# Each with the tokens of which one stands in every query that it changes.
REWRITES: tuple[tuple[frozenset[str], Callable[[QueryTree], QueryTree]], ...] = (
    (frozenset({"BY", "HAVING"}), grouped_forms),
    (frozenset({"SELECT"}), repeated),
    (frozenset({"AS"}), aliases),
    (frozenset({"GROUP_CONCAT"}), group_concat),
    (frozenset({"COUNT"}), count_distinct),
    (frozenset({"COUNT"}), count_valid),
    (frozenset({"BY"}), group_keys),
    (frozenset({"FILTER", "HAVING", "IF", "&&", "||", "!"}), boolean_values),
    (frozenset({"REGEX", "REPLACE"}), regular_expressions),
    (frozenset({"MINUS"}), disjoint_minus),
    (frozenset({"|", "!"}), alternatives),
)
# Before the parenthesis of these the engine takes no space.
CLOSE = frozenset({"CONCAT", "COALESCE"})


def rewritten(
    tree: QueryTree, is_known: IsKnown | None = None, *, merges: bool = False
) -> str | None:
    """
    Return the text that the engine is to answer, None where it reads the query as it is.

    `is_known` returns whether a triple of the dataset's default graph has an IRI; `merges` says
    that the default graph is merged of graphs which share triples.

    Raises
    ------
    RegexNotSupported
        A regular expression holds what the engine cannot evaluate.
    """
    if tree.reified is not None:
        return None
    made = tree
    words = {token.word or token.text for token in tree.tokens if token.kind in {"word", "mark"}}
    for needed, rewrite in REWRITES:
        if not words.isdisjoint(needed):
            made = rewrite(made)
    if merges:
        made = merged_graphs(made)
    if not words.isdisjoint({"*", "?"}):
        made = zero_length(made, is_known)
    if "GRAPH" in words:
        made = graph_variables(made)
    return query_text(made) if made is not tree or _is_refused(tree) else None


def _is_refused(tree: QueryTree) -> bool:
    """Return whether the engine refuses tokens as they are written: `TRUE`, `CONCAT (`."""
    return any(
        (token.word in {"TRUE", "FALSE"} and not token.text.islower())
        or (token.word in CLOSE and following.text == "(" and following.start > token.end)
        for token, following in zip(tree.tokens, tree.tokens[1:], strict=False)
    )
