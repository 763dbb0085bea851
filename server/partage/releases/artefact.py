"""A file of a release, and how to tell that it is still the same."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file: its name, how many bytes it has, and their SHA-256 in hexadecimal digits."""

    name: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Describe a file."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(path.name, path.stat().st_size, digest)
