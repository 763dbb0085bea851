"""
What was made once and is kept to be given again: the cache of every room.

A cache is bounded by the bytes that its keys and values take, not by their number: both come from
clients. What a cache keeps of a dataset begins its key with a weak reference to it, so that all
datasets of a process share one bound.
"""

import sys
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import wraps
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeVar, TypeVarTuple, cast
from weakref import ref

import cachetools

# What one entry takes besides its key and its value, in bytes.
ENTRY = 300
# An entry that takes more than one part of so many would drive too many others out.
MAX_SHARE = 8

ATOMS = frozenset({bytes, str, int, float})
# Of these, nothing is made for an entry.
SHARED = frozenset({type(None), bool, ref})
COLLECTIONS = (tuple, list, set, frozenset)

Made = TypeVar("Made")
Given = TypeVarTuple("Given")


def size_of(value: object) -> int:
    """Return about how many bytes a value takes, with all that it is made of."""
    kind = type(value)
    if kind in ATOMS:
        return sys.getsizeof(value)
    if kind in SHARED:
        return 0
    size = sys.getsizeof(value)
    if isinstance(value, COLLECTIONS):
        return size + sum(map(size_of, value))
    if isinstance(value, dict):
        return size + sum(map(size_of, value)) + sum(map(size_of, value.values()))
    if names := getattr(kind, "__dataclass_fields__", None):
        return size + sum(size_of(getattr(value, name)) for name in names)
    return size


def bytes_of(key: Hashable, value: object) -> int:
    """Return about how many bytes an entry takes."""
    return ENTRY + size_of(key) + size_of(value)


def count_entry(_key: Hashable, _value: object) -> int:
    """Return the size of an entry where not bytes but entries are counted."""
    return 1


class _Entry(NamedTuple):
    value: Any
    size: int


class BoundedCache:
    """
    Values by their keys; beyond `maxsize`, those used least recently go. Threads may share it.

    An entry of more than an eighth of `maxsize` is not kept. A cache with a name is among `NAMED`,
    which the metrics tell.
    """

    def __init__(
        self,
        maxsize: int,
        name: str | None = None,
        getsizeof: Callable[[Hashable, object], int] = bytes_of,
    ) -> None:
        self._getsizeof = getsizeof
        self._entries: cachetools.LRUCache[Hashable, _Entry] = cachetools.LRUCache(
            maxsize, getsizeof=lambda entry: entry.size
        )
        self._making: dict[Hashable, Future[Any]] = {}
        self._lock = Lock()
        self.hits = self.misses = 0
        if name is not None:
            NAMED_CACHES[name] = self

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def maxsize(self) -> int:
        """The most that all entries may take."""
        return int(self._entries.maxsize)

    @property
    def size(self) -> int:
        """The size of all entries."""
        return int(self._entries.currsize)

    def find(self, key: Hashable) -> Any:
        """Return the value of a key, None where none is kept."""
        with self._lock:
            if (entry := self._entry(key)) is not None:
                return entry.value
            self.misses += 1
            return None

    def put(self, key: Hashable, value: object) -> None:
        """Keep the value of a key, unless it takes too much."""
        entry = _Entry(value, self._getsizeof(key, value))
        with self._lock:
            if entry.size <= self._entries.maxsize // MAX_SHARE:
                self._entries[key] = entry

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """
        Return the value of a key, which is made where none is kept.

        Of those who need it at once, one makes it and the others wait; where that fails, the next
        of them makes it.
        """
        while True:
            with self._lock:
                if (entry := self._entry(key)) is not None:
                    return cast("Made", entry.value)
                if (making := self._making.get(key)) is None:
                    self.misses += 1
                    making = self._making[key] = Future()
                    break
            if making.exception() is None:
                return cast("Made", making.result())
        try:
            value = make()
            self.put(key, value)
        except BaseException as error:
            del self._making[key]
            making.set_exception(error)
            raise
        del self._making[key]
        making.set_result(value)
        return value

    def _entry(self, key: Hashable) -> _Entry | None:
        try:
            entry = self._entries[key]
        except KeyError:
            return None
        self.hits += 1
        return entry

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


# The caches that keep what depends on what clients send, by their names.
NAMED_CACHES: dict[str, BoundedCache] = {}


class MemoizedDataset(Protocol):
    """An object that keeps what its methods marked `once` return."""

    @property
    def memo(self) -> BoundedCache:
        """Where it is kept."""
        ...


Keeper = TypeVar("Keeper", bound=MemoizedDataset)


def memoized(method: Callable[[Keeper, *Given], Made]) -> Callable[[Keeper, *Given], Made]:
    """Let a method be computed once for each of its arguments."""

    @wraps(method)
    def kept(self: Keeper, /, *arguments: *Given) -> Made:
        return self.memo.get((method.__name__, *arguments), lambda: method(self, *arguments))

    return kept
