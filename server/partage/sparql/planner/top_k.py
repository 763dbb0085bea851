"""
What is sorted, and the first solutions of many, which need not all be sorted. See
docs/decisions/0015-joins.md.

The engine reads the texts of two terms from disk for each comparison, but keeps a text that it made
itself in memory: one with a mark before it, which sorts as the text does. And the last of the first
`k` in a sample bounds the last of the first `k` of all; what lies beyond is left out.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from partage.sparql.planner.join_order import JoinOperand, capped
from partage.sparql.syntax.tree import Clause, Expression, QueryTree

SAMPLE = 2_000
MOST = 1_000
BOUND = "?partage_bound"
KEY = "?partage_key_"
# What it costs to compare a term of a solution, in triples read one after the other.
READ = 8.0
# Two evaluations of the same group find the same only without these.
_CHANGING = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID|BNODE)\s*\(|_:", re.IGNORECASE)
_WAYS = {"ASC": ("ASC", ">"), "DESC": ("DESC", "<")}


@dataclass(frozen=True, slots=True)
class _Key:
    way: str
    text: bool
    variable: str

    @property
    def term(self) -> str:
        """What is compared."""
        return f'CONCAT("~", STR(?{self.variable}))' if self.text else f"?{self.variable}"


@dataclass(frozen=True, slots=True)
class TopK:
    """What leaves out solutions beyond a bound, and which share of them stays."""

    key: _Key
    last: str
    share: float

    def of(self, part: JoinOperand) -> JoinOperand:
        """Return a part without those; the same, if it does not bind what is compared."""
        if self.key.variable not in part.distinct:
            return part
        beyond = f"{self.key.term} {_WAYS[self.key.way][1]} {BOUND}"
        # What cannot be compared, or where the sample was too small, stays.
        return capped(
            replace(
                part,
                text=f"{part.text} OPTIONAL {{ {{ {self.last} }} }} "
                f"FILTER(!COALESCE({beyond}, false))",
                rows=max(part.rows * self.share, 1.0),
                cost=part.cost + READ * part.rows,
                single=False,
            )
        )


def topmost(tree: QueryTree, body: str, expected: JoinOperand) -> TopK | None:
    """
    Return how to find few more than the first of the solutions; None where that cannot be told.

    `body` is the group of the query as it is to be asked, `expected` are its triples.
    """
    clauses = {clause.word: clause for clause in tree.clauses}
    select = tree.select
    if select is None or select.modifier or not select.projections:
        return None
    if any(one.expression is not None for one in select.projections):
        return None
    if not {"ORDER", "LIMIT"} <= clauses.keys() <= {"ORDER", "LIMIT", "OFFSET"}:
        return None
    key = next(_keys(clauses["ORDER"]))
    count = sum(clauses[word].number or 0 for word in ("LIMIT", "OFFSET") if word in clauses)
    if key is None or key.variable not in expected.distinct or not 0 < count <= MOST:
        return None
    if _CHANGING.search(body):
        return None
    sample, way = _sample(key, body, expected), _WAYS[key.way][0]
    last = f"SELECT {BOUND} {{ {sample} }} ORDER BY {way}({BOUND}) LIMIT 1 OFFSET {count - 1}"
    return TopK(key, last, min(count / SAMPLE, 1.0))


def _sample(key: _Key, body: str, expected: JoinOperand) -> str:
    """
    Return some solutions, the same each time: texts are found in no order, so the first will do;
    values may be found in their order, so those are taken whose names have a certain digest.
    """
    others = [name for name in expected.distinct if name != key.variable]
    if key.text or not others:
        return f"{{ SELECT ({key.term} AS {BOUND}) {body} LIMIT {SAMPLE} }}"
    name = max(others, key=lambda one: expected.distinct[one])
    zeros = "0" * max(1, round(math.log(expected.rows / SAMPLE, 16)))
    return (
        f"{{ SELECT ({key.term} AS {BOUND}) "
        f'{{ {body} FILTER(STRSTARTS(MD5(STR(?{name})), "{zeros}")) }} }}'
    )


def keyed(tree: QueryTree, body: str) -> str | None:
    """
    Return a query that makes each text to sort by once; None where there is none, or it is not
    shown.
    """
    clauses = {clause.word: clause for clause in tree.clauses}
    if tree.select is None or tree.where is None or "ORDER" not in clauses:
        return None
    shown = [one.variable for one in tree.select.projections if one.variable is not None]
    keys = list(_keys(clauses["ORDER"]))
    made = {
        key.variable: f"BIND({key.term} AS {KEY}{key.variable})" for key in keys if key and key.text
    }
    if not made or None in keys or "VALUES" in clauses or not made.keys() <= {*shown}:
        return None
    if not {key.variable for key in keys if key} <= {*shown}:
        return None
    by = (f"{key.way}({KEY if key.text else '?'}{key.variable})" for key in keys if key)

    def written(*words: str) -> str:
        found = (clauses[word] for word in words if word in clauses)
        return " ".join(tree.text[one.start : one.end] for one in found)

    head = tree.text[tree.start : tree.where.start]
    return (
        f"SELECT {' '.join(f'?{name}' for name in shown)} "
        f"{{ {{ {head}{body}\n{written('GROUP', 'HAVING')}\n}} {' '.join(made.values())} }} "
        f"ORDER BY {' '.join(by)} {written('LIMIT', 'OFFSET')}"
    )


def _keys(order: Clause) -> Iterator[_Key | None]:
    """Yield what is sorted by, where it is a variable or its text; None and no more, if not."""
    for one in order.conditions:
        is_text = one.expression.name == "STR" and len(one.expression.operands) == 1
        name = _variable(one.expression.operands[0] if is_text else one.expression)
        if name is None:
            yield None
            return
        yield _Key("DESC" if one.descending else "ASC", is_text, name)


def _variable(expression: Expression) -> str | None:
    term = expression.term
    return term.text[1:] if term is not None and term.kind == "variable" else None
