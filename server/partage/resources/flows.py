"""The data flows of a party: what it gives and gets, from whom to whom, and who claims so."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from partage.rdf.namespaces import iri
from partage.resources.describe import Description, ask
from partage.resources.labels import labels
from partage.resources.rows import Value, Writer
from partage.store.engine import Engine, Solution

ENDS = {iri("ds:hasProvider"), iri("ds:hasRecipient")}


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, with the claims that state it and their speakers."""

    flow: Value
    other: Value
    categories: tuple[Value, ...]
    claims: tuple[tuple[Value, tuple[Value, ...]], ...]


@dataclass(frozen=True, slots=True)
class Flows:
    """What goes out and what comes in."""

    given: tuple[Flow, ...]
    received: tuple[Flow, ...]


def has_flows(description: Description) -> bool:
    """Return whether the resource is an end of some flow."""
    return not ENDS.isdisjoint(description.counts)


def flows(engine: Engine, party: str, languages: Sequence[str]) -> Flows:
    """Return the flows from and to a party."""
    given = _rows(engine, party, "ds:hasProvider", "ds:hasRecipient")
    received = _rows(engine, party, "ds:hasRecipient", "ds:hasProvider")
    names = {
        term.value
        for row in (*given, *received)
        for term in row.values()
        if isinstance(term, NamedNode)
    }
    write = Writer(labels(engine, names, languages))
    return Flows(_flows(given, write), _flows(received, write))


def _rows(engine: Engine, party: str, end: str, other_end: str) -> list[Solution]:
    return ask(
        engine,
        f"""SELECT DISTINCT ?flow ?other ?category ?claim ?speaker {{
        ?flow {end} <{party}> ; {other_end} ?other .
        OPTIONAL {{ ?flow ds:principalCategory ?category }}
        OPTIONAL {{
          GRAPH ?assertion {{ ?flow {end} <{party}> }}
          ?claim np:hasAssertion ?assertion ; a ds:Claim .
          OPTIONAL {{ ?claim ds:assertedBy ?speaker }} }} }}""",
    )


def _flows(rows: Sequence[Solution], write: Writer) -> tuple[Flow, ...]:
    gathered: dict[str, dict[str, list[str]]] = {}
    speakers: dict[str, list[str]] = {}
    for row in rows:
        names = {key: term.value for key, term in row.items() if isinstance(term, NamedNode)}
        by = gathered.setdefault(names["flow"], {"other": [], "category": [], "claim": []})
        for key, members in by.items():
            if key in names and names[key] not in members:
                members.append(names[key])
        if "speaker" in names:
            said = speakers.setdefault(names["claim"], [])
            said += [names["speaker"]] if names["speaker"] not in said else []
    found = [
        Flow(
            flow=write.named(flow),
            other=write.named(by["other"][0]),
            categories=tuple(write.named(name) for name in by["category"]),
            claims=tuple(
                (write.named(name), tuple(write.named(who) for who in speakers.get(name, ())))
                for name in sorted(by["claim"])
            ),
        )
        for flow, by in gathered.items()
    ]
    return tuple(sorted(found, key=lambda flow: (flow.other.text.lower(), flow.flow.text.lower())))
