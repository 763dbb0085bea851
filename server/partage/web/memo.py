"""What takes long and never changes is made once: by whoever needs it first, the others wait."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from typing import Protocol, TypeVar, TypeVarTuple, cast

Made = TypeVar("Made")
Given = TypeVarTuple("Given")


@dataclass(slots=True)
class _Place:
    lock: Lock = field(default_factory=Lock)
    made: object = None
    full: bool = False


class Memo:
    """What was made for keys; beyond `most` of them, what was not asked for longest is dropped."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made for a key; `make` it where nothing was, or where that failed."""
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            if len(self._places) > self._most:
                self._places.popitem(last=False)
        with place.lock:
            if not place.full:
                place.made, place.full = make(), True
        return cast("Made", place.made)


class Keeping(Protocol):
    """Whoever keeps what his methods marked `once` return."""

    @property
    def memo(self) -> Memo:
        """Where it is kept."""
        ...


Keeper = TypeVar("Keeper", bound=Keeping)


def once(method: Callable[[Keeper, *Given], Made]) -> Callable[[Keeper, *Given], Made]:
    """Let a method be computed once for each of its arguments."""

    @wraps(method)
    def kept(self: Keeper, /, *given: *Given) -> Made:
        return self.memo.get((method.__name__, *given), lambda: method(self, *given))

    return kept
