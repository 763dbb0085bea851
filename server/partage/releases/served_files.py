"""
The files of a built release, held as they are while they are served.

A build replaces them. Whoever serves them has them under names of its own, so that their bytes stay
those that their tags tell; and what is not what its manifest says is not served at all.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from partage.errors import IntegrityError
from partage.releases.artefact import Artefact
from partage.releases.temporary_directories import temporary_directory

MANIFEST = "manifest.json"
# What a manifest of another form, or a file that is not there, raises.
MANIFEST_ERRORS = (OSError, ValueError, TypeError, KeyError)


@contextmanager
def linked_files(release: Path) -> Iterator[Path]:
    """
    Give the files of a release, linked or copied elsewhere, for as long as the block lasts.

    Raises
    ------
    IntegrityError
        They cannot be read, or are not what the manifest says.
    SettingsError
        There is no place for them.
    """
    with temporary_directory() as place:
        place.mkdir()
        try:
            _same(release / MANIFEST, place / MANIFEST)
            # Other files of the directory are not served.
            for file in _listed(place):
                _same(release / file.name, place / file.name)
        except MANIFEST_ERRORS as error:
            if not release.is_dir():  # also where a build replaces it at this moment
                raise IntegrityError(f"{release} cannot be read ({error}). Try again.") from error
            raise _no_release(release, error) from error
        verify_manifest(place, release)
        yield place


def verify_manifest(directory: Path, name: Path) -> None:
    """
    Refuse a release that is not what its manifest says; `name` is what people call it.

    Raises
    ------
    IntegrityError
        It has no manifest, or a file is missing or has other bytes.
    """
    try:
        wrong = [
            file.name for file in _listed(directory) if Artefact.of(directory / file.name) != file
        ]
    except MANIFEST_ERRORS as error:
        raise _no_release(name, error) from error
    if wrong:
        raise IntegrityError(
            f"{name} is no whole release: {', '.join(wrong)} has other bytes than its manifest "
            "says. Build or copy it again."
        )


def _listed(directory: Path) -> list[Artefact]:
    """Return the files that the manifest in a directory lists; all lie in the directory itself."""
    rows = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))["artefacts"]
    listed = [Artefact(row["name"], row["bytes"], row["sha256"]) for row in rows]
    if strange := [file.name for file in listed if Path(file.name).name != file.name]:
        raise ValueError(f"{strange[0]} lies elsewhere")
    return listed


def _no_release(name: Path, error: Exception) -> IntegrityError:
    return IntegrityError(
        f"{name} is no whole release ({error}): its manifest is missing or malformed, or names a "
        "file that is not there. Build or copy it again."
    )


def _same(source: Path, target: Path) -> None:
    """Give a file a second name, or where that cannot be, its bytes."""
    if not source.is_symlink():  # what one leads to may be replaced
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)
