"""
The data flows between a platform's operator and its partners: who gives what to whom, who says so.

What the picture and the table of the home page show, narrowed by what a reader asks for. Every
answer is remembered by the caller: the dataset never changes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from pyoxigraph import NamedNode

from partage.rdf.sparql_terms import string
from partage.resources.browse.facets import PictureChoice, choices, folded
from partage.resources.description.describe import ask
from partage.resources.edtf_dates import years
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.store.engine import Engine, Solution

Direction = Literal["out", "in"]
FACETS = ("category", "purpose", "status", "year", "direction")
# What a flow is narrowed by, and what of it is shown.
_PROPERTIES = {
    "category": "?flow ds:concernsDataCategory ?value",
    "principal": "?flow ds:principalCategory ?value",
    "purpose": "?flow ds:hasPurpose ?value",
    "status": "?flow ds:hasState/ds:stateKind ?value",
    "agreed": "?flow ds:underAgreement/ds:hasState/ds:stateKind ?value",
    "returns": "?flow ds:reciprocatesFlow ?value",
    "private": "?flow a ds:PrivateCommunicationsFlow BIND(?flow AS ?value)",
}


@dataclass(frozen=True, slots=True)
class Flow:
    """
    One flow, from the operator's side: `direction` is out where the operator gives.

    `facets` are the values it is found by; `claims` those that state it, `speakers` who make them,
    `disputers` who dispute them.
    """

    flow: TermText
    partner: TermText
    direction: Direction
    categories: tuple[TermText, ...] = ()
    purposes: tuple[TermText, ...] = ()
    statuses: tuple[TermText, ...] = ()
    claims: tuple[str, ...] = ()
    speakers: tuple[TermText, ...] = ()
    disputers: tuple[TermText, ...] = ()
    disputed: bool = False
    private: bool = False
    reciprocal: bool = False
    facets: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowMap:
    """All flows of the operator, strongest first, and what they can be narrowed by."""

    operator: TermText | None
    flows: tuple[Flow, ...]
    choices: dict[str, tuple[PictureChoice, ...]]


@dataclass(frozen=True, slots=True)
class FlowPartner:
    """What one partner gives, or gets: a mark of the picture."""

    partner: TermText
    direction: Direction
    flows: tuple[Flow, ...]

    @property
    def claims(self) -> int:
        """Return how many claims state a flow of it: the thickness of its mark."""
        return len({claim for flow in self.flows for claim in flow.claims})

    @property
    def private(self) -> bool:
        """Say whether private communications are among the data."""
        return any(flow.private for flow in self.flows)

    @property
    def disputed(self) -> bool:
        """Say whether somebody disputes a claim that states a flow."""
        return any(flow.disputed for flow in self.flows)

    @property
    def reciprocal(self) -> bool:
        """Say whether a flow is made in return for one the other way."""
        return any(flow.reciprocal for flow in self.flows)

    @property
    def categories(self) -> tuple[TermText, ...]:
        """Return the data categories, those of the strongest flow first."""
        return tuple(dict.fromkeys(value for flow in self.flows for value in flow.categories))


def flow_map(engine: Engine, languages: Sequence[str]) -> FlowMap:
    """Return the flows from and to the operator of a platform, named in the first language."""
    ends = ask(
        engine,
        """SELECT DISTINCT ?flow ?operator ?partner ?out {
        { ?flow ds:hasProvider ?operator ; ds:hasRecipient ?partner BIND(true AS ?out) }
        UNION { ?flow ds:hasRecipient ?operator ; ds:hasProvider ?partner BIND(false AS ?out) }
        ?operator a ds:PlatformOperator . }""",
    )
    properties = _by_flow(ask(engine, _properties()))
    claims = _by_flow(ask(engine, _CLAIMS))
    dates = _years(ask(engine, _DATES))
    shown = {
        term.value
        for rows in (ends, *properties.values(), *claims.values())
        for row in rows
        for name, term in row.items()
        if isinstance(term, NamedNode) and name not in {"claim", "disputing"}
    }
    write = TermWriter(labels(engine, shown, languages))
    flows = {_name(row, "flow"): _flow(row, properties, claims, dates, write) for row in ends}
    operators = Counter(_name(row, "operator") for row in ends)
    return FlowMap(
        operator=write.named(operators.most_common(1)[0][0]) if operators else None,
        flows=tuple(sorted(flows.values(), key=_rank)),
        choices={
            facet: choices([f.facets for f in flows.values()], facet, write) for facet in FACETS
        },
    )


def partners(flows: Iterable[Flow]) -> tuple[FlowPartner, ...]:
    """Return what each partner gives and gets: private communications first, then by claims."""

    def key(flow: Flow) -> tuple[str, str]:
        return (flow.direction, flow.partner.name)

    found = [
        FlowPartner(members[0].partner, members[0].direction, members)
        for members in (tuple(group) for _, group in groupby(sorted(flows, key=key), key))
    ]
    return tuple(sorted(found, key=lambda p: (not p.private, -p.claims, folded(p.partner.text))))


_CLAIMS = """SELECT DISTINCT ?flow ?claim ?speaker ?disputing ?disputer {
    ?flow a ds:DataFlow ; ds:hasRecipient ?recipient .
    GRAPH ?assertion { ?flow ds:hasRecipient ?recipient }
    ?claim np:hasAssertion ?assertion ; a ds:Claim .
    OPTIONAL { ?claim ds:assertedBy ?speaker }
    OPTIONAL { ?disputing ds:disputes ?claim OPTIONAL { ?disputing ds:assertedBy ?disputer } } }"""
_DATES = """SELECT DISTINCT ?flow ?state ?date {
    { ?flow ds:hasState ?state } UNION { ?flow ds:underAgreement/ds:hasState ?state }
    ?flow a ds:DataFlow .
    { ?state ds:startEdtf ?date } UNION { ?state ds:endEdtf ?date }
    UNION { ?state ds:asOfEdtf ?date } }"""


def _properties() -> str:
    branches = " UNION ".join(
        f"{{ {pattern} BIND({string(key)} AS ?key) }}" for key, pattern in _PROPERTIES.items()
    )
    return f"SELECT DISTINCT ?flow ?key ?value {{ ?flow a ds:DataFlow . {branches} }}"


def _name(row: Solution, key: str) -> str:
    return str(getattr(row.get(key), "value", ""))


def _by_flow(rows: Sequence[Solution]) -> dict[str, list[Solution]]:
    found: dict[str, list[Solution]] = {}
    for row in rows:
        found.setdefault(_name(row, "flow"), []).append(row)
    return found


def _years(rows: Sequence[Solution]) -> dict[str, frozenset[str]]:
    """Return the years that the dated states of each flow touch."""
    by_state: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        by_state.setdefault((_name(row, "flow"), _name(row, "state")), []).append(
            _name(row, "date")
        )
    found: dict[str, frozenset[str]] = {}
    for (flow, _), texts in by_state.items():
        found[flow] = found.get(flow, frozenset()) | {str(year) for year in years(texts)}
    return found


def _flow(
    row: Solution,
    properties: dict[str, list[Solution]],
    claims: dict[str, list[Solution]],
    dates: dict[str, frozenset[str]],
    write: TermWriter,
) -> Flow:
    name = _name(row, "flow")
    has: dict[str, list[str]] = {}
    for found in properties.get(name, ()):
        has.setdefault(_name(found, "key"), []).append(_name(found, "value"))
    said = claims.get(name, ())
    direction: Direction = "out" if _name(row, "out") == "true" else "in"

    def named(names: Iterable[str]) -> tuple[TermText, ...]:
        return tuple(write.named(name) for name in sorted(set(names)))

    def told(key: str) -> tuple[str, ...]:
        return tuple(sorted({value for found in said if (value := _name(found, key))}))

    statuses = {*has.get("status", ()), *has.get("agreed", ())}
    return Flow(
        flow=write.named(name),
        partner=write.named(_name(row, "partner")),
        direction=direction,
        categories=named(has.get("principal", ())),
        purposes=named(has.get("purpose", ())),
        statuses=named(statuses),
        claims=told("claim"),
        speakers=named(told("speaker")),
        disputers=named(told("disputer")),
        disputed=bool(told("disputing")),
        private="private" in has,
        reciprocal="returns" in has,
        facets={
            "category": frozenset({*has.get("category", ()), *has.get("principal", ())}),
            "purpose": frozenset(has.get("purpose", ())),
            "status": frozenset(statuses),
            "year": dates.get(name, frozenset()),
            "direction": frozenset({direction, *(["returned"] if "returns" in has else [])}),
        },
    )


def _rank(flow: Flow) -> tuple[bool, int, str, str]:
    return (not flow.private, -len(flow.claims), folded(flow.partner.text), flow.flow.name)
