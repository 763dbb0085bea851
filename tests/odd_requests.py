"""Requests at random: every route, with values, headers and methods that are right or odd."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import cycle
from random import Random

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from odd_values import (
    ACCEPTS,
    BODIES,
    CONTENT_TYPES,
    FORM,
    GOOD,
    HEADERS,
    METHODS,
    ODD,
    PARAMETERS,
    PARTS,
    PLANTED,
    READ,
)  # fmt: skip
from three_releases import FIRST


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; texts hold one character for each byte, as in a WSGI environment."""

    path: str
    query: str = ""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        told = {name: value[:100] for name, value in self.headers.items()}
        address = f"{self.path}?{self.query}"
        return ascii(f"{self.method} {address[:400]} {told} {self.body[:200]!r}")


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status[:3])


def ask(app: Flask, request: Request) -> Answer:
    """Send a request to an application, past all that a client would set right."""
    environ = create_environ(method="GET", base_url="http://localhost/")
    environ |= {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": _plain(request.path),
        "QUERY_STRING": request.query,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": BytesIO(request.body),
    }
    for name, value in request.headers.items():
        environ[name if name == "CONTENT_TYPE" else f"HTTP_{name}"] = value
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    return Answer(status, list(headers), b"".join(body))


# What no server needs to know (RFC 9110 §9.1): nobody's fault.
UNKNOWN_METHOD = 501


def faults(answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer, whatever was asked."""
    names = {name.lower() for name, _ in answer.headers}
    if answer.code >= 500 and answer.code != UNKNOWN_METHOD:
        yield answer.status
    if not (answer.status + "".join(map("".join, answer.headers))).isascii():
        yield "a header is not ASCII"
    if any(ord(char) < 32 for _, value in answer.headers for char in value):
        yield "a header holds a control character"
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        if name not in names:
            yield f"{name} is missing"
    if "x-injected" in names:
        yield "a header was injected"
    if b"Traceback (most recent" in answer.body:
        yield "a traceback is told"


def rules(app: Flask) -> list[str]:
    """Return the rules of an application, those of pages also below a release."""
    own = sorted({rule.rule for rule in app.url_map.iter_rules()})
    return own + [f"/release/{FIRST}{rule}" for rule in own if not rule.startswith("/release")]


def plain(rule: str) -> list[Request]:
    """Return requests for a rule with values that are right, in the media types."""
    names = re.findall(r"<(?:[^<>:]*:)?(\w+)>", rule)
    paths = [rule] * min(max((len(PARTS[name]) for name in names), default=1), 4)
    for name in names:
        values = cycle(PARTS[name])
        paths = [_fill(path, next(values)) for path in paths]
    accepts = ACCEPTS[::4] if rule.startswith(f"/release/{FIRST}/") else ACCEPTS
    return [Request(path, headers={"ACCEPT": kind}) for path in paths for kind in accepts]


def planted(rule: str) -> list[Request]:
    """Return requests for a rule that name what would end an IRI or a string in a query."""
    path = rule
    for _ in re.findall("<", rule):
        path = _fill(path, "PLANTED")
    local = rule.removeprefix(f"/release/{FIRST}")
    own = [name for start in READ if local.startswith(start) for name in READ[start]]
    found = []
    for value in PLANTED:
        found.append(Request(path.replace("PLANTED", value)))
        found += [Request(path, f"{name}={value}") for name in dict.fromkeys([*own, "iri", "lang"])]
    found.append(Request(path, "", "POST", {"CONTENT_TYPE": FORM},
                         "&".join(f"iri={value}" for value in PLANTED).encode()))  # fmt: skip
    return found


def odd(rule: str, random: Random) -> Request:
    """Return a request for a rule with a few odd things at random."""
    path = rule
    for name in re.findall(r"<(?:[^<>:]*:)?(\w+)>", rule):
        path = _fill(path, random.choice(PARTS[name] if random.random() < 0.6 else ODD))
    local = rule.removeprefix(f"/release/{FIRST}")
    own = next((READ[start] for start in READ if local.startswith(start)), [])
    pairs = [
        f"{name}={random.choice(GOOD.get(name, ODD) if random.random() < 0.4 else ODD)}"
        for name in random.choices(
            own if own and random.random() < 0.7 else PARAMETERS,
            k=random.choice((0, 1, 1, 1, 2, 3)),
        )
    ]
    headers = {
        name: random.choice(HEADERS[name])
        for name in random.sample(sorted(HEADERS), k=random.choice((0, 1, 1, 2, 4)))
    }
    method, body = random.choice(METHODS), b""
    if method in {"POST", "QUERY"}:
        body = random.choice([*BODIES, "&".join(pairs)]).encode("latin-1")
        headers["CONTENT_TYPE"] = random.choice(CONTENT_TYPES)
    return Request(path, "&".join(pairs), method, headers, body)


def _fill(path: str, value: str) -> str:
    return re.sub(r"<[^<>]*>", lambda _: value, path, count=1)


def _plain(path: str) -> str:
    """Return a path with its percent-encodings read, one character for each byte."""
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), path)
