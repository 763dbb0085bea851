"""The store of the built release: made once, found again, and removed when nobody holds it."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Store

from partage.store.embedded.loading import load
from partage.store.release_stores import directories as making_
from partage.store.release_stores.directories import created_atomically
from partage.store.release_stores.store_cache import cached_store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.nt"
    path.write_text("<a:b> <c:d> <e:f> .")
    return path


def making(file: Path, made: list[Path]) -> None:
    with cached_store(
        file, file.parent / "archive", lambda place: _make(file, place, made)
    ) as place:
        assert len(Store.read_only(str(place))) == 1


def _make(file: Path, place: Path, made: list[Path]) -> None:
    load([file], place)
    made.append(place)


def test_a_second_start_makes_nothing(file: Path) -> None:
    made: list[Path] = []
    making(file, made)
    making(file, made)
    assert len(made) == 1


def test_a_changed_file_has_a_store_of_its_own_and_the_old_one_goes(file: Path) -> None:
    made: list[Path] = []
    making(file, made)
    (old,) = (file.parent / "archive/current").iterdir()
    file.write_text("<a:b> <c:d> <e:g> .")
    making(file, made)
    (new,) = (file.parent / "archive/current").iterdir()
    assert len(made) == 2
    assert new.name != old.name


def test_what_another_serves_is_left_alone_until_it_stops(file: Path) -> None:
    made: list[Path] = []
    with cached_store(file, file.parent / "archive", lambda place: _make(file, place, made)) as old:
        file.write_text("<a:b> <c:d> <e:g> .")
        making(file, made)
        assert len(Store.read_only(str(old))) == 1
    file.write_text("<a:b> <c:d> <e:h> .")
    making(file, made)
    assert not old.exists()
    assert len(list((file.parent / "archive/current").iterdir())) == 1


def test_what_could_not_be_made_leaves_nothing(file: Path) -> None:
    def fail(place: Path) -> None:
        place.mkdir()
        raise ValueError("no store")

    with (
        pytest.raises(ValueError, match="no store"),
        cached_store(file, file.parent / "archive", fail),
    ):
        pass
    assert list((file.parent / "archive/current").iterdir()) == []


def cut(pattern: str, size: int) -> Callable[[Path], None]:
    """Return what cuts a file of a store to a size; a negative one is taken off its end."""

    def damage(place: Path) -> None:
        path = max(place.glob(pattern), key=lambda path: path.stat().st_size)
        os.truncate(path, size if size >= 0 else path.stat().st_size + size)

    return damage


def lose(pattern: str) -> Callable[[Path], None]:
    return lambda place: max(place.glob(pattern), key=lambda path: path.stat().st_size).unlink()


def change(place: Path) -> None:
    """Change a byte in the middle of a file, which a store does not notice when it is opened."""
    path = max(place.glob("*.sst"), key=lambda path: path.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 4] ^= 0xFF
    path.write_bytes(data)


def become_a_file(place: Path) -> None:
    shutil.rmtree(place)
    place.write_text("no directory")


def empty(place: Path) -> None:
    for path in place.iterdir():
        path.unlink()


DAMAGE: dict[str, Callable[[Path], None]] = {
    "an empty CURRENT": cut("CURRENT", 0),
    "an empty MANIFEST": cut("MANIFEST*", 0),
    "a MANIFEST cut short, of which RocksDB makes an empty store": cut("MANIFEST*", -200),
    "no MANIFEST": lose("MANIFEST*"),
    "a table cut short": cut("*.sst", -10),
    "no table": lose("*.sst"),
    "another byte": change,
    "no list of digests": lose("SHA256SUMS"),
    "a file in its place": become_a_file,
    "an empty directory": empty,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_store_is_made_again_and_said_to_be(
    file: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    made: list[Path] = []
    making(file, made)
    assert not caplog.messages
    (place,) = (file.parent / "archive/current").iterdir()
    damage(place)
    making(file, made)
    making(file, made)
    assert len(made) == 2
    assert caplog.messages == [
        f"The store kept in {place} was damaged, or of an earlier version, and has been made again."
    ]
    assert [*(file.parent / "archive/current").iterdir()] == [place]


def test_a_store_that_another_serves_is_made_again_where_it_is_damaged(file: Path) -> None:
    made: list[Path] = []
    with cached_store(
        file, file.parent / "archive", lambda place: _make(file, place, made)
    ) as place:
        cut("CURRENT", 0)(place)
        making(file, made)
    making(file, made)
    assert len(made) == 2


def test_what_a_kill_left_half_made_is_cleared(file: Path) -> None:
    code = """if True:
        import sys, os, signal
        from pathlib import Path
        from partage.store.release_stores.store_cache import cached_store
        def make(place):
            place.mkdir()
            (place / "CURRENT").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        with cached_store(Path(sys.argv[1]), Path(sys.argv[2]), make): pass
    """
    archive = file.parent / "archive"
    subprocess.run([sys.executable, "-c", code, str(file), str(archive)], check=False)
    (left,) = (archive / "current").iterdir()
    assert left.name.startswith(making_.PREFIX)
    made: list[Path] = []
    making(file, made)
    assert len(made) == 1
    assert not left.exists()


def test_of_two_starts_at_once_one_makes_the_store(file: Path) -> None:
    made: list[Path] = []

    def start() -> None:
        def make(place: Path) -> None:
            time.sleep(0.2)
            _make(file, place, made)

        with cached_store(file, file.parent / "archive", make) as place:
            assert len(Store.read_only(str(place))) == 1

    starts = [threading.Thread(target=start) for _ in range(3)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(made) == 1


def test_a_directory_that_cannot_be_put_in_its_place_is_told_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    place = tmp_path / "stores" / "one"
    place.mkdir(parents=True)
    (place / "of another").touch()  # so that nothing can be renamed to it
    with pytest.raises(OSError, match="not empty"), created_atomically(place, is_nothing) as staged:
        staged.mkdir()
    with created_atomically(place, Path.is_dir) as staged:
        staged.mkdir()
    assert [path.name for path in place.iterdir()] == ["of another"]
    assert [*place.parent.glob(making_.PREFIX + "*")] == []


def is_nothing(_: Path) -> bool:
    return False
