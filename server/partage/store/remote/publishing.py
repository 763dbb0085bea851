"""
Putting a release into a remote engine, graph by graph, and checking that it arrived.

By the Graph Store Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/) or by SPARQL Update.
A graph that already has the right number of triples is passed over, so an interrupted publication
goes on where it stopped. At the end every graph is counted, read back and compared by digest.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple, serialize
from pyoxigraph import Literal as RdfLiteral

from partage.errors import (
    EngineFailure,
    EngineUnavailable,
    IntegrityError,
    QueryTimeout,
    SettingsError,
)
from partage.rdf.by_value import answered_otherwise, literals
from partage.rdf.canonical import nquads_digest, rdfc10
from partage.rdf.parsing import read_rdf
from partage.rdf.sparql_terms import iriref
from partage.store.engine import Engine, Query, QueryLimits, Solution
from partage.store.remote.credentials import AuthorizedWriter, Credentials
from partage.store.remote.remote_engine import RemoteEngine
from partage.store.remote.transport import Address, Request

Object = NamedNode | BlankNode | RdfLiteral | Triple
Via = Literal["gsp", "update"]
BATCH = 5_000
SECONDS_TO_ANSWER = 600.0
ROWS_A_SECOND = 1_000
MOST_GRAPHS = 1_000_000
# An engine may write a triple longer than we do, but not without a measure.
MOST_BYTES, MOST_TIMES = 100_000_000, 10
TRIPLES = "application/n-triples"
# Where a service of this path takes writes. Only Oxigraph's names are taken for granted.
WRITES: dict[str, dict[Via, str]] = {"query": {"gsp": "store", "update": "update"}}


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish: the address queries go to, the one writes go to, and how."""

    engine: str
    via: Via = "gsp"
    write_to: str | None = None
    default_graph: str | None = None
    credentials: Credentials | None = None

    def write_address(self) -> Address:
        """
        Return the address for writes, the usual one where none was given.

        Raises
        ------
        SettingsError
            It was not given and does not follow from the engine's address.
        """
        if self.write_to is not None:
            return Address.parse(self.write_to)
        parts = urlsplit(self.engine)
        stem, _, last = parts.path.rpartition("/")
        if last not in WRITES:
            raise SettingsError(
                f"Where {self.engine} takes writes does not follow from its address. "
                "Give it with --write-to (docs/how-to/scale.md lists engines)."
            )
        return Address.parse(urlunsplit(parts._replace(path=f"{stem}/{WRITES[last][self.via]}")))


@dataclass(frozen=True, slots=True)
class PublishingStep:
    """How far a publication has come: graphs and triples done, of how many."""

    phase: Literal["writing", "verifying"]
    graphs: int
    of_graphs: int
    triples: int
    of_triples: int


@dataclass(frozen=True, slots=True)
class PublishingResult:
    """What was published: `rewritten` are graphs whose literals the engine writes otherwise."""

    graphs: int
    triples: int
    passed_over: int
    rewritten: tuple[str, ...]
    example: str | None


ReportPublishing = Callable[[PublishingStep], None]
Graphs = dict[str | None, list[Quad]]


def publish(
    dataset: Path, target: Target, report: ReportPublishing, *, restart: bool = False
) -> PublishingResult:
    """
    Write each graph of a dataset file to the target, then verify them all.

    Raises
    ------
    SettingsError
        An address is unfit.
    EngineError
        The engine cannot be reached, refuses a write, or breaks off.
    IntegrityError
        What the engine holds at the end is not what was sent.
    """
    graphs = _graphs(dataset)
    writer = AuthorizedWriter(target.write_address(), target.credentials)
    text = sum(len(str(quad)) for quads in graphs.values() for quad in quads)
    engine = RemoteEngine(target.engine, max_bytes=MOST_BYTES + MOST_TIMES * text)
    try:
        present = {} if restart else _counts(engine, target)
        passed_over = 0
        total = sum(map(len, graphs.values()))
        done = 0
        for number, (name, quads) in enumerate(graphs.items(), 1):
            if present.get(_name(name, target)) == len(quads):
                passed_over += 1
            else:
                _write(writer, target, _name(name, target), quads)
            done += len(quads)
            report(PublishingStep("writing", number, len(graphs), done, total))
        rewritten, example = _verify(engine, target, graphs, report)
        return PublishingResult(len(graphs), total, passed_over, rewritten, example)
    finally:
        engine.close()
        writer.close()


def _graphs(dataset: Path) -> Graphs:
    """Return the graphs of a file, the default graph as None; the smallest first."""
    found: Graphs = {}
    for quad in read_rdf(dataset):
        name = None if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        found.setdefault(name, []).append(Quad(quad.subject, quad.predicate, quad.object))
    return dict(sorted(found.items(), key=lambda item: (len(item[1]), str(item[0]))))


def _name(name: str | None, target: Target) -> str | None:
    return target.default_graph if name is None else name


def _pattern(name: str | None) -> str:
    return "{ ?s ?p ?o }" if name is None else f"{{ GRAPH {iriref(name)} {{ ?s ?p ?o }} }}"


def _counts(engine: Engine, target: Target) -> dict[str | None, int]:
    every = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    rows = _rows(engine, every, MOST_GRAPHS, SECONDS_TO_ANSWER)
    if len(rows) > MOST_GRAPHS:
        raise EngineFailure(
            f"The engine says that it holds more than {MOST_GRAPHS:,} graphs. Publish to one that "
            "holds nothing else."
        )
    counts: dict[str | None, int] = {
        str(getattr(row["g"], "value", "")): _integer(row.get("n")) for row in rows if "g" in row
    }
    if target.default_graph is None:
        rows = _rows(engine, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", 1, SECONDS_TO_ANSWER)
        counts[None] = _integer(rows[0].get("n") if rows else None)
    return counts


def _rows(engine: Engine, text: str, expected: int, seconds: float) -> list[Solution]:
    """Return the solutions of a query, at most one more than expected."""
    try:
        result = engine.query(Query(text, limits=QueryLimits(seconds)))
        return result.solutions(expected + 1)
    except QueryTimeout as error:
        raise EngineUnavailable(
            f"The engine did not answer within {seconds:.0f} seconds: {text} Its log may say why; "
            "to publish again goes on where this stopped."
        ) from error


def _integer(term: object) -> int:
    if not isinstance(term, RdfLiteral) or not re.fullmatch("[0-9]{1,18}", term.value):
        raise EngineFailure(f"The engine counts in {str(term)[:80]}, no number.")
    return int(term.value)


def _write(writer: AuthorizedWriter, target: Target, name: str | None, quads: list[Quad]) -> None:
    if target.via == "gsp":
        which = "default" if name is None else urlencode({"graph": name})
        for method, batch in zip(_first("PUT", "POST"), _batches(quads), strict=False):
            body = serialize(batch, format=RdfFormat.N_TRIPLES)
            assert body is not None  # without an output, serialize returns the bytes
            writer.post(Request(method, {"Content-Type": TRIPLES}, body, which))
        return
    graph = "DEFAULT" if name is None else f"GRAPH {iriref(name)}"
    clears = _first(f"CLEAR SILENT {graph} ; ", "")
    for clear, batch in zip(clears, _batches(quads), strict=False):
        body = serialize(batch, format=RdfFormat.N_TRIPLES)
        assert body is not None
        triples = body.decode("utf-8")
        data = triples if name is None else f"GRAPH {iriref(name)} {{ {triples} }}"
        form = urlencode({"update": f"{clear}INSERT DATA {{ {data} }}"}).encode("ascii")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        writer.post(Request("POST", headers, form))


def _first(first: str, later: str) -> Iterator[str]:
    """Yield one value once, then the other for ever."""
    yield first
    while True:
        yield later


def _batches(quads: list[Quad]) -> Iterator[list[Quad]]:
    """Yield the quads in batches; all at once where blank nodes hold them together."""
    if _has_blanks(quads):
        yield quads
        return
    rest = iter(quads)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _has_blanks(quads: list[Quad]) -> bool:
    return any(isinstance(q.subject, BlankNode) or isinstance(q.object, BlankNode) for q in quads)


def _verify(
    engine: Engine, target: Target, graphs: Graphs, report: ReportPublishing
) -> tuple[tuple[str, ...], str | None]:
    counts = _counts(engine, target)
    rewritten: list[str] = []
    example: str | None = None
    total = sum(map(len, graphs.values()))
    done = 0
    for number, (name, sent) in enumerate(graphs.items(), 1):
        where = _name(name, target)
        label = "the default graph" if where is None else f"<{where}>"
        expected = sent if counts.get(where, 0) == len(sent) else _by_value(sent)
        if counts.get(where, 0) != len(expected):
            raise IntegrityError(
                f"{label} has {counts.get(where, 0):,} triples on the engine, not {len(sent):,}. "
                "Publish once more with --restart; where the default graph has too many, the "
                "engine has none of its own: give it one with --default-graph."
            )
        text = f"CONSTRUCT {{ ?s ?p ?o }} {_pattern(where)}"
        rows = _rows(engine, text, len(sent), SECONDS_TO_ANSWER + len(sent) / ROWS_A_SECOND)
        arrived = [Quad(r["s"], r["p"], r["o"]) for r in rows]  # type: ignore[arg-type]
        if _digest(arrived) != _digest(sent):
            changed = _only_literals_differ(label, sent, expected, arrived)
            example = example or changed
            rewritten.append(label)
        done += len(sent)
        report(PublishingStep("verifying", number, len(graphs), done, total))
    return tuple(rewritten), example


def _digest(quads: list[Quad]) -> str:
    return rdfc10(quads) if _has_blanks(quads) else nquads_digest(quads)


def _by_value(quads: list[Quad]) -> list[Quad]:
    """Return the triples of an engine that keeps values: two forms of one are one literal there."""
    other = answered_otherwise(one for quad in quads for one in literals(quad.object))

    def kept(term: Object) -> Object:
        return other.get(term, term) if isinstance(term, RdfLiteral) else term

    return list(dict.fromkeys(Quad(q.subject, q.predicate, kept(q.object)) for q in quads))


def _only_literals_differ(
    label: str, sent: list[Quad], expected: list[Quad], arrived: list[Quad]
) -> str:
    """Return an example of a literal written otherwise; raise where more than that differs."""
    if _skeletons(expected) != _skeletons(arrived):
        raise IntegrityError(
            f"{label} holds other triples on the engine than were sent, though as many. "
            "Publish once more with --restart."
        )
    ours = {quad.object for quad in sent} - {quad.object for quad in arrived}
    theirs = {quad.object for quad in arrived} - {quad.object for quad in sent}
    written = min(ours, key=str, default="")
    by_value = answered_otherwise(literals(written))
    return f"{written} → {min(by_value.values() or theirs, key=str, default='')}"


def _skeletons(quads: list[Quad]) -> Counter[tuple[str, str, str]]:
    """Return the triples with their literals and blank nodes left out."""

    def bone(term: object) -> str:
        if isinstance(term, BlankNode):
            return "_"
        return '"' if isinstance(term, RdfLiteral) else str(term)

    return Counter((bone(q.subject), str(q.predicate), bone(q.object)) for q in quads)
