"""
Statistics of the current view, so that editors can complete and people can judge before they ask
(VoID, https://www.w3.org/TR/void/#class-property-partitions).

Class, property and class × property partitions, these with the classes or datatypes of their
values as void-generator writes them (https://github.com/sib-swiss/void-generator). One pass over
the view; the partitions leave out the statistics' own triples, the totals count them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from partage.pipeline.derivation.current_view import VIEW, current_view, union
from partage.pipeline.state import State
from partage.rdf.namespaces import BASE, GRAPH, LICENSE, PREFIXES, iri
from partage.rdf.parsing import short_iri

ASSERTED = "asserted"
DATASET = NamedNode(BASE)
DUMP = BASE + "download/dataset.nq.gz"
TYPE = iri("rdf:type")
VOID_EXT = "http://ldf.fi/void-ext#"
NOT_ASSERTED = ("inferred", "derived", "registry", "prefixes", "examples", "void")

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple


def publish(state: State) -> State:
    """Add `graph:asserted` (the view without inference) and `graph:void`, and renew the view."""
    names = [name for name in _view_graphs(state) if not name.endswith(NOT_ASSERTED)]
    asserted = [quad.triple for quad in union(state.graphs, names)]
    partitions = list(described(state.view))
    totals = list(total(state.view, partitions))
    full = state.with_graph(ASSERTED, asserted).with_graph("void", [*partitions, *totals])
    return replace(full, view=current_view(full)).noting(
        "statistics", {"asserted": len(asserted), "statistics": len(full.graph("void"))}
    )


def _view_graphs(state: State) -> list[str]:
    names = [GRAPH + name for name in VIEW]
    return names + [version.graph("assertion") for version in state.current.values()]


def described(view: Iterable[Quad]) -> Iterator[Triple]:
    """Yield the partitions of a graph."""
    table = _Table(view)
    for name, members in sorted(table.members.items()):
        part = _node(f"class={short_iri(name)}")
        yield Triple(DATASET, _void("classPartition"), part)
        yield Triple(part, _void("class"), NamedNode(name))
        yield Triple(part, _void("entities"), _count(members))
    for name, uses in sorted(table.uses.items()):
        part = _node(f"property={short_iri(name)}")
        yield Triple(DATASET, _void("propertyPartition"), part)
        yield Triple(part, _void("property"), NamedNode(name))
        yield Triple(part, _void("triples"), _count(uses))
        yield Triple(part, _void("distinctSubjects"), _count(len(table.subjects[name])))
        yield Triple(part, _void("distinctObjects"), _count(len(table.objects[name])))
    for (kind, name), uses in sorted(table.crossed.items()):
        yield from _crossing(table, kind, name, uses)


def _crossing(table: "_Table", kind: str, name: str, uses: int) -> Iterator[Triple]:
    part = _node(f"class={short_iri(kind)}&property={short_iri(name)}")
    yield Triple(_node(f"class={short_iri(kind)}"), _void("propertyPartition"), part)
    yield Triple(part, _void("property"), NamedNode(name))
    yield Triple(part, _void("triples"), _count(uses))
    for value, number in sorted(table.values[kind, name].items()):
        datatype = value.startswith("^^")
        named = value.removeprefix("^^")
        inner = _node(
            f"class={short_iri(kind)}&property={short_iri(name)}"
            f"&{'datatype' if datatype else 'class'}={short_iri(named)}"
        )
        if datatype:
            yield Triple(part, NamedNode(VOID_EXT + "datatypePartition"), inner)
            yield Triple(inner, NamedNode(VOID_EXT + "datatype"), NamedNode(named))
        else:
            yield Triple(part, _void("classPartition"), inner)
            yield Triple(inner, _void("class"), NamedNode(named))
        yield Triple(inner, _void("triples"), _count(number))


def total(view: Iterable[Quad], partitions: list[Triple]) -> Iterator[Triple]:
    """Yield what the dataset is as a whole, and how large with these statistics in it."""
    fixed = [
        Triple(DATASET, NamedNode(TYPE), _void("Dataset")),
        Triple(DATASET, _void("sparqlEndpoint"), NamedNode(BASE + "sparql")),
        Triple(DATASET, _void("dataDump"), NamedNode(DUMP)),
        Triple(DATASET, _void("exampleResource"), NamedNode(iri("org:facebook"))),
        Triple(DATASET, _void("exampleResource"), NamedNode(iri("c:c0001"))),
        Triple(DATASET, _void("uriSpace"), Literal(BASE + "id/")),
        Triple(DATASET, _void("vocabulary"), NamedNode(PREFIXES["ds"])),
        Triple(DATASET, NamedNode(iri("dct:license")), NamedNode(LICENSE)),
    ]
    yield from fixed
    triples = {quad.triple for quad in view} | set(partitions) | set(fixed)
    names = ("triples", "entities", "distinctSubjects", "distinctObjects", "properties", "classes")
    # Counting changes what is counted: as many triples as there are totals, and their numbers.
    subjects = {triple.subject for triple in triples}
    typed = {triple.subject for triple in triples if triple.predicate.value == TYPE}
    classes = {triple.object for triple in triples if triple.predicate.value == TYPE}
    properties = {triple.predicate for triple in triples} | {_void(name) for name in names}
    objects: set[Term] = {triple.object for triple in triples}
    counts = {
        "triples": len(triples) + len(names),
        "entities": len(typed),
        "distinctSubjects": len(subjects),
        "properties": len(properties),
        "classes": len(classes),
    }
    objects |= {_count(number) for number in counts.values()}
    number = len(objects)
    # The number of objects is itself one, unless it stands there already.
    counts["distinctObjects"] = number if _count(number) in objects else number + 1
    for name in names:
        yield Triple(DATASET, _void(name), _count(counts[name]))


class _Table:
    """What one pass over a graph counts."""

    def __init__(self, view: Iterable[Quad]) -> None:
        triples = [quad.triple for quad in view]
        kinds: dict[Term, list[str]] = defaultdict(list)
        for triple in triples:
            if triple.predicate.value == TYPE and isinstance(triple.object, NamedNode):
                kinds[triple.subject].append(triple.object.value)
        self.members = Counter(name for names in kinds.values() for name in names)
        self.uses = Counter(triple.predicate.value for triple in triples)
        self.subjects: dict[str, set[Term]] = defaultdict(set)
        self.objects: dict[str, set[Term]] = defaultdict(set)
        self.crossed: Counter[tuple[str, str]] = Counter()
        self.values: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for triple in triples:
            name = triple.predicate.value
            self.subjects[name].add(triple.subject)
            self.objects[name].add(triple.object)
            for kind in kinds.get(triple.subject, ()):
                self.crossed[kind, name] += 1
                self.values[kind, name].update(_kinds_of(triple.object, kinds))


def _kinds_of(value: Term, kinds: dict[Term, list[str]]) -> list[str]:
    if isinstance(value, Literal):
        return ["^^" + value.datatype.value]
    return kinds.get(value, [])


def _node(fragment: str) -> NamedNode:
    return NamedNode(f"{GRAPH}void#{fragment.replace('#', '%23')}")


def _void(local: str) -> NamedNode:
    return NamedNode(iri("void:" + local))


def _count(number: int) -> Literal:
    return Literal(number)
