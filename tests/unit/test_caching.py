"""What is made once: by whom, how often, what is forgotten, and what it takes."""

import time
import tracemalloc
from collections.abc import Hashable
from contextlib import suppress
from threading import Barrier, Thread

import pytest

from partage.caching import NAMED_CACHES, BoundedCache, count_entry, size_of
from partage.store.engine import Query
from partage.web import wsgi


@pytest.mark.parametrize("most", [8_000, 0], ids=["kept", "too large to be kept"])
def test_of_those_who_come_at_once_one_computes_and_all_get_it(most: int) -> None:
    memo, made, got, start = BoundedCache(most), [], [], Barrier(8)

    def make() -> object:
        made.append(1)
        time.sleep(0.2)
        return object()

    def come() -> None:
        start.wait()
        got.append(memo.get("key", make))

    threads = [Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(got) == 8
    assert len(set(map(id, got))) == 1


def test_what_failed_is_tried_again() -> None:
    memo = BoundedCache(8_000)

    def fail() -> int:
        raise KeyError("engine")

    with pytest.raises(KeyError):
        memo.get("key", fail)
    assert memo.get("key", lambda: 7) == 7


def test_of_those_who_come_at_once_the_next_tries_where_one_fails() -> None:
    memo, tries, got, start = BoundedCache(8_000), [], [], Barrier(4)

    def make() -> int:
        tries.append(1)
        time.sleep(0.05)
        if len(tries) == 1:
            raise KeyError("engine")
        return 7

    def come() -> None:
        start.wait()
        with suppress(KeyError):
            got.append(memo.get("key", make))

    threads = [Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (len(tries), got) == (2, [7, 7, 7])


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    memo = BoundedCache(8, getsizeof=count_entry)
    for key in (*range(8), 0, 8, 9):
        memo.get(key, lambda key=key: f"first {key}")  # type: ignore[misc]
    assert memo.find(0) == "first 0"
    assert [memo.find(key) for key in (1, 2)] == [None, None]
    assert memo.get(3, lambda: "again") == "first 3"
    memo.clear()
    assert (len(memo), memo.size, memo.find(3)) == (0, 0, None)


def test_nothing_is_a_value_too() -> None:
    memo = BoundedCache(8_000)
    assert memo.get("key", lambda: None) is None
    assert memo.get("key", lambda: 1) is None


@pytest.mark.parametrize("sign", ["x", "\N{GRINNING FACE}"])
@pytest.mark.parametrize("length", [10, 1_000, 20_000])
@pytest.mark.parametrize("place", ["key", "value", "graphs"])
def test_a_cache_takes_no_more_than_it_may_and_tells_what_it_takes(
    sign: str, length: int, place: str
) -> None:
    def entry(number: int) -> tuple[Hashable, object]:
        text = f"{number}" + sign * length
        if place == "value":
            return number, {"text": [text]}
        return Query(text) if place == "key" else Query("ASK {}", (text,)), None

    tracemalloc.start()
    try:
        cache, before = BoundedCache(2_000_000), tracemalloc.get_traced_memory()[0]
        for number in range(8_000_000 // (len(sign.encode()) * length + 2_000)):
            cache.put(*entry(number))
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 1_500_000 < cache.size <= 2_000_000
    assert cache.size / 1.5 < taken < cache.size * 1.5


def test_what_would_drive_the_others_out_is_not_kept() -> None:
    cache = BoundedCache(80_000)
    cache.put("small", "x")
    cache.put("large", "x" * 20_000)
    cache.put("x" * 20_000, "large key")
    assert len(cache) == 1


def test_all_that_clients_fill_takes_fifty_megabytes_besides_the_answers() -> None:
    assert wsgi  # has imported all that a server has
    bounds = {name: cache.maxsize for name, cache in NAMED_CACHES.items() if name != "answers"}
    assert {
        "citations", "counts", "documents", "labels", "lookups", "plans", "resources", "trees",
    } == {*bounds}  # fmt: skip
    assert sum(bounds.values()) <= 50_000_000


def test_the_size_of_a_value_counts_what_it_is_made_of() -> None:
    for large in ("x" * 9_000, b"x" * 9_000, ["x" * 9_000], {"x" * 9_000: 1}, Query("x" * 9_000)):
        assert 9_000 < size_of(large) < 11_000
