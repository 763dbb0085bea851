"""
The files of a built release, held as they are while they are served.

A build replaces them. Whoever serves them has them under names of its own, so that their bytes stay
those that their tags tell; and what is not what its manifest says is not served at all.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from partage import disk
from partage.errors import IntegrityError
from partage.releases.artefact import Artefact

MANIFEST = "manifest.json"


@contextmanager
def held(release: Path) -> Iterator[Path]:
    """
    Give the files of a release, linked or copied elsewhere, for as long as the block lasts.

    Raises
    ------
    IntegrityError
        They cannot be read, or are not what the manifest says.
    """
    with disk.temporary() as folder:
        place = folder / "release"
        try:
            shutil.copytree(release, place, copy_function=_same)
        except OSError as error:  # also where a build replaces them at this moment
            raise IntegrityError(f"{release} cannot be read ({error}). Try again.") from error
        check(place, release)
        yield place


def check(place: Path, name: Path) -> None:
    """
    Refuse a release that is not what its manifest says; `name` is what people call it.

    Raises
    ------
    IntegrityError
        It has no manifest, or a file is missing or has other bytes.
    """
    try:
        rows = json.loads((place / MANIFEST).read_text(encoding="utf-8"))["artefacts"]
        listed = [Artefact(row["name"], row["bytes"], row["sha256"]) for row in rows]
        wrong = [row.name for row in listed if Artefact.of(place / row.name) != row]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError(
            f"{name} is no whole release ({error}): its manifest is missing or malformed, or names "
            "a file that is not there. Build or copy it again."
        ) from error
    if wrong:
        raise IntegrityError(
            f"{name} is no whole release: {', '.join(wrong)} has other bytes than its manifest "
            "says. Build or copy it again."
        )


def _same(source: str, target: str) -> None:
    """Give a file a second name, or where that cannot be, its bytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
