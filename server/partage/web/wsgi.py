"""From the operator's choice to an application: what each server process does at its start."""

import atexit
import os
import sys
import threading
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from typing import cast

from partage.errors import PartageError
from partage.settings import Settings
from partage.store.engine import Engine
from partage.store.opening import EngineSource, open_served
from partage.web.app import create_app
from partage.web.gateway import Gateway
from partage.web.site import Site

OTHER_THREADS = 16


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker's application is built."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The worker's engine cannot be opened, and why."""

    reason: str


Message = Ready | Failed


def load(settings: Settings, source: EngineSource, messages: "SimpleQueue[Message]") -> Gateway:
    """Open the engine and build the application; tell how it goes."""
    try:
        engine = open_served(source, settings)
    except PartageError as error:
        messages.put(Failed(str(error)))
        sys.exit(3)
    atexit.register(_leave, engine)
    app = create_app(settings, engine, source.release)
    facts = cast("Site", app.extensions["partage"])
    threading.Thread(target=facts.prepare, name="partage-prepare", daemon=True).start()
    messages.put(Ready())
    # A thread for each query that runs or waits, and some for everything else.
    threads = settings.query_workers + settings.queue_length + OTHER_THREADS
    return Gateway(app, threads, settings.max_body)


def _leave(engine: Engine) -> None:
    """End the queries and this process, without the threads that still wait for an answer."""
    engine.close()
    os._exit(0)
