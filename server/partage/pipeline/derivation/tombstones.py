"""
Tombstones and the line of releases, as data (https://www.w3.org/TR/cooluris/, DCAT 3 §11).

`graph:registry` says of each retired identifier its status, why, what takes its place, its name in
the last release that held it, and since when it is gone. The dataset's own graph says which
releases came before. Only releases before the one being built count, so that a dataset is the same
before and after its release was frozen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from partage.pipeline import versioning
from partage.pipeline.checks.registry import RETIRED, RegistryRow
from partage.pipeline.derivation.current_view import current_view
from partage.pipeline.state import State
from partage.rdf.namespaces import BASE, LICENSE, RELEASES, iri
from partage.rdf.parsing import value_of
from partage.releases import archive
from partage.releases.catalog import Catalog
from partage.releases.descriptions import NAMING, REASON, REGISTRY, REPLACED, STATUS

DATASET = NamedNode(BASE)
TRUE = Literal(True)
GONE = ("deprecated", *RETIRED)
DATE_TIME = NamedNode(iri("xsd:dateTime"))


@dataclass(frozen=True, slots=True)
class LastRelease:
    """The last release that held a thing, its names there, and the day of the next release."""

    version: str
    labels: tuple[Literal, ...]
    gone: str | None = None


def publish(state: State) -> State:
    """Add `graph:registry`, and to `graph:dataset` the releases; renew the current view."""
    said = state.graph("dataset")
    version, issued = (value_of(said, BASE, name) for name in ("dcat:version", "dct:issued"))
    catalog = earlier_releases(Catalog.read(state.root), version)
    retired = [row for row in state.registry if row.status in GONE]
    known = held(catalog, {row.iri for row in retired if row.status in RETIRED})
    stones = (triple for row in retired for triple in tombstone(row, known.get(row.iri), issued))
    line = [quad.triple for quad in state.graph("dataset")]
    line += releases(catalog, version, issued)
    full = state.with_graph("registry", stones).with_graph("dataset", dict.fromkeys(line))
    return replace(full, view=current_view(full)).noting(
        "tombstones and releases", {"retired": len(retired), "releases": len(catalog.records)}
    )


def earlier_releases(catalog: Catalog, version: str) -> Catalog:
    """Return the releases before a version; all where it is no calendar version."""
    now = versioning.calendar(version)
    records = tuple(
        record
        for record in catalog
        if now is None or (versioning.calendar(record.version) or now) < now
    )
    return Catalog(catalog.directory, records)


def tombstone(row: RegistryRow, last: LastRelease | None, issued: str) -> Iterator[Triple]:
    """Yield what is said of a retired identifier; `issued` is the day of this release."""
    node = NamedNode(row.iri)
    yield Triple(node, _name("owl:deprecated"), TRUE)
    yield Triple(node, NamedNode(STATUS), Literal(row.status))
    if row.reason:
        yield Triple(node, NamedNode(REASON), Literal(row.reason))
    if row.successor:
        yield Triple(node, NamedNode(REPLACED), NamedNode(row.successor))
    if last is None:
        return
    yield Triple(node, _name("dct:isPartOf"), NamedNode(RELEASES + last.version))
    for label in last.labels:
        yield Triple(node, _name("rdfs:label"), label)
    if day := last.gone or issued:
        moment = Literal(f"{day}T00:00:00Z", datatype=DATE_TIME)
        yield Triple(node, _name("prov:invalidatedAtTime"), moment)


def held(catalog: Catalog, names: Iterable[str]) -> Mapping[str, LastRelease]:
    """Return where each of some things was held last; the releases are read only if needed."""
    known: dict[str, LastRelease] = {}
    openings = {f"<{name}>": name for name in names}
    lines: dict[str, set[str]] = {name: set() for name in openings.values()}
    for record, change in archive.history(catalog) if openings else ():
        for sign, changed in ((-1, change.removed), (1, change.added)):
            for line in changed:
                name = openings.get(line.partition(" ")[0])
                if name:
                    (lines[name].add if sign > 0 else lines[name].discard)(line)
        for name, said in lines.items():
            quads = archive.parse_nquads(said)
            if _is_held(name, quads):
                known[name] = LastRelease(record.version, _labels(quads))
            elif name in known and known[name].gone is None:
                known[name] = replace(known[name], gone=f"{record.issued:%Y-%m-%d}")
    return known


def _is_held(name: str, quads: Iterable[Quad]) -> bool:
    """Return whether a thing is in the current view, its tombstone aside, or has its own graphs."""
    view, stones = set(), set()
    for quad in quads:
        graph = str(getattr(quad.graph_name, "value", ""))
        if graph.startswith(name + "#"):
            return True
        if isinstance(quad.graph_name, DefaultGraph):
            view.add(quad.triple)
        elif graph == REGISTRY:
            stones.add(quad.triple)
    return bool(view - stones)


def _labels(quads: Iterable[Quad]) -> tuple[Literal, ...]:
    """Return the names in the current view, by the first naming property that there is."""
    found: dict[str, set[Literal]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph) and isinstance(quad.object, Literal):
            found.setdefault(quad.predicate.value, set()).add(quad.object)
    chosen = next((found[name] for name in NAMING if name in found), set())
    return tuple(sorted(chosen, key=str))


def releases(catalog: Catalog, version: str, issued: str) -> Iterator[Triple]:
    """Yield the line of releases: a series (https://www.w3.org/TR/vocab-dcat-3/#dataset-series)."""
    if versioning.calendar(version) is None:
        return
    yield Triple(DATASET, _name("rdf:type"), _name("dcat:DatasetSeries"))
    yield Triple(DATASET, _name("dcat:hasCurrentVersion"), NamedNode(RELEASES + version))
    days = [(record.version, f"{record.issued:%Y-%m-%d}") for record in catalog]
    before: NamedNode | None = None
    for name, day in [*days, (version, issued)]:
        node = NamedNode(RELEASES + name)
        yield Triple(DATASET, _name("dcat:hasVersion"), node)
        yield Triple(node, _name("rdf:type"), _name("dcat:Dataset"))
        yield Triple(node, _name("dcat:version"), Literal(name))
        yield Triple(node, _name("dcat:isVersionOf"), DATASET)
        yield Triple(node, _name("dcat:inSeries"), DATASET)
        yield Triple(node, _name("dct:license"), NamedNode(LICENSE))
        yield Triple(node, _name("dct:title"), Literal(f"Partage {name}", language="en"))
        yield Triple(node, _name("dct:title"), Literal(f"Partage {name}", language="fr"))
        if day:
            date = Literal(day, datatype=NamedNode(iri("xsd:date")))
            yield Triple(node, _name("dct:issued"), date)
        if before:
            yield Triple(node, _name("dcat:previousVersion"), before)
            yield Triple(node, _name("dcat:prev"), before)
        before = node


def _name(curie: str) -> NamedNode:
    return NamedNode(iri(curie))
