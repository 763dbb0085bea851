"""
Which requests wait for which: each kind has places of its own, and a bounded number may wait.

So a page does not wait for queries, nor either for what takes seconds, and nothing waits without
end. A place is held while an answer begins; the later parts of an answer take another, so that no
answer that has begun waits for those that have not.
"""

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from partage.errors import EngineBusy
from partage.settings import Settings
from partage.store.workers.pool import RESERVED

# One thread of Python runs at once: more only make the event loop wait longer for its turn.
PAGES = 4
HEAVY = 2
OPERATIONS = 2
WAITING = 64
_IN_RELEASE = re.compile(r"/release/[^/]+(?P<rest>/.*)", re.DOTALL)
Done = TypeVar("Done")


class RequestQueue:
    """
    Places for the requests of one kind; used from one event loop.

    Clients who wait take turns, however many requests each of them has; and where too many wait,
    the last one goes of the client who has most.
    """

    def __init__(self, places: int, waiting: int = WAITING, *, counted: bool = True) -> None:
        """Allow so many to wait; those of a queue that is not `counted` count for no client."""
        self.counted = counted
        self._free = places
        self._parts = asyncio.Semaphore(places)
        self._most_waiting = waiting
        # By client, the one whose turn is next first.
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._waiting: set[asyncio.Task[object] | None] = set()

    async def begin(self, client: str, work: Callable[[], Awaitable[Done]]) -> Done:
        """
        Begin an answer to a client as soon as there is a place.

        Raises
        ------
        EngineBusy
            Too many wait for one already.
        """
        await self._place(client)
        try:
            return await work()
        finally:
            self._release()

    async def _place(self, client: str) -> None:
        if self._free:
            self._free -= 1
            return
        self._make_room(client)
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(turn)
        task = asyncio.current_task()
        self._waiting.add(task)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._release()  # its turn came as it left
            self._forget(client, turn)
            raise
        finally:
            self._waiting.discard(task)

    def _make_room(self, client: str) -> None:
        """Refuse who has most waiting, where too many wait; that may be the one who comes."""
        if sum(map(len, self._queues.values())) < self._most_waiting:
            return
        busy = EngineBusy("Too many requests are waiting here already. Try again later.")
        most = max(self._queues, key=lambda one: len(self._queues[one]), default=client)
        if len(self._queues.get(most, ())) <= len(self._queues.get(client, ())) + 1:
            raise busy
        turn = self._queues[most][-1]
        self._forget(most, turn)
        turn.set_exception(busy)

    def _release(self) -> None:
        """Give a place to the client whose turn it is."""
        if not self._queues:
            self._free += 1
            return
        client, queue = self._queues.popitem(last=False)
        turn = queue.popleft()
        if queue:
            self._queues[client] = queue  # behind the others
        turn.set_result(None)

    def _forget(self, client: str, turn: "asyncio.Future[None]") -> None:
        queue = self._queues.get(client, deque())
        if turn in queue:
            queue.remove(turn)
        if not queue:
            self._queues.pop(client, None)

    async def continue_answer(self, work: Callable[[], Awaitable[Done]]) -> Done:
        """Do what comes after an answer's beginning."""
        async with self._parts:
            return await work()

    def is_waiting(self, task: "asyncio.Task[Done]") -> bool:
        """Whether a task that began an answer has no place yet."""
        return task in self._waiting


class RequestQueues:
    """The queues of a server."""

    def __init__(self, settings: Settings) -> None:
        # A query that waits for a process holds a thread of these, and of no others. Short ones
        # wait apart from heavy ones (`store.workers.worker_slots`): there are places for both.
        running = settings.query_workers + RESERVED
        queries = RequestQueue(running + 2 * settings.queue_length, settings.queue_length)
        heavy = RequestQueue(HEAVY)
        operations = RequestQueue(OPERATIONS, counted=False)
        self._pages = RequestQueue(PAGES)
        # By the beginning of the path below a release's; the first counts.
        self._table = (
            ("/readyz", RequestQueue(1, counted=False)),
            ("/metrics", operations),
            ("/sparql/queries/", operations),
            ("/sparql/terms.json", self._pages),
            ("/sparql/why", RequestQueue(HEAVY)),
            ("/sparql", queries),
            ("/query", queries),
            ("/.well-known/sparql-examples", queries),
            ("/compare", heavy),
            ("/diff/", heavy),
            ("/download", heavy),
        )

    def of(self, path: str) -> RequestQueue:
        """Return the queue of the requests for a path."""
        within = _IN_RELEASE.fullmatch(path)
        local = within["rest"] if within else path
        return next((queue for start, queue in self._table if local.startswith(start)), self._pages)
