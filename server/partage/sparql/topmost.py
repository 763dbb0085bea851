"""
The first solutions of many: most need not be sorted. See docs/decisions/0015-joins.md.

The engine sorts all solutions, reading the terms of two from disk for each comparison. The last of
the first `k` in a sample bounds the last of the first `k` of all; what lies beyond is left out.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from partage.sparql.joins import Part
from partage.sparql.pieces import Clause
from partage.sparql.tokens import tokens

SAMPLE = 2_000
MOST = 1_000
BOUND = "?partage_bound"
# Two evaluations of the same group find the same only without these.
_CHANGING = re.compile(r"\b(?:RAND|NOW|UUID|STRUUID|BNODE)\s*\(|_:", re.IGNORECASE)
_SELECT = re.compile(r"SELECT[^*]*", re.IGNORECASE)
_VALUE = r"(?:(?P<text>STR) \( [?$](?P<one>\w+) \)|[?$](?P<other>\w+))"
_KEY = re.compile(rf"ORDER BY (?:(?P<way>ASC|DESC) \( )?{_VALUE}(?(way) \)|)(?: |$)", re.IGNORECASE)
_WAYS = {"ASC": ("ASC", ">"), "DESC": ("DESC", "<")}


@dataclass(frozen=True, slots=True)
class _Key:
    way: str
    text: bool
    variable: str

    @property
    def term(self) -> str:
        """What is compared."""
        return f"STR(?{self.variable})" if self.text else f"?{self.variable}"


def topmost(
    head: str, body: str, clauses: Sequence[Clause], text: str, expected: Part
) -> str | None:
    """
    Return a group with few more than the first of its solutions; None where that cannot be told.

    `head` and `clauses` are what stands around it in `text`, `expected` are its triples.
    """
    written = {clause.word: text[clause.start : clause.end] for clause in clauses}
    if not _SELECT.fullmatch(head) or re.search(r"\b(?:DISTINCT|REDUCED)\b|\(", head, re.I):
        return None
    if not {"ORDER", "LIMIT"} <= written.keys() <= {"ORDER", "LIMIT", "OFFSET"}:
        return None
    key = _first_key(written["ORDER"])
    count = sum(int(written[word].split()[1]) for word in ("LIMIT", "OFFSET") if word in written)
    if key is None or key.variable not in expected.distinct or not 0 < count <= MOST:
        return None
    if _CHANGING.search(body):
        return None
    way, beyond = _WAYS[key.way]
    sample = _sample(key, body, expected)
    last = f"SELECT {BOUND} {{ {sample} }} ORDER BY {way}({BOUND}) LIMIT 1 OFFSET {count - 1}"
    # What cannot be compared, or where the sample was too small, stays.
    return (
        f"{{ {body} OPTIONAL {{ {{ {last} }} }} "
        f"FILTER(!COALESCE({key.term} {beyond} {BOUND}, false)) }}"
    )


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


def _first_key(order: str) -> _Key | None:
    """Return what is sorted by first, if it is a variable or its text."""
    key = _KEY.match(" ".join(token.text for token in tokens(order)))
    if key is None:
        return None
    return _Key((key["way"] or "ASC").upper(), bool(key["text"]), key["one"] or key["other"])
