"""
Competency questions: each a query in a `.rq` file, with its expected answer in a `.csv` file.

Answers are compared in SPARQL 1.1 Query Results CSV, order aside unless the query orders them. The
answer to an ASK query is the one line `true` or `false`.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import QueryBoolean, QuerySolutions, Store

from partage.errors import CompetencyFailure
from partage.pipeline.state import State
from partage.rdf.namespaces import ID
from partage.store.embedded import csv_results

FOLDER = "ontology/competency"
"""Where the questions lie, below the root of the assets."""

ANSWERS = "full"
"""The folder, below the questions, of the answers on the full graph."""

_STRINGS_AND_COMMENTS = re.compile(
    r'"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>\s]*>|#[^\n]*'
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A question whose answer is not the expected one."""

    question: str
    missing: tuple[Row, ...] = field(default=())
    unexpected: tuple[Row, ...] = field(default=())
    problem: str = ""

    def __str__(self) -> str:
        """Say what differs, a few rows of it."""
        lines = [f"{self.question}: {self.problem or 'another answer than expected'}"]
        for sign, rows in (("-", self.missing), ("+", self.unexpected)):
            lines += [f"  {sign} {','.join(row)}" for row in rows[:5]]
            lines += [f"  {sign} … {len(rows) - 5} more"] if len(rows) > 5 else []
        return "\n".join(lines)


def check(state: State) -> State:
    """
    Ask the competency questions of the full graph.

    Raises
    ------
    CompetencyFailure
        An answer is not the expected one.
    """
    folder = state.root / FOLDER
    store = Store()
    store.bulk_extend(state.view)
    for quads in state.graphs.values():
        store.bulk_extend(quads)
    found = run_questions(store, folder, folder / ANSWERS)
    if found:
        raise CompetencyFailure(
            f"{len(found)} competency questions have another answer than the expected one "
            "(- expected, + found). If the new answer is right, update the .csv file.\n"
            + "\n".join(str(mismatch) for mismatch in found)
        )
    return state.noting("competency questions", {"asked": len(list(folder.glob("*.rq")))})


def run_questions(store: Store, folder: Path, answers: Path) -> list[Mismatch]:
    """Ask every question in `folder`; return those whose answer is not that in `answers`."""
    found = []
    for path in sorted(folder.glob("*.rq")):
        mismatch = _compare(store, path, answers / f"{path.stem}.csv")
        if mismatch:
            found.append(mismatch)
    return found


def answer(store: Store, query: str) -> tuple[Row, ...]:
    """
    Return the answer as rows, the header first.

    Raises
    ------
    CompetencyFailure
        The query does not parse, or is neither SELECT nor ASK.
    """
    try:
        result = store.query(query, base_iri=ID)
    except SyntaxError as error:
        raise CompetencyFailure(f"The query does not parse: {error}") from error
    if isinstance(result, QueryBoolean):
        return (("true" if result else "false",),)
    if not isinstance(result, QuerySolutions):
        raise CompetencyFailure("A competency question is a SELECT or an ASK query.")
    text = io.BytesIO()
    csv_results.write(result, text)
    return rows(text.getvalue().decode("utf-8"))


def _compare(store: Store, path: Path, expectation: Path) -> Mismatch | None:
    query = path.read_text(encoding="utf-8")
    if not expectation.exists():
        return Mismatch(path.name, problem=f"{expectation.name} is missing")
    try:
        actual = answer(store, query)
    except CompetencyFailure as error:
        return Mismatch(path.name, problem=str(error))
    expected = rows(expectation.read_text(encoding="utf-8"))
    if actual[:1] != expected[:1]:
        return Mismatch(path.name, expected[:1], actual[:1], "other columns than expected")
    same = actual == expected if ordered(query) else sorted(actual[1:]) == sorted(expected[1:])
    if same:
        return None
    missing, unexpected = _beyond(expected, actual), _beyond(actual, expected)
    problem = "" if missing or unexpected else "another order than expected"
    return Mismatch(path.name, missing, unexpected, problem)


def ordered(query: str) -> bool:
    """Return whether the query orders its solutions (strings, IRIs and comments do not count)."""
    bare = _STRINGS_AND_COMMENTS.sub(" ", query)
    tail = bare.rpartition("}")[2]
    return re.search(r"\bORDER\s+BY\b", tail, re.IGNORECASE) is not None


def rows(text: str) -> tuple[Row, ...]:
    """Read SPARQL 1.1 Query Results CSV, the header first."""
    return tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline="")))


def _beyond(rows: Sequence[Row], others: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that `others` lacks, counting repetitions."""
    rest = list(others)
    found = []
    for row in rows:
        if row in rest:
            rest.remove(row)
        else:
            found.append(row)
    return tuple(found)
