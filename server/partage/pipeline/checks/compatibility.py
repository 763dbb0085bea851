"""
What earlier releases promised, and the files must keep: nothing vanishes, no meaning changes.

Wherever released archives exist, everything they hold is compared with the registry and the files:
each identifier is still registered, each claim version has the digest that was recorded, nothing
retired is in use again, a flow keeps its parties, and the ontology's version grows by as much as
its terms changed (`docs/how-to/release.md` lists the promises).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import DefaultGraph, NamedNode, Quad

from partage.pipeline import versioning
from partage.pipeline.checks.registry import RETIRED, RegistryRow, kind_of, mentioned
from partage.rdf.canonical import nquads_digest
from partage.rdf.namespaces import GRAPH, iri
from partage.rdf.parsing import short_iri
from partage.releases import archive
from partage.releases.catalog import Catalog
from partage.releases.descriptions import ONTOLOGY, REGISTRY, STATUS

PARTIES = frozenset({iri("ds:hasProvider"), iri("ds:hasRecipient")})
VERSION_INFO, PRIOR_VERSION = iri("owl:versionInfo"), iri("owl:priorVersion")
ONTOLOGY_GRAPH, REGISTRY_GRAPH = NamedNode(GRAPH + "ontology"), NamedNode(REGISTRY)

Parties = Mapping[tuple[str, str], set[str]]


@dataclass(slots=True)
class ReleasedIdentifiers:
    """What all archived releases held; `first` maps identifiers to the release they came with."""

    first: dict[str, str] = field(default_factory=dict)
    retired: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    parties: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    ontology: list[Quad] = field(default_factory=list)
    newest: str = ""


def check(
    catalog: Catalog,
    rows: Sequence[RegistryRow],
    committed: Iterable[Quad],
    ontology: Iterable[Quad],
) -> list[str]:
    """
    Return how registry and files break what earlier releases promised, and which are missing.

    `committed` is all that the files say, `ontology` what the ontology's own file does.

    Raises
    ------
    IntegrityError
        An archive is damaged.
    """
    missing = _missing(catalog, rows)
    if catalog.newest is None:
        return missing
    released = read(catalog)
    return [
        *missing,
        *_registered(released, rows),
        *_same_parties(released, rows, committed),
        *_versioned(released, ontology_of(ontology)),
    ]


def read(catalog: Catalog) -> ReleasedIdentifiers:
    """Return what all archived releases held, in one pass over their change sets."""
    found = ReleasedIdentifiers()
    ontology: set[Quad] = set()
    for record, change in archive.history(catalog):
        found.newest = record.version
        added = archive.parse_nquads(change.added)
        ontology -= set(archive.parse_nquads(change.removed))
        ontology |= {quad for quad in added if quad.graph_name == ONTOLOGY_GRAPH}
        for name in mentioned(names(added)):
            if kind_of(name):
                found.first.setdefault(name, record.version)
        versions: dict[str, list[Quad]] = defaultdict(list)
        for quad in added:
            name, mark, _ = str(getattr(quad.graph_name, "value", "")).partition("#")
            if mark and kind_of(name) == "version":
                versions[name].append(quad)
            gone = str(getattr(quad.object, "value", "")) in RETIRED
            if gone and quad.predicate.value == STATUS and quad.graph_name == REGISTRY_GRAPH:
                found.retired[str(getattr(quad.subject, "value", ""))] = record.version
        for name, held in versions.items():
            found.digests.setdefault(name, nquads_digest(held))
        for key, parties in stated_parties(added).items():
            found.parties.setdefault(key, set()).update(parties)
    found.ontology = ontology_of(ontology)
    return found


def stated_parties(quads: Iterable[Quad]) -> Parties:
    """Return the providers and the recipients that quads state, by flow and property."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value in PARTIES and isinstance(quad.object, NamedNode):
            found[str(getattr(quad.subject, "value", "")), quad.predicate.value].add(
                quad.object.value
            )
    return found


def ontology_of(quads: Iterable[Quad]) -> list[Quad]:
    """Return the ontology's statements in the default graph."""
    return [Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in quads]


def _missing(catalog: Catalog, rows: Sequence[RegistryRow]) -> list[str]:
    """Return which releases the registry names and nobody keeps."""
    versions = {record.version for record in catalog}
    return [
        f"{catalog.directory}: the registry names the release {version}, which is not there. "
        "Restore it from the repository's history; a release is for ever."
        for version in sorted({row.first_release for row in rows} - versions)
        if versioning.calendar(version)
    ]


def _registered(released: ReleasedIdentifiers, rows: Sequence[RegistryRow]) -> Iterator[str]:
    known = {row.iri: row for row in rows}
    for name, version in released.first.items():
        row = known.get(name)
        if row is None:
            yield f"{name}: released in {version}, gone from the registry; put its row back."
        elif (
            not row.first_release
            or versioning.calendar(row.first_release) is None
            or (versioning.calendar(row.first_release) or ()) > (versioning.calendar(version) or ())
        ):
            yield (
                f"{name}: first released in {version}, but the registry says "
                f"{row.first_release or 'nothing'}; write {version}."
            )
    for name, version in released.retired.items():
        row = known.get(name)
        if row and row.status not in RETIRED:
            yield (
                f"{name}: retired since {version}, yet {row.status} now. An identifier is never "
                "used again; mint a new one with `partage ids allocate`."
            )
    for name, published in released.digests.items():
        row = known.get(name)
        if row and row.sha256 != published:
            yield (
                f"{name}: {released.first.get(name, 'an earlier release')} published it with the "
                f"digest {published}, the registry has {row.sha256 or 'none'}; restore the row and "
                "write a new version of the claim."
            )


def _same_parties(
    released: ReleasedIdentifiers, rows: Sequence[RegistryRow], committed: Iterable[Quad]
) -> Iterator[str]:
    successors = {row.iri: row.successor for row in rows if row.status in RETIRED and row.successor}
    for (flow, predicate), parties in stated_parties(committed).items():
        before = released.parties.get((flow, predicate))
        if before is None:
            continue
        allowed = before | {_last(party, successors) for party in before}
        for party in sorted(parties - allowed):
            yield (
                f"{flow}: {short_iri(predicate)} {short_iri(party)} is new to a released flow "
                f"({', '.join(sorted(map(short_iri, before)))} so far). Another party makes "
                "another flow: mint one with `partage ids allocate flow`."
            )


def _last(party: str, successors: Mapping[str, str]) -> str:
    seen = {party}
    while (onward := successors.get(party)) and onward not in seen:
        party = onward
        seen.add(party)
    return party


def _versioned(released: ReleasedIdentifiers, now: Sequence[Quad]) -> Iterator[str]:
    was, is_now = _version(released.ontology), _version(now)
    before, after = versioning.semantic(was), versioning.semantic(is_now)
    if before is None or after is None:
        return
    if after < before:
        yield f"ontology: {is_now} is older than the released {was}; versions only grow."
        return
    if after > before and NamedNode(f"{ONTOLOGY}/{was}") not in _said(now, PRIOR_VERSION):
        yield (
            f"ontology: {is_now} does not name the released version before it; write "
            f"owl:priorVersion <{ONTOLOGY}/{was}> in ontology/partage.ttl."
        )
    made = versioning.step(before, after)
    for level, name in versioning.needed(released.ontology, now):
        if level > made:
            yield (
                f"{short_iri(name)}: changed since ontology {was} ({released.newest}) in a way "
                f"that needs a {versioning.LEVELS[level]} step, but the version is {is_now}. Raise "
                "owl:versionInfo and owl:versionIRI in ontology/partage.ttl, or undo the change."
            )


def _version(ontology: Iterable[Quad]) -> str:
    found = (str(getattr(value, "value", "")) for value in _said(ontology, VERSION_INFO))
    return min(found, default="")


def _said(ontology: Iterable[Quad], predicate: str) -> list[object]:
    """Return what the ontology says of itself."""
    about = NamedNode(ONTOLOGY)
    return [q.object for q in ontology if q.subject == about and q.predicate.value == predicate]


def names(quads: Iterable[Quad]) -> set[str]:
    """Return every IRI in quads, as whatever it stands there."""
    terms: set[object] = set()
    for quad in quads:
        terms.update((quad.subject, quad.predicate, quad.object, quad.graph_name))
    return {term.value for term in terms if isinstance(term, NamedNode)}
