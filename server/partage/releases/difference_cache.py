"""Differences between releases: made when first asked for, one at a time, the last ones kept."""

from dataclasses import replace
from threading import Lock

from partage.caching import BoundedCache, count_entry
from partage.errors import EngineBusy
from partage.releases import archive
from partage.releases.catalog import Catalog
from partage.releases.diff import Difference, diff

MOST_DIFFERENCES = 8
# One takes seconds and a processor; a request that would wait longer is refused.
MOST_SECONDS_WAITED = 10.0


class DifferenceCache:
    """Compares releases of one catalog, by their versions."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kept = BoundedCache(MOST_DIFFERENCES, getsizeof=count_entry)
        self._working = Lock()

    def difference(self, before: str, after: str) -> Difference:
        """
        Return what changed from one release to another.

        Raises
        ------
        UnknownRelease
            There is no such release.
        IntegrityError
            Its archive is not what its record says.
        EngineBusy
            Others are being compared.
        """
        pair = before, after
        found: Difference | None = self._kept.find(pair)
        if found is not None:
            return found
        if not self._working.acquire(timeout=MOST_SECONDS_WAITED):
            raise EngineBusy("Other releases are being compared. Try again in a moment.", 5)
        try:
            return self._kept.get(pair, lambda: self._made(before, after))
        finally:
            self._working.release()

    def _made(self, before: str, after: str) -> Difference:
        old, new = (archive.restored_quads(self._catalog, version) for version in (before, after))
        return replace(diff(old, new), before=before, after=after)
