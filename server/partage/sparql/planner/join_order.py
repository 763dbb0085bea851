"""
In which order, and how, the triple patterns of a group are joined: by looking each solution up in
an index, or by hashing what two sides find. See docs/decisions/0015-joins.md.

Costs are counted in triples read; the sizes come from the dataset
(`partage.sparql.planner.cardinality`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

# What a look-up in an index costs, in triples read one after the other; of a path, more; and what
# it costs to put a solution into a hash table.
LOOKUP = 16.0
WALK = 60.0
BUILD = 4.0
# What a filter on one pattern is taken to let pass.
PASSED = 0.1
# A hash table holds no more solutions than this: each takes some 400 bytes, and there may be two.
MOST_HELD = 1_000_000
# Beyond this, nobody wrote the group by hand.
MOST_JOINED = 12
# What the engine expects of a pattern, by whether its subject and its object are bound.
GUESSES = {(True, True): 1, (True, False): 10, (False, True): 10_000, (False, False): 1_000_000}
# The variables of a pattern's subject and object, None where there is a constant.
Ends = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class JoinOperand:
    """
    One pattern, or several joined: as text, and what is expected of it.

    `distinct` tells for each variable how many values it seems to have, skew counted in; `held` is
    how many solutions its largest hash table holds; `ends` are those of one pattern.
    """

    text: str
    distinct: Mapping[str, float]
    rows: float
    cost: float
    ends: Ends = (None, None)
    single: bool = True
    path: bool = False
    held: float = 0

    @property
    def variables(self) -> frozenset[str]:
        """The names of its variables."""
        return frozenset(self.distinct)

    @property
    def selected(self) -> str:
        """Its text as a subquery, which the engine joins by hashing."""
        names = " ".join(f"?{name}" for name in sorted(self.distinct))
        return f"{{ SELECT {names} {{ {self.text} }} }}"


def filtered(part: JoinOperand, filters: Sequence[frozenset[str]]) -> JoinOperand:
    """Return a pattern with fewer solutions, where filters are about its variables alone."""
    rows = part.rows * PASSED ** sum(1 for one in filters if one and one <= part.variables)
    return capped(replace(part, rows=max(rows, 1.0)))


def joined(parts: Sequence[JoinOperand]) -> JoinOperand | None:
    """
    Join patterns, each time the two that give the fewest solutions; None where they do not hang
    together, or a table would be too large.
    """
    left = list(parts)
    while len(left) > 1:
        pairs = [_pair(a, b) for a, b in combinations(left, 2) if a.variables & b.variables]
        if not pairs or len(parts) > MOST_JOINED:
            return None
        best, a, b = min(pairs, key=lambda pair: (pair[0].rows, pair[0].cost))
        left = [part for part in left if part is not a and part is not b]
        left.append(best)
    return left[0] if left and left[0].held <= MOST_HELD else None


def looked_up(parts: Sequence[JoinOperand], start: JoinOperand | None = None) -> float:
    """
    Return what the engine's own order costs: it begins with one pattern, or with the solutions
    that there are, and looks others up.
    """
    left, total = list(parts), start
    while left:
        bound = total.variables if total else frozenset[str]()
        near = [part for part in left if part.variables & bound] or left
        chosen = min(near, key=lambda part: _guess(part, bound))
        left.remove(chosen)
        total = _loop(total, chosen) if total else chosen
    return total.cost if total else 0.0


def _guess(part: JoinOperand, bound: frozenset[str]) -> int:
    subject, target = (end is None or end in bound for end in part.ends)
    return GUESSES[subject, target] * (1000 if part.path and not (subject and target) else 1)


def _pair(a: JoinOperand, b: JoinOperand) -> tuple[JoinOperand, JoinOperand, JoinOperand]:
    small, large = (a, b) if a.rows <= b.rows else (b, a)
    ways = [_hash(small, large)]
    ways += [_loop(x, y) for x, y in ((a, b), (b, a)) if y.single and not y.path]
    return min(ways, key=lambda part: part.cost), a, b


def _hash(small: JoinOperand, large: JoinOperand) -> JoinOperand:
    """Join two sides by hashing; the engine holds the one that is written first."""
    rows, distinct = _expected(small, large)
    return JoinOperand(
        f"{small.selected} {large.selected}",
        distinct,
        rows,
        small.cost + large.cost + BUILD * small.rows + large.rows + rows,
        single=False,
        held=max(small.held, large.held, small.rows),
    )


def _loop(left: JoinOperand, pattern: JoinOperand) -> JoinOperand:
    """Look each solution of `left` up in a pattern."""
    rows, distinct = _expected(left, pattern)
    return JoinOperand(
        f"{{ {left.text} }} LATERAL {{ {pattern.text} }}",
        distinct,
        rows,
        left.cost + left.rows * (WALK if pattern.path else LOOKUP) + rows,
        single=False,
        held=left.held,
    )


def _expected(a: JoinOperand, b: JoinOperand) -> tuple[float, dict[str, float]]:
    rows = a.rows * b.rows
    distinct = {**a.distinct, **b.distinct}
    for name in a.variables & b.variables:
        rows /= max(a.distinct[name], b.distinct[name])
        distinct[name] = min(a.distinct[name], b.distinct[name])
    rows = max(rows, 1.0)
    return rows, {name: min(count, rows) for name, count in distinct.items()}


def capped(part: JoinOperand) -> JoinOperand:
    """Return a part whose variables have no more values than there are solutions."""
    return replace(part, distinct={name: min(n, part.rows) for name, n in part.distinct.items()})
