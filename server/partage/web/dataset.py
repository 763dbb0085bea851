"""What the views of one application share: engine, settings, release, and facts about them."""

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar, cast
from weakref import ref

from flask import current_app, has_request_context, request
from pyoxigraph import Quad, Triple

from partage.assets import assets_root
from partage.caching import BoundedCache, count_entry, memoized
from partage.errors import DatasetTooLarge, EngineError, UnknownRelease
from partage.rdf.canonical import STATEMENTS
from partage.rdf.formats import Format
from partage.rdf.namespaces import GRAPH, PREFIXES, SPARQL_PREFIXES
from partage.rdf.query_files import Question, read_questions
from partage.rdf.sparql_terms import is_iri
from partage.releases.catalog import Catalog
from partage.releases.difference_cache import DifferenceCache
from partage.releases.record import ReleaseRecord
from partage.resources.browse.kinds import KINDS
from partage.resources.browse.table import BrowsedTable, count
from partage.resources.browse.view import BrowseView
from partage.resources.description.dataset_metadata import DatasetMetadata
from partage.resources.description.describe import ask, exists_graph, graph_contents
from partage.resources.description.existence import holds
from partage.resources.description.statistics import statistics
from partage.resources.downloads.files import ReleaseFiles
from partage.resources.ontology.completion import as_completions, terms
from partage.resources.ontology.term_reference import OntologyReference, reference
from partage.resources.pages.facts import DatasetFacts, facts_around, name_all, read_facts
from partage.resources.pages.summaries import Summarizer
from partage.resources.pictures.disputes import DisputeMap, dispute_map
from partage.resources.pictures.flow_map import FlowMap, flow_map
from partage.resources.pictures.timeline import Timeline, timeline
from partage.resources.search.index import SearchIndex, build
from partage.resources.search.ranking import SearchResult, search
from partage.settings import Settings
from partage.sparql.diagnosis.syntax_errors import vocabulary
from partage.sparql.diagnosis.term_suggestions import TermSuggestions
from partage.sparql.federation.service_calls import Federation
from partage.sparql.planner.planner import Planner
from partage.sparql.protocol.graph_selection import DatasetParts
from partage.sparql.protocol.service_description import PREFIXES as DESCRIPTION_PREFIXES
from partage.sparql.protocol.service_description import (
    DatasetSurvey,
    DescribedLimit,
    describe,
    survey,
)
from partage.store.embedded.quads_writing import write_quads
from partage.store.engine import Engine, Query
from partage.store.release_stores.release_stores import ReleaseEngine
from partage.store.statement_index import StatementIndex, index_statements
from partage.web.http.negotiation import languages
from partage.web.http.release_paths import RELEASE

# The competency questions that a visitor is offered first.
SHOWN_QUESTIONS = ("01", "03", "04", "29")
PARTAGE_QUERY = "ASK { ?claim a ds:Claim }"
# All there is to know of a dataset, in each language: fewer than these.
MEMO_ENTRIES = 256
# Whether a dataset holds a resource, and what was written or found last.
RESOURCES = BoundedCache(4_000_000, "resources")
DOCUMENTS = BoundedCache(16_000_000, "documents")
# What is read whole takes some 1.5 kB a triple in memory and, of so many, about two seconds of a
# processor; and a picture of more is larger than a megabyte.
MOST_TRIPLES_IN_MEMORY = 150_000


Made = TypeVar("Made")


class ServedDataset:
    """One engine and what is known of its dataset, which never changes while we serve it."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        release: Path | None,
        record: ReleaseRecord | None = None,
    ) -> None:
        """`release` is the directory of its files, `record` the release that the dataset is."""
        self.settings = settings
        self.engine = engine
        self.release = release
        self.record = record
        self.federation = Federation.of(settings)
        # Plans are written for the engine that is our own.
        self.planner = None if settings.engine else Planner(engine, joins=bool(settings.plan_joins))
        self.metadata = DatasetMetadata(engine)
        self.term_suggestions = TermSuggestions(engine)
        # What is known of the whole dataset, by the method that computes it.
        self.memo = BoundedCache(MEMO_ENTRIES, getsizeof=count_entry)
        # Whether what most requests need has been computed.
        self.is_warm = False
        self._dataset = ref(self)

    @property
    @memoized
    def manifest(self) -> dict[str, object]:
        """The release's manifest, or of an older one its record; empty where none is served."""
        if self.release is None and self.record is not None:
            return {**asdict(self.record), "data": self.record.version}
        path = self.release / "manifest.json" if self.release else None
        if path is None or not path.is_file():
            return {}
        read = json.loads(path.read_text(encoding="utf-8"))
        return read if isinstance(read, dict) else {}

    @property
    @memoized
    def class_counts(self) -> dict[str, int]:
        """How many members the classes have, the largest first; at most a dozen classes."""
        rows = ask(
            self.engine,
            "SELECT ?class (COUNT(DISTINCT ?x) AS ?n) { ?x a ?class } "
            "GROUP BY ?class ORDER BY DESC(?n) LIMIT 60",
        )
        return {
            name: int(row["n"].value)  # type: ignore[union-attr]  # COUNT gives a literal
            for row in rows
            if is_iri(name := str(getattr(row["class"], "value", "")))
        }

    @property
    @memoized
    def ontology(self) -> tuple[Quad, ...]:
        """The triples of its ontology; none where the dataset has no graph for them."""
        name = GRAPH + "ontology"
        return tuple(graph_contents(self.engine, name)) if exists_graph(self.engine, name) else ()

    @property
    @memoized
    def default_graph_size(self) -> int:
        """How many triples the default graph holds."""
        rows = ask(self.engine, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        return int(rows[0]["n"].value)  # type: ignore[union-attr]  # COUNT gives a literal

    @property
    @memoized
    def questions(self) -> tuple[Question, ...]:
        """The questions our dataset was made to answer; of another one, those asked of any."""
        if not self.is_partage:
            return read_questions(Path(str(files("partage"))) / "queries" / "any")
        return read_questions(assets_root() / "ontology" / "competency")

    @property
    def shown_questions(self) -> tuple[Question, ...]:
        """Queries to start from."""
        if not self.is_partage:
            return self.questions
        return tuple(known for known in self.questions if known.number in SHOWN_QUESTIONS)

    @property
    @memoized
    def dataset_parts(self) -> DatasetParts:
        """The parts of the dataset that `graphs=` names."""
        return DatasetParts(self.engine)

    @property
    @memoized
    def survey(self) -> DatasetSurvey:
        """What the service description tells of the dataset."""
        return survey(self.engine)

    @property
    @memoized
    def vocabulary(self) -> frozenset[str]:
        """Our terms and named things, for finding which was meant; none where they are too many."""
        return vocabulary(self.engine) if self.is_partage and self.is_in_memory else frozenset()

    @property
    @memoized
    def statistics(self) -> list[Quad]:
        """The dataset's VoID description: built with our release, counted for other datasets."""
        return statistics(self.engine)

    @property
    @memoized
    def search_index(self) -> SearchIndex:
        """The texts of the dataset by their words, to search in."""
        return build(self.engine)

    @property
    @memoized
    def is_partage(self) -> bool:
        """Whether the dataset holds claims of our kind, or is somebody else's."""
        return self.engine.query(Query(SPARQL_PREFIXES + PARTAGE_QUERY)).answer is True

    @property
    @memoized
    def facts(self) -> DatasetFacts:
        """What the dataset says of things of our kinds; nothing where it holds none."""
        return read_facts(self.engine) if self.is_partage else DatasetFacts()

    @property
    @memoized
    def is_in_memory(self) -> bool:
        """Whether what the dataset says of its things is read whole and kept in memory."""
        counted = "SELECT (COUNT(*) AS ?n) { SELECT ?s { ?s ?p ?o } LIMIT %s }"
        rows = ask(self.engine, counted % (MOST_TRIPLES_IN_MEMORY + 1))
        return int(rows[0]["n"].value) <= MOST_TRIPLES_IN_MEMORY  # type: ignore[union-attr]  # COUNT

    @property
    @memoized
    def member_counts(self) -> dict[str, int]:
        """How many members there are of each kind that is browsed."""
        return {name: count(self.engine, kind, BrowseView(), "en") for name, kind in KINDS.items()}

    @memoized
    def table(self, name: str) -> BrowsedTable:
        """Return what is known of all members of a kind, for browsing."""
        self._require_in_memory()
        return BrowsedTable(self.engine, KINDS[name])

    @memoized
    def flow_map(self, reader: tuple[str, ...]) -> FlowMap:
        """Return what the picture of the flows tells."""
        self._require_in_memory()
        return flow_map(self.engine, reader)

    @memoized
    def timeline(self, reader: tuple[str, ...]) -> Timeline:
        """Return what the timeline tells."""
        self._require_in_memory()
        return timeline(self.engine, reader)

    @memoized
    def dispute_map(self, reader: tuple[str, ...]) -> DisputeMap:
        """Return what the map of disputes tells."""
        self._require_in_memory()
        return dispute_map(self.engine, reader)

    def _require_in_memory(self) -> None:
        if not self.is_in_memory:
            raise DatasetTooLarge(
                "This dataset has more than %(most)s triples, too many to draw or to tell as a "
                "whole. Browse or query it instead.",
                most=MOST_TRIPLES_IN_MEMORY,
            )

    def summarizer(self, reader: tuple[str, ...], *things: str) -> Summarizer:
        """Return what tells of some things: of all, where the whole is kept in memory."""
        if self.is_in_memory:
            return self._summarizer(reader)
        facts = facts_around(self.engine, things) if self.is_partage else DatasetFacts()
        return Summarizer(facts, name_all(self.engine, facts, reader), reader)

    @memoized
    def _summarizer(self, reader: tuple[str, ...]) -> Summarizer:
        return Summarizer(self.facts, name_all(self.engine, self.facts, reader), reader)

    def description(self, endpoint: str, fmt: Format) -> bytes:
        """Return the service description of an endpoint's address in a format."""
        return self.cached(
            ("description", endpoint, fmt.key),
            lambda: write_quads(
                describe(self.engine, endpoint, self.limits, self.survey, self.federation.allowed),
                fmt,
                DESCRIPTION_PREFIXES,
            ),
        )

    @property
    def limits(self) -> tuple[DescribedLimit, ...]:
        """What a request may cost here, as the service description tells it."""
        limits = [
            DescribedLimit("max-body", "Largest request body", self.settings.max_body, "bytes")
        ]
        if seconds := self.settings.client_seconds:
            label = "Query time of a client in a minute"
            limits.append(DescribedLimit("client-seconds", label, seconds, "s"))
        called = self.federation
        if called.allowed:
            limits += (
                DescribedLimit("service-seconds", "Longest wait for SERVICE", called.seconds, "s"),
                DescribedLimit(
                    "service-rows", "Most solutions by SERVICE", called.rows, "solutions"
                ),
                DescribedLimit("service-bytes", "Most bytes by SERVICE", called.bytes, "bytes"),
            )
        return tuple(limits)

    def statement(self, digest: str) -> Triple | None:
        """
        Return the statement of the dataset with a digest.

        Raises
        ------
        StatementsNotIndexed
            The dataset is too large to be indexed.
        """
        return self._statements.find(digest)

    @property
    @memoized
    def _statements(self) -> StatementIndex:
        return index_statements(self.engine)

    @memoized
    def reference(self, reader: tuple[str, ...]) -> OntologyReference | None:
        """Return the terms of its ontology as a reader is told them; None where it has none."""
        return reference(self.engine, self.ontology, reader)

    def search(self, question: str, kind: str, identified_iri: str | None) -> SearchResult:
        """Return what a question finds; `named` is the thing whose identifier it is."""
        return search(self.search_index, question, kind, identified_iri)

    @memoized
    def terms(self, reader: tuple[str, ...]) -> bytes:
        """Return the terms to write a query with, as JSON."""
        found = as_completions(self.engine, terms(self.statistics), reader)
        return json.dumps({"prefixes": PREFIXES, **found}, ensure_ascii=False).encode()

    def cached(self, key: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """Return what was written or found of this dataset, by all that it depends on."""
        return DOCUMENTS.get((self._dataset, *key), make)

    def holds(self, iri: str) -> bool:
        """Return whether the dataset holds a resource."""
        return RESOURCES.get((self._dataset, iri), lambda: self._holds(iri))

    def _holds(self, iri: str) -> bool:
        if iri.startswith(STATEMENTS):
            return self.statement(iri.removeprefix(STATEMENTS)) is not None
        return holds(self.engine, iri)

    def warm_up(self) -> None:
        """Compute what the first visitor of most pages would otherwise wait for."""
        with suppress(EngineError):  # the first request raises it again
            if self.is_partage and self.is_in_memory:
                _ = self.vocabulary
                self.summarizer(languages(None, None))
            # What is kept is many small objects that never go: not to be looked through again
            # and again for garbage, which takes a tenth of a page's time.
            gc.collect()
            gc.freeze()
            self.is_warm = True


class ServedDatasets:
    """The site of the current dataset, and a site for each release."""

    def __init__(self, current: ServedDataset, catalog: Catalog) -> None:
        self.current = current
        self.catalog = catalog
        self.at_release = lru_cache(None)(self._of)
        self.difference_cache = DifferenceCache(catalog)
        self.release_files = ReleaseFiles(catalog, current.settings.archive / "files")
        digest = current.manifest.get("rdfc10")
        current.record = catalog.known_as(str(digest)) if digest else None

    def _of(self, version: str) -> ServedDataset:
        """
        Return the site of a release.

        Raises
        ------
        UnknownRelease
            There is no such release.
        """
        record = self.catalog.find(version)
        engine = ReleaseEngine(self.current.engine, version)
        return ServedDataset(self.current.settings, engine, None, record)

    def statement(
        self, digest: str, version: str | None = None
    ) -> tuple[ServedDataset, Triple] | None:
        """
        Return a statement with the site that holds it: of a release, or the newest that does.

        Raises
        ------
        UnknownRelease
            There is no such release.
        StatementsNotIndexed
            The dataset is too large to be indexed.
        """
        if version is not None:
            here = self.at_release(version)
            triple = here.statement(digest)
            return (here, triple) if triple else None
        for here in self.newest_first():
            with suppress(UnknownRelease):  # it is not at hand here
                if triple := here.statement(digest):
                    return here, triple
        return None

    def releases_until(self, dataset: ServedDataset) -> tuple[ReleaseRecord, ...]:
        """Return the releases up to that of a site: all, where it is a draft of the next."""
        records = self.catalog.records
        return (
            records[: records.index(dataset.record) + 1] if dataset.record in records else records
        )

    def newest_first(self) -> Iterator[ServedDataset]:
        """Give the current site, then those of the releases, back in time."""
        yield self.current
        for record in reversed(self.catalog.records):
            yield self.at_release(record.version)


def served_datasets() -> ServedDatasets:
    """Return all sites that the current application serves."""
    return cast("ServedDatasets", current_app.extensions["partage.sites"])


def served_dataset() -> ServedDataset:
    """Return the site that the request is for: of the current dataset, or of a release."""
    version = request.environ.get(RELEASE) if has_request_context() else None
    return served_datasets().current if version is None else served_datasets().at_release(version)
