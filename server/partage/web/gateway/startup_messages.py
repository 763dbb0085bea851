"""What the process that serves tells the one that was started."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerReady:
    """The worker's application is built."""


@dataclass(frozen=True, slots=True)
class ServerFailed:
    """The worker's engine cannot be opened, and why."""

    reason: str


Message = ServerReady | ServerFailed
