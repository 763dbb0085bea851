"""All releases, the oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from partage.errors import UnknownRelease, message
from partage.releases.record import RECORD_FILE, ReleaseRecord

DIRECTORY = Path("data/releases")


@dataclass(frozen=True, slots=True)
class Catalog:
    """The releases of one repository, by time; `directory` holds their records and archives."""

    directory: Path
    records: tuple[ReleaseRecord, ...] = ()

    @classmethod
    def read(cls, root: Path) -> Self:
        """
        Read the records below `root`, a checkout or the installed assets.

        Raises
        ------
        IntegrityError
            A record cannot be read.
        """
        directory = root / DIRECTORY
        found = (ReleaseRecord.read(path) for path in directory.glob(f"*/{RECORD_FILE}"))
        return cls(directory, tuple(sorted(found, key=lambda record: record.issued)))

    def __iter__(self) -> Iterator[ReleaseRecord]:
        return iter(self.records)

    @property
    def newest(self) -> ReleaseRecord | None:
        """The last release, if there is any."""
        return self.records[-1] if self.records else None

    def find(self, version: str) -> ReleaseRecord:
        """
        Return the release of this version.

        Raises
        ------
        UnknownRelease
            There is none.
        """
        for record in self.records:
            if record.version == version:
                return record
        known = ", ".join(record.version for record in self.records) or message("none yet")
        raise UnknownRelease(
            "There is no release %(version)s. There are: %(known)s.", version=version, known=known
        )

    def at(self, moment: datetime) -> ReleaseRecord | None:
        """Return the release that was current at a time; before the first, the first."""
        past = [record for record in self.records if record.issued <= moment]
        return past[-1] if past else next(iter(self.records), None)

    def known_as(self, rdfc10: str) -> ReleaseRecord | None:
        """Return the release whose dataset has this digest, if there is one."""
        return next((record for record in self.records if record.rdfc10 == rdfc10), None)
