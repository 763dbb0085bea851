"""Small graphs around a thing: the argument of a claim, the ties of an organization."""

from collections.abc import Iterable
from dataclasses import dataclass

from partage.resources.pages.summaries import Summarizer
from partage.resources.pages.term_texts import TermText

RELATIONS = ("supports", "disputes", "qualifies")
STEPS = 2
# More than these of one column would not be legible.
TALLEST = 14


@dataclass(frozen=True, slots=True)
class Node:
    """A mark: what it stands for, in which column and row (from the middle), and how far away."""

    thing: TermText
    kind: str
    column: int
    row: float
    speakers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from one thing to another; `relation` is a key that templates word."""

    source: str
    target: str
    relation: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class ArgumentGraph:
    """Marks and lines; `left_out` counts the marks there was no room for."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0


def argument(tell: Summarizer, claim: str) -> ArgumentGraph:
    """
    Return the claims within two steps of a claim.

    Those that it speaks of stand to its right, those that speak of it to its left.
    """
    columns = {claim: 0}
    found: dict[tuple[str, str, str], None] = {}
    ring = [claim]
    for _ in range(STEPS):
        following: list[str] = []
        for near in ring:
            for edge, far, side in _related(tell, near):
                found[edge] = None
                if far not in columns:
                    # What is beside a claim of the left stays on the left, and so on the right.
                    here = columns[near]
                    outward = (here > 0) - (here < 0) or side
                    columns[far] = here + outward
                    following.append(far)
        ring = following
    kept = _placed(columns)
    edges = [edge for edge in found if edge[0] in kept and edge[2] in kept]
    touched = {claim, *(end for source, _, target in edges for end in (source, target))}
    nodes = [
        Node(
            tell.named(name),
            "claim",
            columns[name],
            row,
            tuple(who.text for who in tell.claim(name).speakers),
        )
        for name, row in kept.items()
        if name in touched
    ]
    edges_shown = (Edge(source, target, relation) for source, relation, target in edges)
    return ArgumentGraph(tuple(nodes), tuple(edges_shown), len(columns) - len(nodes))


def neighbourhood(tell: Summarizer, party: str) -> ArgumentGraph:
    """Return whom an organization gives data to and gets data from, and what it operates."""
    of = tell.facts.of
    given = of(party, "^ds:hasProvider")
    received = of(party, "^ds:hasRecipient")
    ends: dict[tuple[str, str, str], int] = {}
    for flows, path, out in ((given, "ds:hasRecipient", True), (received, "ds:hasProvider", False)):
        for flow in flows:
            for other in of(flow, path):
                edge = (party, "gives", other) if out else (other, "gives", party)
                ends[edge] = ends.get(edge, 0) + 1
    for relation, path in (("operates", "ds:operates"), ("member", "ds:isMemberOf")):
        ends |= {(party, relation, other): 1 for other in of(party, path)}
    weights: dict[str, int] = {}
    for (source, _, target), count in ends.items():
        far = target if source == party else source
        weights[far] = weights.get(far, 0) + count
    kinds = {target: relation for (_, relation, target) in ends if relation != "gives"}
    around = sorted(weights, key=lambda name: (-weights[name], tell.named(name).text.lower()))
    nodes = [Node(tell.named(party), "self", 0, 0)]
    nodes += [
        Node(tell.named(name), kinds.get(name, "party"), 1, row) for row, name in enumerate(around)
    ]
    return ArgumentGraph(tuple(nodes), tuple(Edge(s, t, r, n) for (s, r, t), n in ends.items()))


def _related(tell: Summarizer, claim: str) -> Iterable[tuple[tuple[str, str, str], str, int]]:
    """Yield the lines that touch a claim, with the claim at the other end and on which side."""
    for relation in RELATIONS:
        for other in tell.facts.of(claim, f"ds:{relation}"):
            yield (claim, relation, other), other, 1
        for other in tell.facts.of(claim, f"^ds:{relation}"):
            yield (other, relation, claim), other, -1


def _placed(columns: dict[str, int]) -> dict[str, float]:
    """Return the row of each thing there is room for, counted from the middle of its column."""
    members: dict[int, list[str]] = {}
    for name, column in columns.items():
        members.setdefault(column, []).append(name)
    return {
        name: number - (min(len(names), TALLEST) - 1) / 2
        for names in members.values()
        for number, name in enumerate(names[:TALLEST])
    }
