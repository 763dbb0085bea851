"""Default graphs of several graphs (SPARQL 1.1 Query Language §13.2.1)."""

from collections.abc import Iterator, Sequence

from partage.sparql.rewriting.building import (
    exists,
    filtered,
    group,
    pattern,
    shown,
    without_blanks,
)
from partage.sparql.rewriting.paths import NegatedSteps, rewritten_triples
from partage.sparql.syntax.transform import transform
from partage.sparql.syntax.tree import (
    Expression,
    Group,
    Pattern,
    QueryTree,
    Select,
    SubSelect,
)


def merged_graphs(tree: QueryTree) -> QueryTree:
    """
    Have a default graph that is merged of several hold each triple once.

    Each triple pattern becomes a subquery with DISTINCT; paths are taken apart into their steps.
    Paths of any length, `*` and `+`, have each solution once already, and EXISTS asks for one only.
    """
    tests: dict[int, Expression] = {}

    def keep(node: object) -> object:
        if isinstance(node, Expression) and node.group is not None:
            tests[node.start] = node
        return node

    def kept(node: object) -> object:
        if isinstance(node, Expression) and node.group is not None:
            return tests[node.start] if node.end else node  # what rewriting makes has no place
        return node

    return transform(rewritten_triples(transform(tree, keep), _Once(every=True).of), kept)


class _Once(NegatedSteps):
    def of(self, found: Pattern) -> Sequence[Pattern]:
        """Return what stands for a triple pattern."""
        return super().of(found) or [_once(found)]

    def asked(self, found: Pattern, *filters: Pattern) -> Iterator[Pattern]:
        """Yield a subquery, unless a path has each solution once."""
        path = found.terms[1].path
        yield found if path is not None and path.kind in {"*", "+"} else _once(found, *filters)


def _once(found: Pattern, *filters: Pattern) -> Pattern:
    """Return a subquery that has each solution of a triple pattern once."""
    found = without_blanks(found)
    names = sorted(found.variables)
    if not names:
        return filtered(exists("EXISTS", found))
    select = Select(0, 0, "DISTINCT", shown(names))
    inner = SubSelect(select, group(found, *filters), ())
    return pattern("select", Group(0, 0, (), inner))
