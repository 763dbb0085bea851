"""The store of the built release: made once, found again, and removed when nobody holds it."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from partage.store.keeping import kept
from partage.store.loading import load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.nt"
    path.write_text("<a:b> <c:d> <e:f> .")
    return path


def making(file: Path, made: list[Path]) -> None:
    with kept(file, file.parent / "archive", lambda place: _make(file, place, made)) as place:
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
    with kept(file, file.parent / "archive", lambda place: _make(file, place, made)) as old:
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

    with pytest.raises(ValueError, match="no store"), kept(file, file.parent / "archive", fail):
        pass
    assert list((file.parent / "archive/current").iterdir()) == []
