"""What is computed once: by whom, how often, and what is forgotten."""

from threading import Barrier, Thread

import pytest

from partage.web.memo import Memo


def test_of_those_who_come_at_once_one_computes_and_all_get_it() -> None:
    memo, made, got, start = Memo(4), [], [], Barrier(8)

    def make() -> object:
        made.append(1)
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
    memo = Memo(4)

    def fail() -> int:
        raise KeyError("engine")

    with pytest.raises(KeyError):
        memo.get("key", fail)
    assert memo.get("key", lambda: 7) == 7


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    memo = Memo(2)
    for key in ("old", "new", "old", "newest"):
        memo.get(key, lambda key=key: key + " first")  # type: ignore[misc]
    assert memo.get("old", lambda: "again") == "old first"
    assert memo.get("new", lambda: "again") == "again"


def test_nothing_is_a_value_too() -> None:
    memo = Memo(2)
    assert memo.get("key", lambda: None) is None
    assert memo.get("key", lambda: 1) is None
