"""
What changed between two releases: semantic release notes, and which queries answer otherwise.

`diff` compares the current views of two datasets, thing by thing; `examples` asks both of them the
queries of `graph:examples` (https://github.com/sib-swiss/sparql-examples).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from partage.errors import EngineFailure
from partage.rdf.namespaces import GRAPH, iri
from partage.releases.descriptions import (
    ComparedStatement,
    ComparedTombstone,
    DatasetContents,
    dataset_contents,
    resource_kind,
)

ChangeKind = Literal["added", "changed", "deprecated", "merged", "withdrawn", "removed"]
Row = tuple[str, ...]

DEPRECATED = iri("owl:deprecated")
TRUE = str(RdfLiteral(True))  # a literal's value, not a flag


@dataclass(frozen=True, slots=True)
class Change:
    """
    What changed of one thing.

    `what` is `removed` where no tombstone tells why. `aspects` are the properties whose values
    changed; `successor` and `reason` come from the tombstone. A changed claim that has a new
    version has `pav:hasCurrentVersion` among its aspects.
    """

    iri: str
    kind: str
    what: ChangeKind
    labels: tuple[tuple[str, str], ...]
    removed: tuple[ComparedStatement, ...] = ()
    added: tuple[ComparedStatement, ...] = ()
    successor: str | None = None
    reason: str = ""

    @property
    def aspects(self) -> tuple[str, ...]:
        """The properties whose values changed, in the order of their IRIs."""
        return tuple(sorted({statement.predicate for statement in (*self.removed, *self.added)}))

    @property
    def label(self) -> str:
        """The thing's English name, else any, else nothing."""
        names = dict(self.labels)
        return names.get("en") or next(iter(names.values()), "")


@dataclass(frozen=True, slots=True)
class ChangedExample:
    """An example query whose result changed: the rows it lost and gained, as N-Triples terms."""

    iri: str
    asks: str
    variables: tuple[str, ...]
    lost: tuple[Row, ...]
    gained: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What leads from one dataset to another; `before` and `after` are their versions."""

    before: str
    after: str
    changes: tuple[Change, ...]
    examples: tuple[ChangedExample, ...] = field(default=())

    def of(self, *kinds: str) -> tuple[Change, ...]:
        """Return the changes of things of some kinds (`term`, `concept`, `claim`, `org` …)."""
        return tuple(change for change in self.changes if change.kind in kinds)

    def about(self, name: str) -> Change | None:
        """Return what changed of one thing, None where nothing did."""
        return next((change for change in self.changes if change.iri == name), None)

    @property
    def removed(self) -> int:
        """How many statements are no longer made."""
        return sum(len(change.removed) for change in self.changes)

    @property
    def added(self) -> int:
        """How many statements are new."""
        return sum(len(change.added) for change in self.changes)


def diff(before: Iterable[Quad], after: Iterable[Quad]) -> Difference:
    """Return what changed of terms, concepts, claims and all other things of ours."""
    return compare(dataset_contents(before), dataset_contents(after))


def compare(old: DatasetContents, new: DatasetContents) -> Difference:
    """Return what changed between what two datasets say."""
    names = sorted(old.statements.keys() | new.statements.keys())
    changes = tuple(change for name in names if (change := _change(name, old, new)))
    return Difference(old.version, new.version, changes)


def _change(name: str, old: DatasetContents, new: DatasetContents) -> Change | None:
    before, after = old.statements.get(name, frozenset()), new.statements.get(name, frozenset())
    # A statement that was inferred and is now asserted, or the reverse, is said as before.
    texts = {_text(s) for s in before} & {_text(s) for s in after}
    removed = tuple(sorted(s for s in before if _text(s) not in texts))
    added = tuple(sorted(s for s in after if _text(s) not in texts))
    if not removed and not added:
        return None
    labels = new.labels.get(name) or old.labels.get(name, {})
    tombstone = new.tombstones.get(name)
    if not before:
        change_kind: ChangeKind = "added"
    elif not after:
        change_kind = _retired(tombstone)
    else:
        newly = any(s.predicate == DEPRECATED and s.object == TRUE for s in added)
        change_kind = "deprecated" if newly else "changed"
    successor = tombstone.successor if tombstone else None
    reason = tombstone.reason if tombstone else ""
    names = tuple(sorted(labels.items()))
    return Change(name, resource_kind(name), change_kind, names, removed, added, successor, reason)


def _text(statement: ComparedStatement) -> tuple[str, str, str]:
    return statement.subject, statement.predicate, statement.object


def _retired(tombstone: ComparedTombstone | None) -> ChangeKind:
    if tombstone is None:
        return "removed"
    return "merged" if tombstone.status == "merged" else "withdrawn"


def changed_examples(before: Iterable[Quad], after: Iterable[Quad]) -> tuple[ChangedExample, ...]:
    """
    Return the example queries that answer otherwise.

    Both datasets are asked what the newer one asks; an example only the older has is passed over.

    Raises
    ------
    EngineFailure
        A query cannot be answered.
    """
    old, new = Store(), Store()
    old.bulk_extend(before)
    new.bulk_extend(after)
    found = []
    for name, asks, text in _example_queries(new):
        (variables, was), (_, now) = _answer(old, name, text), _answer(new, name, text)
        if was != now:
            lost = tuple(sorted((was - now).elements()))
            found.append(
                ChangedExample(name, asks, variables, lost, tuple(sorted((now - was).elements())))
            )
    return tuple(found)


def _example_queries(store: Store) -> Iterator[tuple[str, str, str]]:
    """Yield each example: its IRI, its question in English, its query."""
    graph, english = NamedNode(GRAPH + "examples"), {}
    for quad in store.quads_for_pattern(None, NamedNode(iri("rdfs:comment")), None, graph):
        if isinstance(quad.object, RdfLiteral) and quad.object.language == "en":
            english[quad.subject] = quad.object.value
    texts = {
        quad.subject: quad.object.value
        for predicate in ("sh:select", "sh:ask")
        for quad in store.quads_for_pattern(None, NamedNode(iri(predicate)), None, graph)
        if isinstance(quad.object, RdfLiteral)
    }
    for node, text in sorted(texts.items(), key=lambda item: str(item[0])):
        yield str(getattr(node, "value", "")), english.get(node, ""), text


def _answer(store: Store, name: str, text: str) -> tuple[tuple[str, ...], Counter[Row]]:
    try:
        result = store.query(text)
        if isinstance(result, QuerySolutions):
            names = tuple(variable.value for variable in result.variables)
            rows = (tuple("" if value is None else str(value) for value in row) for row in result)
            return names, Counter(rows)
    except (SyntaxError, OSError, RuntimeError) as error:
        raise EngineFailure(f"The example <{name}> cannot be answered: {error}") from error
    assert isinstance(result, QueryBoolean)  # examples are SELECT and ASK (pipeline.examples)
    return ("answer",), Counter([("true" if result else "false",)])
