"""
The production server: Granian (https://github.com/emmett-framework/granian) over our application.

One process with many threads takes the requests, and processes that can be killed evaluate the
queries (`partage.store.workers.pool`). One, because then every running query can be seen and ended,
the limits hold for the whole server, and each number is kept once; evaluating is what takes the
time. RDF files become a store on disk before anything listens: that of a release is kept, others go
when the server stops. On SIGHUP the release that is there then takes the place of the one before,
in the same process: no request fails, and one that cannot be opened changes nothing.
"""

import errno
import ipaddress
import logging
import multiprocessing
import os
import queue
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from multiprocessing.queues import SimpleQueue
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from partage.errors import BuildError, EngineUnavailable, PartageError, SettingsError
from partage.settings import Settings
from partage.store.embedded.loading import ReportLoading, silent
from partage.store.factory import EngineSource, choose_source, prepared_source
from partage.store.workers.process import NICE
from partage.web.gateway.connections import capacity
from partage.web.gateway.startup_messages import Message, ServerFailed

if TYPE_CHECKING:
    from partage.web.gateway.connections import ConnectionWatch

# A query that runs when the server is stopped is not waited for much longer than this.
SECONDS_TO_STOP = 3
SECONDS_TO_LISTEN = 20
# For a whole request header; a connection is also as long open without a request.
SECONDS_FOR_A_HEADER = 10
LARGEST_HEADER = 96 * 1024

log = logging.getLogger(__name__)


def serve(
    settings: Settings,
    source: EngineSource,
    announce: Callable[[str], None],
    progress: ReportLoading = silent,
) -> None:
    """
    Serve a source until the process is told to stop; `announce` gets the address once it answers.

    Raises
    ------
    SettingsError
        The address cannot be listened at, or the process may open too few files.
    EngineUnavailable
        The source could not be opened; the text says which file and where.
    """
    check_port(settings)
    try:
        with ExitStack() as held:
            ready = held.enter_context(prepared_source(source, settings.archive, progress))
            _serve(settings, _Watch(settings, source, held, announce), ready)
    except BuildError as error:
        raise EngineUnavailable(str(error)) from error


def _serve(settings: Settings, watch: "_Watch", source: EngineSource) -> None:
    check_port(settings)  # again: making the store may have taken minutes
    server = Server(
        "partage.web.wsgi:load",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        workers=1,
        workers_kill_timeout=SECONDS_TO_STOP,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=1000 * SECONDS_FOR_A_HEADER, max_buffer_size=LARGEST_HEADER
        ),
        backpressure=capacity(settings),
        log_level=LogLevels.critical,
        websockets=False,
    )
    server.on_startup(watch.start)
    try:
        server.serve(
            target_loader=partial(_load, settings, source, watch.orders, watch.messages),
            wrap_loader=False,
        )
    except SystemExit as stop:
        if watch.failure is None and stop.code:
            raise EngineUnavailable(
                "A server process ended unexpectedly; its own message stands above. Start again."
            ) from stop
    if watch.failure is not None:
        raise watch.failure


def _load(
    settings: Settings,
    source: EngineSource,
    orders: "SimpleQueue[EngineSource]",
    messages: "SimpleQueue[Message]",
) -> "ConnectionWatch":
    """Build the application in the process that needs it; this one stays without."""
    from partage.web.wsgi import load

    return load(settings, source, orders, messages)


class _Watch:
    """Hears how the worker's start went, says when the server answers, and has it renewed."""

    def __init__(
        self,
        settings: Settings,
        source: EngineSource,
        resources: ExitStack,
        announce: Callable[[str], None],
    ) -> None:
        """`source` is what was asked for, `held` what its worker reads."""
        # Fresh processes: a forked one would inherit threads' locks, and differ by platform.
        multiprocessing.set_start_method("spawn", force=True)
        spawned = multiprocessing.get_context("spawn")
        try:
            self.orders: SimpleQueue[EngineSource] = spawned.SimpleQueue()
            self.messages: SimpleQueue[Message] = spawned.SimpleQueue()
        except OSError as error:
            raise SettingsError(
                f"The system gives no semaphores: {error}. Let this server write to /dev/shm."
            ) from error
        self.failure: EngineUnavailable | None = None
        self._settings = settings
        self._source = source
        self._held = resources
        self._announce = announce
        self._wishes: queue.SimpleQueue[None] = queue.SimpleQueue()

    def start(self) -> None:
        """Begin; runs in the main thread, once Granian has set its own handlers."""
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, lambda *_: self._wishes.put(None))
        threading.Thread(target=self._listen, name="partage-watch", daemon=True).start()

    def _listen(self) -> None:
        message = self.messages.get()
        if isinstance(message, ServerFailed):
            self.failure = EngineUnavailable(message.reason)
            return
        if _answers(self._settings):
            self._announce(address(self._settings))
        if sys.platform == "linux":
            os.nice(NICE)  # this thread alone: readers go before what it loads
        while True:
            self._wishes.get()
            while not self._wishes.empty():  # signals that came together are one wish
                self._wishes.get()
            try:
                self._renew()
            except (PartageError, OSError) as error:
                log.error("Nothing has changed, the release before is served on: %s", error)  # noqa: TRY400  # the sentence says all
            else:
                self._announce(address(self._settings))

    def _renew(self) -> None:
        """Have what is there now served, and let go of what was served before."""
        source = choose_source(self._settings) if self._source.release else self._source
        with ExitStack() as holding:
            ready = holding.enter_context(prepared_source(source, self._settings.archive))
            self.orders.put(ready)
            message = self.messages.get()
            if isinstance(message, ServerFailed):
                raise EngineUnavailable(message.reason)
            with self._held.pop_all():
                self._held.push(holding.pop_all())


def address(settings: Settings) -> str:
    """Return the address to open in a browser."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104  # compared, not bound
    return f"http://[{host}]:{settings.port}/" if ":" in host else f"http://{host}:{settings.port}/"


def _answers(settings: Settings) -> bool:
    until = time.monotonic() + SECONDS_TO_LISTEN
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(  # noqa: S310  # our own http address
                address(settings) + "static/icon.svg", timeout=2
            ):
                return True
        except OSError:
            time.sleep(0.02)
    return False


def check_port(settings: Settings) -> None:
    """
    Check that the server can listen; its own socket would share a port with another server's.

    Raises
    ------
    SettingsError
        The port is in use, or the address is none of this machine.
    """
    try:
        ipaddress.ip_address(settings.host)
    except ValueError as error:
        raise SettingsError(
            f"{settings.host} is no IP address. Choose as --host 127.0.0.1 for this machine alone, "
            "0.0.0.0 or :: for all its addresses, or one of them."
        ) from error
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Port {settings.port} on {settings.host} is in use. Stop what listens there, or "
                f"choose another port: --port {settings.port + 1} (or PORT={settings.port + 1})."
            ) from error
        raise SettingsError(
            f"{settings.host}:{settings.port} cannot be listened at: {error.strerror or error}. "
            "Choose another --host or --port."
        ) from error
