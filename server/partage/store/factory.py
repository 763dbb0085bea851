"""From what an operator asks for to an open engine."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import TIMEOUT_MAX

from partage.errors import SettingsError
from partage.releases.served_files import linked_files
from partage.releases.temporary_directories import temporary_directory
from partage.settings import Settings
from partage.store.embedded.loading import ReportLoading, check, load, silent
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine
from partage.store.release_stores.release_stores import (
    ReleaseDispatcher,
    ReleaseStores,
    refuse_release,
)
from partage.store.release_stores.store_cache import cached_store
from partage.store.remote.remote_engine import RemoteEngine
from partage.store.remote.transport import Address
from partage.store.workers.pool import PoolEngine, PoolLimits

DATASET = "dataset.nq.gz"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineSource:
    """
    Where the dataset is: files to hold in memory, a store directory, or a remote SPARQL service.

    A value that can be handed to another process, where the engine is then opened.
    """

    files: tuple[Path, ...] = ()
    store: Path | None = None
    release: Path | None = None
    engine: str | None = None
    default_graph: str | None = None


def choose_source(
    settings: Settings, files: tuple[Path, ...] = (), store: Path | None = None
) -> EngineSource:
    """
    Return the source that was asked for: RDF files, a store directory, else the remote engine of
    the settings, else the built release.

    Raises
    ------
    SettingsError
        It is not there, or of no known format; nothing has been opened yet.
    """
    if files:
        check(files)
        return EngineSource(files=tuple(file.resolve() for file in files))
    if store is not None:
        return EngineSource(store=store.resolve())
    dataset = settings.release / DATASET
    if settings.engine:
        return EngineSource(
            # The files of the release, where it is at hand too, are served beside the engine.
            release=settings.release.resolve() if dataset.is_file() else None,
            engine=Address.parse(settings.engine).url,
            default_graph=settings.engine_default_graph or None,
        )
    if not dataset.is_file():
        raise SettingsError(
            f"There is no release in {settings.release} yet. Run `partage build` (or `make run`) "
            "first; or serve RDF files of your own with `partage serve --load FILE…`."
        )
    release = settings.release.resolve()
    return EngineSource(files=(release / DATASET,), release=release)


def open_engine(
    source: EngineSource, progress: ReportLoading = silent, seconds: float | None = None
) -> Engine:
    """
    Open the engine over a source; `seconds` is the longest that a remote one may take to answer.

    Raises
    ------
    RdfSyntaxError
        A file does not parse.
    EngineUnavailable
        The directory holds no store.
    """
    if source.engine is not None:
        return RemoteEngine(source.engine, default_graph=source.default_graph, seconds=seconds)
    if source.store is not None:
        return EmbeddedEngine.read_only(source.store)
    return EmbeddedEngine(load(source.files, progress=progress))


@contextmanager
def prepared_source(
    source: EngineSource, archive: Path, progress: ReportLoading = silent
) -> Iterator[EngineSource]:
    """
    Give the source with files made into a store, for as long as the block lasts; others as it is.

    Every process then holds the same store: it is open in an instant, it is in memory once, and the
    order and the blank nodes of an answer do not depend on which process gave it. That of a release
    is kept in the archive, if that can be written to; any other goes when the block ends. The files
    of a release are held too, as they are now.

    Raises
    ------
    RdfSyntaxError
        A file does not parse.
    IntegrityError
        The release is not what its manifest says.
    SettingsError
        No store can be written anywhere.
    """
    with ExitStack() as stack:
        if source.release is not None:
            release = stack.enter_context(linked_files(source.release))
            files = tuple(release / file.name for file in source.files)
            source = replace(source, release=release, files=files)
        if not source.files:
            yield source
            return

        def make(directory: Path) -> None:
            load(source.files, directory, progress, keep_labels=source.release is not None)

        place = None
        if source.release is not None:
            try:
                place = stack.enter_context(cached_store(source.files[0], archive, make))
            except (OSError, SettingsError) as error:
                log.warning(
                    "No store can be kept in %s, and each start makes one: %s", archive, error
                )
        if place is None:
            place = stack.enter_context(temporary_directory())
            make(place)
        yield replace(source, files=(), store=place)


@contextmanager
def open_isolated(source: EngineSource, settings: Settings) -> Iterator[Engine]:
    """
    Open the engine for a query of somebody's own, which may take the time that it takes.

    A process evaluates it: a query that the engine fails on ends that process, and nothing else.

    Raises
    ------
    RdfSyntaxError, IntegrityError, SettingsError
        As `stored`.
    EngineUnavailable
        The directory holds no store, or a process cannot be started.
    """
    limits = PoolLimits(1, reserved=0, seconds=TIMEOUT_MAX, memory=settings.worker_memory)
    with prepared_source(source, settings.archive) as ready:
        engine = open_engine(ready) if ready.store is None else PoolEngine(ready.store, limits)
        with closing(engine):
            yield engine


def open_served(
    source: EngineSource, settings: Settings, release_stores: ReleaseStores | None = None
) -> Engine:
    """
    Open the engine of a server: a remote one, or processes over a store (see `stored`).

    Older releases are answered by processes here, also where the current dataset is not.

    Raises
    ------
    EngineUnavailable
        The directory holds no store, or processes cannot be started.
    """
    limits = PoolLimits(
        workers=settings.query_workers,
        seconds=settings.query_seconds,
        memory=settings.worker_memory,
        queue=settings.queue_length,
    )
    older = refuse_release if release_stores is None else release_stores.directory
    if source.store is not None:
        return PoolEngine(source.store, limits, older)
    current = open_engine(source, seconds=settings.query_seconds)
    return ReleaseDispatcher(current, lambda version: PoolEngine(older(version), limits, older))
