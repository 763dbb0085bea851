"""From the operator's choice to an application: what each server process does at its start."""

import sys
from multiprocessing.queues import SimpleQueue

from flask import Flask

from partage.errors import PartageError
from partage.settings import Settings
from partage.store.loading import LoadProgress
from partage.store.opening import EngineSource, open_engine
from partage.web.app import create_app

# What a worker tells the process that started it.
Message = LoadProgress | PartageError | None


def load(settings: Settings, source: EngineSource, messages: "SimpleQueue[Message]") -> Flask:
    """Open the engine and build the application; tell of progress, readiness (None) or failure."""
    try:
        engine = open_engine(source, messages.put)
    except PartageError as error:
        messages.put(error)
        sys.exit(3)
    app = create_app(settings, engine, source.release)
    messages.put(None)
    return app
