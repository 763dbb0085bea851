"""What the owner of a query holds while others evaluate it."""

import threading
from collections.abc import Callable

_thread = threading.local()


def waited() -> float:
    """Return for how many seconds the queries of the current thread have waited for their turns."""
    return getattr(_thread, "waited", 0.0)


def note_wait(seconds: float, handle: "QueryHandle | None") -> None:
    """Note that a query of the current thread has waited, also on its handle if it has one."""
    _thread.waited = waited() + seconds
    if handle is not None:
        handle.seconds_waited += seconds


class QueryHandle:
    """
    Lets its holder end a query, from any thread, also while the query waits for its turn.

    The engine that takes the query says in `on_end` how; `waited` is how many seconds passed
    before an evaluation began.
    """

    def __init__(self, client: str = "") -> None:
        """`client` is whose query it is: clients who wait take turns."""
        self.client = client
        self.seconds_waited = 0.0
        self._lock = threading.Lock()
        self._ended = False
        self._act: Callable[[], None] | None = None

    @property
    def ended(self) -> bool:
        """Whether the holder has ended the query."""
        return self._ended

    def on_end(self, act: Callable[[], None]) -> None:
        """Have `act` called when the holder ends the query, or now if he has; the last counts."""
        with self._lock:
            self._act = act
            ended = self._ended
        if ended:
            act()

    def end(self) -> None:
        """End the query, once."""
        with self._lock:
            act = None if self._ended else self._act
            self._ended = True
        if act is not None:
            act()
