"""One application takes the place of another while requests come."""

import json
import threading
import time
import weakref
from pathlib import Path

from flask import Flask

import small_dataset
from partage.resources.pages import comparison
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.factory import EngineSource, choose_source, prepared_source
from partage.web.app import create_app
from partage.web.gateway.release_switch import ReleaseApplication, ReleaseSwitch
from partage.web.gateway.response_cache import ResponseCache
from partage.web.wsgi import LASTING, forget, release_application


def made(closed: list[str], name: str) -> ReleaseApplication:
    return ReleaseApplication(
        Flask(name),
        ResponseCache(Settings(cache_bytes=0)),
        lambda *_: None,
        lambda: closed.append(name),
    )


def of_small_dataset(directory: Path) -> Settings:
    return Settings(
        release=small_dataset.release(directory / "release"),
        archive=directory / "archive",
        query_store=directory / "queries.jsonl",
        client_seconds=10,
        query_workers=1,
    )


def test_an_edition_is_closed_once_its_last_request_is_answered() -> None:
    closed: list[str] = []
    former, following = made(closed, "former"), made(closed, "following")
    switch = ReleaseSwitch(former)
    first, second = switch.enter(), switch.enter()
    assert (first, second) == (former, former)
    switching = threading.Thread(target=switch.switch, args=(following,))
    switching.start()
    while (now := switch.enter()) is former:
        switch.leave(now)
        time.sleep(0.001)
    assert now is following
    switch.leave(first)
    switch.leave(now)
    assert closed == []
    assert switching.is_alive()
    switch.leave(second)
    switching.join()
    assert closed == ["former"]
    switch.close()
    assert closed == ["former", "following"]


def test_what_was_cited_counted_and_is_running_outlives_its_edition(tmp_path: Path) -> None:
    settings = of_small_dataset(tmp_path)
    with prepared_source(choose_source(settings), settings.archive) as source:
        assert isinstance(source, EngineSource)
        first = release_application(settings, source)
        second = release_application(settings, source, first)
        before, after = first.application.extensions, second.application.extensions
        assert all(after[name] is before[name] is not None for name in LASTING)
        assert after["partage"] is not before["partage"]
        first.close()
        second.close()


def test_nothing_holds_the_memory_of_an_edition_that_has_gone(tmp_path: Path) -> None:
    settings = of_small_dataset(tmp_path)
    with prepared_source(choose_source(settings), settings.archive) as source:
        switch = ReleaseSwitch(release_application(settings, source))
        site = switch.current.application.extensions["partage"]
        site.warm_up()
        comparison.index(site.summarizer(("en",)))
        gone = weakref.ref(site)
        del site
        following = release_application(settings, source, switch.current)
        following.application.extensions["partage"].warm_up()
        switch.switch(following)
        forget()
        assert gone() is None
        assert comparison.index.cache_info().currsize == 0
        switch.close()


def test_the_metrics_tell_which_release_is_served(tmp_path: Path) -> None:
    release = small_dataset.release(tmp_path / "release")
    manifest = json.loads((release / "manifest.json").read_text())
    (release / "manifest.json").write_text(json.dumps(manifest | {"rdfc10": "abc"}))
    settings = Settings(query_store=tmp_path / "queries.jsonl")
    engine = EmbeddedEngine(small_dataset.store())
    told = create_app(settings, engine, release).test_client().get("/metrics").text
    assert '\npartage_release_info{rdfc10="abc"} 1\n' in told
    told = create_app(settings, engine).test_client().get("/metrics").text
    assert "partage_release_info" not in told
