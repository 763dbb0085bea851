"""From the operator's choice to an application: what each server process does at its start."""

import atexit
import gc
import json
import logging
import multiprocessing
import os
import sys
import threading
from functools import partial
from multiprocessing.queues import SimpleQueue
from typing import cast

from partage.assets import assets_root
from partage.errors import PartageError
from partage.releases.catalog import Catalog
from partage.resources.pages import comparison
from partage.settings import Settings
from partage.store.factory import EngineSource, open_served
from partage.store.release_stores.release_stores import ReleaseStores
from partage.store.workers.pool import PoolEngine
from partage.web import access_log
from partage.web.app import EMPTY_CATALOG, create_app
from partage.web.dataset import ServedDataset
from partage.web.gateway.asgi import Gateway
from partage.web.gateway.connections import ConnectionWatch
from partage.web.gateway.fast_path import FastPath
from partage.web.gateway.release_switch import ReleaseApplication, ReleaseSwitch
from partage.web.gateway.response_cache import ResponseCache
from partage.web.gateway.startup_messages import Message, ServerFailed, ServerReady
from partage.web.views.operations import routes as operations

# How long a thread runs before the event loop gets its turn, of Python's usual 5 ms. Measured with
# four busy threads, what the loop does takes 19 ms instead of 32, for 4 % of all work.
SECONDS_OF_A_TURN = 0.0005
# What of an application outlives its dataset: what was cited, counted, is running, was used up.
LASTING = (
    "partage.cited",
    "partage.citing",
    "partage.metrics",
    "partage.queries",
    "partage.budget",
)

log = logging.getLogger("partage.store.release_stores.release_stores")


def load(
    settings: Settings,
    source: EngineSource,
    orders: "SimpleQueue[EngineSource]",
    messages: "SimpleQueue[Message]",
) -> ConnectionWatch:
    """Open the engine and build the application; tell how it goes, then and at each order."""
    log.setLevel(logging.INFO)
    log.addHandler(logging.StreamHandler())
    try:
        switch = ReleaseSwitch(release_application(settings, source))
    except PartageError as error:
        messages.put(ServerFailed(str(error)))
        sys.exit(3)
    atexit.register(_leave, switch)
    sys.setswitchinterval(SECONDS_OF_A_TURN)
    messages.put(ServerReady())
    threading.Thread(target=_exit_with_parent, args=(switch,), daemon=True).start()
    threading.Thread(target=_follow, args=(settings, switch, orders, messages), daemon=True).start()
    watched = ConnectionWatch(Gateway(switch, settings), settings)
    watched.watch()
    return watched


def release_application(
    settings: Settings, source: EngineSource, former: ReleaseApplication | None = None
) -> ReleaseApplication:
    """
    Open a source and build the application over it; what lasts it has from the `former` one.

    Raises
    ------
    EngineUnavailable, IntegrityError
        The source cannot be opened, or a record of the releases cannot be read.
    """
    stores = release_stores(settings, source)
    engine = open_served(source, settings, stores)
    app = create_app(settings, engine, source.release, stores.catalog)
    if former is not None:
        app.extensions |= {name: former.application.extensions[name] for name in LASTING}
    cache = app.extensions["partage.cache"] = ResponseCache(settings)
    app.extensions["partage.release_stores"] = stores
    lookups = FastPath(app, engine.answer_short) if isinstance(engine, PoolEngine) else None
    trouble = partial(operations.unavailable_reason, engine)
    return ReleaseApplication(app, cache, access_log.observer(app), engine.close, lookups, trouble)


def release_stores(settings: Settings, source: EngineSource) -> ReleaseStores:
    """Return the stores of the releases: none where somebody's own dataset is served."""
    if source.release is None:
        return ReleaseStores(EMPTY_CATALOG, settings.archive)
    manifest = source.release / "manifest.json"
    facts = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    directories = {str(facts.get("rdfc10")): source.store} if source.store is not None else {}
    return ReleaseStores(Catalog.read(assets_root()), settings.archive, directories)


def _follow(
    settings: Settings,
    switch: ReleaseSwitch,
    orders: "SimpleQueue[EngineSource]",
    messages: "SimpleQueue[Message]",
) -> None:
    """Switch to each application that is ordered, once it is ready."""
    _facts(switch.current).warm_up()
    _fill(switch.current)
    while True:
        source = orders.get()
        try:
            following = release_application(settings, source, switch.current)
        except (PartageError, OSError) as error:
            messages.put(ServerFailed(str(error)))
            continue
        _facts(following).warm_up()
        switch.switch(following)
        del following  # as it would be the former one while the next is awaited
        messages.put(ServerReady())
        forget()
        _fill(switch.current)


def forget() -> None:
    """Free the memory of the former application, and keep the collector from the new one's."""
    comparison.index.cache_clear()
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _facts(of: ReleaseApplication) -> ServedDataset:
    return cast("ServedDataset", of.application.extensions["partage"])


def _fill(of: ReleaseApplication) -> None:
    """Make the stores of the older releases before somebody waits for one."""
    try:
        of.application.extensions["partage.release_stores"].prepare()
    except PartageError as error:
        log.error("%s", error)  # noqa: TRY400  # the sentence says all


def _exit_with_parent(switch: ReleaseSwitch) -> None:
    """End this process when the one that started it has been killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        _leave(switch)


def _leave(switch: ReleaseSwitch) -> None:
    """End the queries and this process, without the threads that still wait for an answer."""
    switch.close()
    os._exit(0)
