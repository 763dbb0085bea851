"""What the views of one application share: engine, settings, release, and facts about them."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import cast

from flask import current_app, has_request_context, request
from markupsafe import Markup
from pyoxigraph import Quad, Triple

from partage.assets import root
from partage.errors import EngineError, StatementsNotIndexed, TextsNotIndexed, UnknownRelease
from partage.rdf.canonical import STATEMENTS
from partage.rdf.formats import Format
from partage.rdf.namespaces import GRAPH, PREFIXES, SPARQL_PREFIXES
from partage.rdf.questions import Question, read_questions
from partage.releases.catalog import Catalog
from partage.releases.record import Record
from partage.resources.browse import Table
from partage.resources.browse_kinds import KINDS
from partage.resources.completion import terms, told
from partage.resources.describe import ask, exists_graph, graph_contents
from partage.resources.disputes import dispute_map
from partage.resources.dumps import Files
from partage.resources.facts import Facts, name_all, read_facts
from partage.resources.flow_map import flow_map
from partage.resources.identifiers import is_iri
from partage.resources.known import Known
from partage.resources.lines import Teller
from partage.resources.presence import holds
from partage.resources.search import Answer, search
from partage.resources.search_index import Index, build
from partage.resources.statistics import statistics
from partage.resources.terms import Reference, reference
from partage.resources.timeline import timeline
from partage.settings import Settings
from partage.sparql.calling import Federation
from partage.sparql.description import PREFIXES as DESCRIPTION_PREFIXES
from partage.sparql.description import Limit, Survey, describe, survey
from partage.sparql.diagnosis import vocabulary
from partage.sparql.planning import Planner
from partage.sparql.selection import Parts
from partage.sparql.spelling import Spelling
from partage.store.engine import Engine, Query
from partage.store.shelf import AtRelease
from partage.store.statements import StatementIndex, index
from partage.store.writing import write
from partage.web.comparing import Comparing
from partage.web.negotiation import LANGUAGES, languages
from partage.web.versions import RELEASE

# The competency questions that a visitor is offered first.
SHOWN_QUESTIONS = ("01", "03", "04", "29")
OF_PARTAGE = "ASK { ?claim a ds:Claim }"
REMEMBERED = 10_000
FOUND = 200
READERS = 8


class Site:
    """One engine and what is known of its dataset, which never changes while we serve it."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        release: Path | None,
        record: Record | None = None,
    ) -> None:
        """`release` is the directory of its files, `record` the release that the dataset is."""
        self.settings = settings
        self.engine = engine
        self.release = release
        self.federation = Federation.of(settings)
        # Plans are written for the engine that is our own.
        planned = settings.plan_joins and not settings.engine
        self.planner = Planner(engine) if planned else None
        self.known = Known(engine)
        self.spelling = Spelling(engine)
        self.record = record
        # Whether the dataset holds a resource.
        self.holds = lru_cache(REMEMBERED)(self._holds)
        # What is known of all members of a kind, by its name, for browsing.
        self.table = lru_cache(None)(lambda name: Table(engine, KINDS[name]))
        # What was found last for a question, a kind and an identified thing.
        self.found = lru_cache(FOUND)(self._found)
        # What pictures tell, by the reader's languages.
        self.flow_map = lru_cache(len(LANGUAGES))(partial(flow_map, engine))
        self.timeline = lru_cache(len(LANGUAGES))(partial(timeline, engine))
        self.dispute_map = lru_cache(len(LANGUAGES))(partial(dispute_map, engine))
        # Parts of pages as they were written, by what they depend on.
        self.fragments: dict[tuple[object, ...], Markup] = {}
        # The terms to write a query with, as JSON, by the reader's languages.
        self.terms = lru_cache(REMEMBERED)(self._terms)
        # What tells of the dataset's things, by the reader's languages.
        self.teller = lru_cache(len(LANGUAGES))(self._teller)
        # Graphs as they were written last, with their tags.
        self.written: dict[tuple[str, ...], tuple[bytes, str]] = {}
        # The terms of its ontology, as a reader of some languages is told them.
        self.reference = lru_cache(READERS)(self._reference)
        # Parts of pages that follow from the dataset and the reader's language alone.
        self.pieces: dict[tuple[str, ...], Markup] = {}
        self._descriptions: dict[str, dict[str, bytes]] = {}
        self._index: StatementIndex | None = None
        self._indexing = Lock()

    @cached_property
    def manifest(self) -> dict[str, object]:
        """The release's manifest, or of an older one its record; empty where none is served."""
        if self.release is None and self.record is not None:
            return {**asdict(self.record), "data": self.record.version}
        path = self.release / "manifest.json" if self.release else None
        if path is None or not path.is_file():
            return {}
        read = json.loads(path.read_text(encoding="utf-8"))
        return read if isinstance(read, dict) else {}

    @cached_property
    def counts(self) -> dict[str, int]:
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

    @cached_property
    def ontology(self) -> tuple[Quad, ...]:
        """The triples of its ontology; none where the dataset has no graph for them."""
        name = GRAPH + "ontology"
        return tuple(graph_contents(self.engine, name)) if exists_graph(self.engine, name) else ()

    @cached_property
    def triples(self) -> int:
        """How many triples the default graph holds."""
        rows = ask(self.engine, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        return int(rows[0]["n"].value)  # type: ignore[union-attr]  # COUNT gives a literal

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions our dataset was made to answer; of another one, those asked of any."""
        if not self.of_partage:
            return read_questions(Path(str(files("partage"))) / "queries" / "any")
        return read_questions(root() / "ontology" / "competency")

    @property
    def examples(self) -> tuple[Question, ...]:
        """Queries to start from."""
        if not self.of_partage:
            return self.questions
        return tuple(known for known in self.questions if known.number in SHOWN_QUESTIONS)

    @cached_property
    def parts(self) -> Parts:
        """The parts of the dataset that `graphs=` names."""
        return Parts(self.engine)

    @cached_property
    def survey(self) -> Survey:
        """What the service description tells of the dataset."""
        return survey(self.engine)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Our terms and named things, for finding which was meant."""
        return vocabulary(self.engine) if self.of_partage else frozenset()

    @cached_property
    def statistics(self) -> list[Quad]:
        """The dataset's VoID description: built with our release, counted for other datasets."""
        return statistics(self.engine)

    @cached_property
    def texts(self) -> Index:
        """The texts of the dataset by their words, to search in."""
        return build(self.engine)

    @cached_property
    def of_partage(self) -> bool:
        """Whether the dataset holds claims of our kind, or is somebody else's."""
        return self.engine.query(Query(SPARQL_PREFIXES + OF_PARTAGE)).answer is True

    @cached_property
    def facts(self) -> Facts:
        """What the dataset says of things of our kinds; nothing where it holds none."""
        return read_facts(self.engine) if self.of_partage else Facts()

    def _teller(self, reader: tuple[str, ...]) -> Teller:
        return Teller(self.facts, name_all(self.engine, self.facts, reader), reader)

    def description(self, endpoint: str, fmt: Format) -> bytes:
        """Return the service description of an endpoint's address in a format, written once."""
        if endpoint not in self._descriptions:
            self._descriptions = {endpoint: {}}  # one address only: anybody may invent others
        written = self._descriptions[endpoint]
        if fmt.key not in written:
            quads = describe(
                self.engine, endpoint, self.limits, self.survey, self.federation.allowed
            )
            written[fmt.key] = write(quads, fmt, DESCRIPTION_PREFIXES)
        return written[fmt.key]

    @property
    def limits(self) -> tuple[Limit, ...]:
        """What a request may cost here, as the service description tells it."""
        limits = [Limit("max-body", "Largest request body", self.settings.max_body, "bytes")]
        if seconds := self.settings.client_seconds:
            label = "Query time of a client in a minute"
            limits.append(Limit("client-seconds", label, seconds, "s"))
        called = self.federation
        if called.allowed:
            limits += (
                Limit("service-seconds", "Longest wait for SERVICE", called.seconds, "s"),
                Limit("service-rows", "Most solutions by SERVICE", called.rows, "solutions"),
                Limit("service-bytes", "Most bytes by SERVICE", called.bytes, "bytes"),
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
        with self._indexing:
            if self._index is None:
                self._index = index(self.engine)
        return self._index.find(digest)

    def _reference(self, reader: tuple[str, ...]) -> Reference | None:
        return reference(self.engine, self.ontology, reader)

    def _holds(self, iri: str) -> bool:
        if iri.startswith(STATEMENTS):
            return self.statement(iri.removeprefix(STATEMENTS)) is not None
        return holds(self.engine, iri)

    def _found(self, question: str, kind: str, named: str | None) -> Answer:
        return search(self.texts, question, kind, named)

    def _terms(self, reader: tuple[str, ...]) -> bytes:
        found = told(self.engine, terms(self.statistics), reader)
        return json.dumps({"prefixes": PREFIXES, **found}, ensure_ascii=False).encode()

    def prepare(self) -> None:
        """Compute what the first visitor would otherwise wait for."""
        with suppress(EngineError, StatementsNotIndexed, TextsNotIndexed):  # he will hear of it
            self.statement("")
            known = self.known
            for fact in (self.survey, self.parts, self.vocabulary, self.examples, self.statistics,
                         known.issued is not None, known.tombstones, known.names,
                         *(self.teller(languages(None, code)) for code in LANGUAGES)):  # fmt: skip
                assert fact is not None  # to name it is to compute it
            if self.of_partage:
                assert self.texts.texts is not None
                for name in KINDS:
                    self.table(name).prepare()


class Sites:
    """The site of the current dataset, and a site for each release."""

    def __init__(self, current: Site, catalog: Catalog) -> None:
        self.current = current
        self.catalog = catalog
        self.of = lru_cache(None)(self._of)
        self.comparing = Comparing(catalog)
        self.files = Files(catalog, current.settings.archive / "files")
        digest = current.manifest.get("rdfc10")
        current.record = catalog.known_as(str(digest)) if digest else None

    def _of(self, version: str) -> Site:
        """
        Return the site of a release.

        Raises
        ------
        UnknownRelease
            There is no such release.
        """
        record = self.catalog.find(version)
        engine = AtRelease(self.current.engine, version)
        return Site(self.current.settings, engine, None, record)

    def statement(self, digest: str, version: str | None = None) -> tuple[Site, Triple] | None:
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
            here = self.of(version)
            triple = here.statement(digest)
            return (here, triple) if triple else None
        for here in self.newest_first():
            with suppress(UnknownRelease):  # it is not at hand here
                if triple := here.statement(digest):
                    return here, triple
        return None

    def until(self, here: Site) -> tuple[Record, ...]:
        """Return the releases up to that of a site: all, where it is a draft of the next."""
        records = self.catalog.records
        return records[: records.index(here.record) + 1] if here.record in records else records

    def newest_first(self) -> Iterator[Site]:
        """Give the current site, then those of the releases, back in time."""
        yield self.current
        for record in reversed(self.catalog.records):
            yield self.of(record.version)


def sites() -> Sites:
    """Return all sites that the current application serves."""
    return cast("Sites", current_app.extensions["partage.sites"])


def site() -> Site:
    """Return the site that the request is for: of the current dataset, or of a release."""
    version = request.environ.get(RELEASE) if has_request_context() else None
    return sites().current if version is None else sites().of(version)
