"""From the operator's choice to an application: what each server process does at its start."""

import atexit
import json
import logging
import os
import sys
import threading
from multiprocessing.queues import SimpleQueue
from typing import cast

from partage.assets import root
from partage.errors import PartageError
from partage.releases.catalog import Catalog
from partage.settings import Settings
from partage.store.engine import Engine
from partage.store.opening import EngineSource, open_served
from partage.store.shelf import Shelf
from partage.web import observing
from partage.web.app import NO_RELEASES, create_app
from partage.web.cache import Cache
from partage.web.gateway import Gateway
from partage.web.messages import Failed, Message, Ready
from partage.web.site import Site

OTHER_THREADS = 16

log = logging.getLogger("partage.store.shelf")


def load(settings: Settings, source: EngineSource, messages: "SimpleQueue[Message]") -> Gateway:
    """Open the engine and build the application; tell how it goes."""
    try:
        shelf = shelf_of(settings, source)
        engine = open_served(source, settings, shelf)
    except PartageError as error:
        messages.put(Failed(str(error)))
        sys.exit(3)
    atexit.register(_leave, engine)
    app = create_app(settings, engine, source.release, shelf.catalog)
    facts = cast("Site", app.extensions["partage"])
    threading.Thread(
        target=_prepare, args=(facts, shelf), name="partage-prepare", daemon=True
    ).start()
    messages.put(Ready())
    # A thread for each query that runs or waits, and some for everything else.
    threads = settings.query_workers + settings.queue_length + OTHER_THREADS
    cache = app.extensions["partage.cache"] = Cache(settings.cache_bytes)
    return Gateway(app, threads, settings.max_body, cache, observing.observer(app))


def shelf_of(settings: Settings, source: EngineSource) -> Shelf:
    """Return the shelf of the releases: empty where somebody's own dataset is served."""
    if source.release is None:
        return Shelf(NO_RELEASES, settings.archive)
    manifest = source.release / "manifest.json"
    facts = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    held = {str(facts.get("rdfc10")): source.store} if source.store is not None else {}
    return Shelf(Catalog.read(root()), settings.archive, held)


def _prepare(facts: Site, shelf: Shelf) -> None:
    """Do before the first visitor what he would otherwise wait for."""
    facts.prepare()
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())
    try:
        shelf.prepare()
    except PartageError as error:
        log.error("%s", error)  # noqa: TRY400  # the sentence says all


def _leave(engine: Engine) -> None:
    """End the queries and this process, without the threads that still wait for an answer."""
    engine.close()
    os._exit(0)
