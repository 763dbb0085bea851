"""
The files of a built release, held as they are while they are served.

A build replaces them. Whoever serves them has them under names of its own, so that their bytes stay
those that their tags tell; what its manifest does not list is not among them, and what is not what
its manifest says is not served at all.
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
        place.mkdir()
        try:
            for name in (MANIFEST, *(row.name for row in listed(release))):
                if (release / name).is_file():  # else `check` tells
                    _same(release / name, place / name)
        except OSError as error:  # also where a build replaces them at this moment
            raise IntegrityError(f"{release} cannot be read ({error}). Try again.") from error
        check(place, release)
        yield place


def listed(release: Path, name: Path | None = None) -> list[Artefact]:
    """
    Return what the manifest of a release lists; `name` is what people call the release.

    Raises
    ------
    IntegrityError
        It has no manifest, or one that lists what is no name of a file in the release.
    """
    try:
        rows = json.loads((release / MANIFEST).read_text(encoding="utf-8"))["artefacts"]
        found = [Artefact(row["name"], row["bytes"], row["sha256"]) for row in rows]
        outside = [row.name for row in found if row.name in {"", ".."} or "/" in row.name]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError(_BROKEN.format(name or release, error)) from error
    if outside:
        raise IntegrityError(_BROKEN.format(name or release, f"{outside[0]!r} is no name"))
    return found


def check(place: Path, name: Path) -> None:
    """
    Refuse a release that is not what its manifest says; `name` is what people call it.

    Raises
    ------
    IntegrityError
        It has no manifest, or a file is missing or has other bytes.
    """
    try:
        wrong = [row.name for row in listed(place, name) if Artefact.of(place / row.name) != row]
    except OSError as error:
        raise IntegrityError(_BROKEN.format(name, error)) from error
    if wrong:
        raise IntegrityError(
            f"{name} is no whole release: {', '.join(wrong)} has other bytes than its manifest "
            "says. Build or copy it again."
        )


_BROKEN = (
    "{} is no whole release ({}): its manifest is missing or malformed, or names a file that is "
    "not there. Build or copy it again."
)


def _same(source: Path, target: Path) -> None:
    """Give a file a second name, or where that cannot be, its bytes; of a link, its target's."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)
