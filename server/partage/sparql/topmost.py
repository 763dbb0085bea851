"""
What is sorted, and the first solutions of many, which need not all be sorted. See
docs/decisions/0015-joins.md.

The engine reads the texts of two terms from disk for each comparison, but keeps a text that it made
itself in memory: one with a mark before it, which sorts as the text does. And the last of the first
`k` in a sample bounds the last of the first `k` of all; what lies beyond is left out.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from partage.sparql.joins import Part, capped
from partage.sparql.pieces import Clause
from partage.sparql.tokens import tokens

SAMPLE = 2_000
MOST = 1_000
BOUND = "?partage_bound"
KEY = "?partage_key_"
# What it costs to compare a term of a solution, in triples read one after the other.
READ = 8.0
# Two evaluations of the same group find the same only without these.
_CHANGING = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID|BNODE)\s*\(|_:", re.IGNORECASE)
_SELECT = re.compile(r"SELECT[^*]*", re.IGNORECASE)
_VALUE = r"(?:(?P<text>STR) \( [?$](?P<one>\w+) \)|[?$](?P<other>\w+))"
_KEY = re.compile(rf"(?:(?P<way>ASC|DESC) \( )?{_VALUE}(?(way) \)|)(?: |$)", re.IGNORECASE)
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
class Cut:
    """What leaves out solutions beyond a bound, and which share of them stays."""

    key: _Key
    last: str
    share: float

    def of(self, part: Part) -> Part:
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


def topmost(
    head: str, body: str, clauses: Sequence[Clause], text: str, expected: Part
) -> Cut | None:
    """
    Return how to find few more than the first of the solutions; None where that cannot be told.

    `head` and `clauses` are what stands around `body` in `text`, `expected` are its triples.
    """
    written = {clause.word: text[clause.start : clause.end] for clause in clauses}
    if not _SELECT.fullmatch(head) or re.search(r"\b(?:DISTINCT|REDUCED)\b|\(", head, re.I):
        return None
    if not {"ORDER", "LIMIT"} <= written.keys() <= {"ORDER", "LIMIT", "OFFSET"}:
        return None
    key = next(_keys(written["ORDER"]), None)
    count = sum(_number(written[word]) for word in ("LIMIT", "OFFSET") if word in written)
    if key is None or key.variable not in expected.distinct or not 0 < count <= MOST:
        return None
    if _CHANGING.search(body):
        return None
    sample, way = _sample(key, body, expected), _WAYS[key.way][0]
    last = f"SELECT {BOUND} {{ {sample} }} ORDER BY {way}({BOUND}) LIMIT 1 OFFSET {count - 1}"
    return Cut(key, last, min(count / SAMPLE, 1.0))


def _number(clause: str) -> int:
    """Return the number of a LIMIT or OFFSET; one beyond `MOST` where it is none, or too long."""
    number = [token.text for token in tokens(clause)][1:]
    written = number[0] if len(number) == 1 else ""
    plain = written.isascii() and written.isdecimal() and len(written) <= len(str(MOST))
    return int(written) if plain else MOST + 1


def _sample(key: _Key, body: str, expected: Part) -> str:
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


def keyed(head: str, body: str, clauses: Sequence[Clause], text: str) -> str | None:
    """
    Return a query that makes each text to sort by once; None where there is none, or it is not
    shown.
    """
    written = {clause.word: text[clause.start : clause.end] for clause in clauses}
    shown = _shown(head) if _SELECT.match(head) else []
    keys = list(_keys(written.get("ORDER", "")))
    made = {
        key.variable: f"BIND({key.term} AS {KEY}{key.variable})" for key in keys if key and key.text
    }
    if not made or None in keys or "VALUES" in written or not made.keys() <= {*shown}:
        return None
    if not {key.variable for key in keys if key} <= {*shown}:
        return None
    by = (f"{key.way}({KEY if key.text else '?'}{key.variable})" for key in keys if key)
    grouped = " ".join(written[word] for word in ("GROUP", "HAVING") if word in written)
    cut = " ".join(written[word] for word in ("LIMIT", "OFFSET") if word in written)
    return (
        f"SELECT {' '.join(f'?{name}' for name in shown)} "
        f"{{ {{ {head}{body} {grouped} }} {' '.join(made.values())} }} "
        f"ORDER BY {' '.join(by)} {cut}"
    )


def _shown(head: str) -> list[str]:
    """Return the variables that a SELECT shows; none where it shows all."""
    found, depth = [], 0
    for before, token in pairwise(tokens(head)):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == "*":
            return []
        if token.kind == "variable" and (depth == 0 or (depth == 1 and before.is_word("AS"))):
            found.append(token.text[1:])
    return found


def _keys(order: str) -> Iterator[_Key | None]:
    """Yield what is sorted by, where it is a variable or its text; None and no more, if not."""
    read, at = " ".join(token.text for token in tokens(order)), len("ORDER BY ")
    while at < len(read):
        key = _KEY.match(read, at)
        if key is None:
            yield None
            return
        yield _Key((key["way"] or "ASC").upper(), bool(key["text"]), key["one"] or key["other"])
        at = key.end()
