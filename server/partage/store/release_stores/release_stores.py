"""
The stores of the releases: made when one is first asked for, kept, and asked for ever.

Each lies in `{directory}/{rdfc10}`, named by the digest of its content; so a store is never out of
date, and a build that is byte for byte a release needs no second store. One that is damaged is made
again when a server first asks for it.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from pyoxigraph import Store

from partage.errors import EngineUnavailable, UnknownRelease
from partage.releases import archive
from partage.releases.catalog import Catalog
from partage.releases.record import ReleaseRecord
from partage.store.embedded.loading import load_with_blank_node_labels
from partage.store.engine import Engine, Query, Result
from partage.store.release_stores.directories import ensure_store, exclusive, is_store, open_store

NOTHING_HELD: Mapping[str, Path] = MappingProxyType({})

log = logging.getLogger(__name__)


def refuse_release(version: str) -> NoReturn:
    """
    Refuse every release, where only the current dataset is held.

    Raises
    ------
    UnknownRelease
        Always.
    """
    raise UnknownRelease(
        "Release %(version)s cannot be asked here: only the current dataset is held.",
        version=version,
    )


class ReleaseStores:
    """Finds the store of a release, and makes it of the archive where there is none yet."""

    def __init__(
        self, catalog: Catalog, directory: Path, directories: Mapping[str, Path] = NOTHING_HELD
    ) -> None:
        """`held` are stores that are there anyway, by the RDFC-1.0 digest of what they hold."""
        self.catalog = catalog
        self._directory = directory
        self._directories = directories
        self._sound = set(directories.values())
        self._making = threading.Lock()

    def directory(self, version: str) -> Path:
        """
        Return the store directory of a release.

        Raises
        ------
        UnknownRelease
            There is no such release.
        IntegrityError
            Its archive is not what its record says.
        EngineUnavailable
            Its store cannot be written.
        """
        record = self.catalog.find(version)
        place = self._directories.get(record.rdfc10, self._directory / record.rdfc10)
        if not self._has(place):
            with self._making:
                if not self._has(place):
                    self._ensure(record, place)
                    self._sound.add(place)
        return place

    def _has(self, place: Path) -> bool:
        """Return whether a store is there, and was found sound once."""
        return place in self._sound and is_store(place)

    def open(self, version: str) -> Store:
        """Return the open store of a release; raises as `directory` does."""
        return open_store(self.directory(version))

    def prepare(self) -> None:
        """Make the stores that are missing, the newest first, so that nobody waits for one."""
        for record in reversed(self.catalog.records):
            self.directory(record.version)

    def _ensure(self, record: ReleaseRecord, place: Path) -> None:
        def make(directory: Path) -> None:
            log.info("Release %s: making its store from the archive", record.version)
            store = Store(str(directory))
            text = archive.restore(self.catalog, record.version)
            load_with_blank_node_labels(store, BytesIO(text.encode()))
            store.flush()
            store.optimize()
            log.info("Release %s: %s quads are ready", record.version, f"{len(store):,}")

        try:
            with exclusive(place.parent):
                ensure_store(place, make)
        except OSError as error:
            raise EngineUnavailable(
                f"The store of release {record.version} cannot be written to {place}: {error}. "
                "Set PARTAGE_ARCHIVE to a directory that this server may write to."
            ) from error


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ReleaseEngine:
    """An engine that asks one release, whatever it is asked; the engine behind it is shared."""

    engine: Engine
    release: str

    def query(self, query: Query) -> Result:
        """Evaluate a query on the release; see `Engine.query`."""
        return self.engine.query(replace(query, release=query.release or self.release))

    def close(self) -> None:
        """Leave the engine behind it open."""


class ReleaseDispatcher:
    """Asks one engine for the current dataset, another for the releases, opened when needed."""

    def __init__(self, current: Engine, open_releases: Callable[[str], Engine]) -> None:
        """`older` opens the engine of the releases, given the first that it is asked for."""
        self._current = current
        self._open = open_releases
        self._older: Engine | None = None
        self._opening = threading.Lock()

    def query(self, query: Query) -> Result:
        """Evaluate a query; see `Engine.query`."""
        if query.release is None:
            return self._current.query(query)
        with self._opening:
            if self._older is None:
                self._older = self._open(query.release)
        return self._older.query(query)

    def close(self) -> None:
        """Close both engines."""
        self._current.close()
        if self._older is not None:
            self._older.close()
