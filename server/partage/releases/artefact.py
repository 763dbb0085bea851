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
        data = path.read_bytes()
        return cls(path.name, len(data), hashlib.sha256(data).hexdigest())
