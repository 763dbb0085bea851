"""What is known of a whole dataset and asked for by every document: computed once an engine."""

from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property

from partage.rdf.namespaces import BASE, iri
from partage.rdf.sparql_terms import iriref
from partage.resources.description.describe import ask
from partage.resources.description.retired import Tombstone, tombstones
from partage.resources.identifiers import document
from partage.resources.labels import NAMING
from partage.store.engine import Engine

NEAREST = 5
LONGEST = 80
ALIKE = 0.6
# To compare an unknown name with so many takes half a second; of more, none is kept.
MOST_NAMES = 100_000


class DatasetMetadata:
    """One dataset's own metadata, its things with their names, and its tombstones."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def metadata(self) -> dict[str, tuple[str, ...]]:
        """The values of each property of the dataset itself, by the property's IRI."""
        found: dict[str, list[str]] = {}
        rows = ask(
            self._engine,
            f"SELECT ?p ?o {{ {iriref(BASE)} ?p ?o FILTER(?p IN (dct:license, dct:creator, "
            "dct:issued, dct:publisher)) } ORDER BY ?p ?o",
        )
        for row in rows:
            names = found.setdefault(str(getattr(row["p"], "value", "")), [])
            names.append(str(getattr(row["o"], "value", "")))
        return {name: tuple(values) for name, values in found.items()}

    def values(self, curie: str) -> tuple[str, ...]:
        """Return the values of one property of the dataset."""
        return self.metadata.get(iri(curie), ())

    @cached_property
    def issued(self) -> datetime | None:
        """When the dataset was issued, to the second as HTTP tells times."""
        day = next(iter(self.values("dct:issued")), None)
        if day is None:
            return None
        moment = datetime.fromisoformat(day)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @cached_property
    def tombstones(self) -> dict[str, Tombstone]:
        """The identifiers that were withdrawn or merged."""
        return tombstones(self._engine)

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Every thing of ours that has a document, with its names; none where they are too many."""
        naming = ", ".join(map(iriref, NAMING))
        pattern = "?thing a ?type OPTIONAL { ?thing ?naming ?name FILTER(?naming IN (%s)) }"
        rows = ask(
            self._engine,
            f"SELECT DISTINCT ?thing ?name {{ {{ {pattern % naming} }} UNION "
            "{ GRAPH ?head { ?thing a np:Nanopublication } } "
            f'FILTER(STRSTARTS(STR(?thing), "{BASE}")) }} LIMIT {MOST_NAMES + 1}',
        )
        if len(rows) > MOST_NAMES:
            return {}
        found: dict[str, list[str]] = {}
        for row in rows:
            thing = str(getattr(row["thing"], "value", ""))
            if document(thing):
                names = found.setdefault(thing, [])
                if "name" in row:
                    names.append(str(getattr(row["name"], "value", "")))
        return {thing: tuple(sorted(names)) for thing, names in sorted(found.items())}

    @cached_property
    def things(self) -> tuple[str, ...]:
        """Every thing that has a document of its own, in the order of the IRIs."""
        documented = {name for name in self.names if "#" not in name} | {BASE}
        return tuple(sorted(documented)) if len(documented) > 1 else ()

    def nearest(self, missing: str) -> list[str]:
        """Return the things whose identifiers or names are most like those of an unknown IRI."""
        space, local = _split(missing)
        alike = [name for name in self.names if _split(name)[0] == space] or list(self.names)
        by_local: dict[str, str] = {}
        for name in alike:
            for key in (_split(name)[1], *self.names[name]):
                by_local.setdefault(key[:LONGEST].lower(), name)
        wanted = local[:LONGEST].lower()
        found = get_close_matches(wanted, by_local, n=NEAREST * 2, cutoff=ALIKE)
        return list(dict.fromkeys(by_local[key] for key in found))[:NEAREST]


def _split(name: str) -> tuple[str, str]:
    """Split an IRI into the space it is in and its local name: claim versions by claim."""
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    head, local = name[:cut], name[cut:]
    if head.startswith(BASE + "id/claim/c"):
        return BASE + "id/claim/", head.removeprefix(BASE + "id/claim/") + local
    return head, local
