"""From the operator's choice to an application: what each server process does at its start."""

import sys
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue

from flask import Flask

from partage.errors import PartageError
from partage.settings import Settings
from partage.store.loading import LoadProgress
from partage.store.opening import EngineSource, open_engine
from partage.web.app import create_app


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker's application is built."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The worker's engine cannot be opened, and why."""

    reason: str


Message = LoadProgress | Ready | Failed


def load(settings: Settings, source: EngineSource, messages: "SimpleQueue[Message]") -> Flask:
    """Open the engine and build the application; tell how it goes."""
    try:
        engine = open_engine(source, messages.put)
    except PartageError as error:
        messages.put(Failed(str(error)))
        sys.exit(3)
    app = create_app(settings, engine, source.release)
    messages.put(Ready())
    return app
