"""
The attacking client: a process of its own, so that its work is not that of those who measure.

`python -m benchmarks.attacks.sending NAME PORT PROCESS SECONDS` plays an attack for so long and
prints which statuses it got.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.attacks.wire import Client, Pair

ADDRESS = "127.0.0.2"
AT_ONCE = 50
SECONDS_TO_CONNECT = 2.0


@dataclass(slots=True)
class Attacker:
    """One client that attacks a port of loopback, and what it got back."""

    port: int
    process: int
    statuses: Counter[int] = field(default_factory=Counter)
    held: int = 0
    most_held: int = 0

    def client(self, *, keep: bool = True) -> Client:
        """Return a connection to be."""
        return Client(self.port, ADDRESS, keep)

    async def flood(
        self, request: Callable[[int], bytes], clients: int = 8, *, most: int = sys.maxsize
    ) -> None:
        """Send requests without end, each as soon as the one before it is answered."""
        numbers = iter(range(most))

        async def one() -> None:
            client = self.client()
            for number in numbers:
                status = await client.ask(request(number))
                self.statuses[status] += 1
                if not status:
                    await asyncio.sleep(0.05)

        await together(one() for _ in range(clients))

    async def hold(
        self,
        count: int,
        beginning: bytes = b"",
        then: Callable[[Pair], Awaitable[None]] | None = None,
    ) -> None:
        """
        Open connections, send a beginning on each, and keep them; one that is closed is opened
        again. `then` is what is done with each instead of waiting for its end.
        """
        places = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            while True:
                client = self.client()
                with suppress(OSError, TimeoutError):
                    async with places:
                        pair = await asyncio.wait_for(client.open(), SECONDS_TO_CONNECT)
                        pair[1].write(beginning)
                    self.held += 1
                    self.most_held = max(self.held, self.most_held)
                    try:
                        await (then or until_closed)(pair)
                    finally:
                        self.held -= 1
                client.close()
                await asyncio.sleep(0.5)

        await together(one() for _ in range(count))


async def together(each: Iterable[Awaitable[None]]) -> None:
    """Do all at once; end with the first failure."""
    await asyncio.gather(*each)


async def until_closed(pair: Pair) -> None:
    """Read whatever comes until the server ends the connection."""
    while await pair[0].read(1 << 16):
        pass


async def play(name: str, attacker: Attacker, seconds: float) -> None:
    """Play an attack until it or its time ends."""
    from benchmarks.attacks.catalogue import ATTACKS

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ATTACKS[name].play(attacker)


def main() -> None:
    """Play the attack that the command line names."""
    name, port, process, seconds = sys.argv[1:]
    attacker = Attacker(int(port), int(process))
    asyncio.run(play(name, attacker, float(seconds)))
    statuses = {str(status): count for status, count in sorted(attacker.statuses.items())}
    print(json.dumps({"statuses": statuses, "connections held": attacker.most_held}), flush=True)
    os._exit(0)  # its connections end at once, not one by one


if __name__ == "__main__":
    main()
