"""All that follows from the data in a store: rules as queries, run until nothing new follows."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, QueryTriples, Store, Triple

from partage.pipeline.reasoning.projection import Fact, Terminology, affirmed
from partage.pipeline.reasoning.rules import InferenceRule, rules


@dataclass(frozen=True, slots=True)
class Inferences:
    """All that follows for named individuals, and each class's direct named superclasses."""

    facts: frozenset[Fact]
    superclasses: frozenset[tuple[str, str]]


def entailed(known: frozenset[Fact], terms: Terminology) -> frozenset[Fact]:
    """Return what is affirmed and all that follows from it by the rules of the terminology."""
    store, stated = Store(), affirmed(known)
    store.bulk_extend(
        Quad(NamedNode(fact.subject), NamedNode(fact.predicate), NamedNode(fact.object))
        for fact in stated
    )
    new = (
        Fact(t.subject.value, t.predicate.value, t.object.value)  # type: ignore[union-attr]
        for t in close(store, rules(terms))
    )
    return stated.union(new)


def close(store: Store, known: Sequence[InferenceRule]) -> Iterator[Triple]:
    """
    Add to the default graph all that follows; yield it.

    A rule runs again only when a kind of statement that it reads has grown; of those that wait,
    the one goes first that the fewest others of them could still feed.
    """
    readers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, rule in enumerate(known):
        for kind in rule.reads:
            readers[kind].add(number)
    feeders = [
        {number for number, other in enumerate(known) if other.writes in rule.reads}
        for rule in known
    ]
    waiting = set(range(len(known)))
    while waiting:
        number = min(waiting, key=lambda one: (len(feeders[one] & waiting), one))
        waiting.discard(number)
        found = store.query(known[number].query)
        assert isinstance(found, QueryTriples)
        new = list(found)
        if new:
            store.extend(Quad(t.subject, t.predicate, t.object) for t in new)
            waiting |= readers[known[number].writes]
            yield from new
