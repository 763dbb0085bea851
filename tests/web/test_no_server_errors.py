"""No request of anybody is answered as a failure of the server's (RFC 9110 §15.6)."""

import logging
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from flask import Flask

import released_app
from odd_requests import Request, ask, faults, odd, plain, rules

RANDOM = 2_500


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    made = released_app.application(tmp_path_factory.mktemp("root"))
    made.testing = False  # what is raised is answered
    return made


def found(app: Flask, requests: list[Request], caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what is wrong with the answers, with what was logged of it."""
    told = []
    for request in requests:
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            wrong = [*faults(ask(app, request))]
        told += [f"{request}: {fault} {caplog.text[-600:]}" for fault in wrong]
    return told


def test_every_route_answers_in_every_media_type(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [request for rule in rules(app) for request in plain(rule)]
    assert not found(app, requests, caplog)


def test_odd_requests_are_told_what_is_odd(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    random = Random(12)
    known = rules(app)
    requests = [odd(random.choice(known), random) for _ in range(RANDOM)]
    assert not found(app, requests, caplog)
