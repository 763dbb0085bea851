"""
The record of one release: what was published, when, and by which digests it is known again.

It stands in `data/releases/{version}/record.json`, beside the changes since the release before
(`partage.releases.archive`), and never changes once written.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from partage.errors import IntegrityError

RECORD_FILE = "record.json"


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """
    One release.

    `version` is the calendar version of the data (`2026.11.0`), `issued` when it was frozen (an
    aware time, to the second), `ontology` and `software` their versions, `commit` the commit it was
    built from, `rdfc10` the RDFC-1.0 SHA-256 of the whole dataset of `quads` quads, `previous` the
    version before, and `changes` the SHA-256 of the uncompressed change set.
    """

    version: str
    issued: datetime
    ontology: str
    software: str
    commit: str
    rdfc10: str
    quads: int
    previous: str | None
    changes: str

    def to_json(self) -> str:
        """Return the record as JSON, keys in the order of the fields."""
        facts = {**asdict(self), "issued": self.issued.isoformat()}
        return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """
        Read a record.

        Raises
        ------
        IntegrityError
            The file is no record of a release.
        """
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            facts["issued"] = datetime.fromisoformat(facts["issued"])
            return cls(**facts)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IntegrityError(f"{path} is not the record of a release ({error}).") from error
