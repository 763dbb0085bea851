"""Requests at random: every route, with values, headers and methods that are right or odd."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import cycle
from pathlib import Path
from random import Random
from urllib.parse import quote

from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

import partage.web
from partage.citation.formats import CITATION_FORMATS
from partage.rdf.formats import ALL_FORMATS
from partage.rdf.namespaces import BASE
from three_releases import FIRST, THIRD

LONG = "x" * 20_000
QUERY = "SELECT * { ?s ?p ?o } LIMIT 3"
# Values as they stand in an address, most of them encoded.
ODD = [
    "", " ", "0", "-1", "1", "2", "9" * 30, "9" * 5_000, "1e400", "NaN", "%E2%82%AC", "\u20ac".encode().decode("latin-1"),
    "%FF%FE", "%00", "%0A", "%0D%0AX-Injected:1", "%C2%80", "%ED%A0%80", "%F3%B0%80%80", "%EF%B7%90",
    "%25s", "%25%28name%29s", "%25zz", "{x}", "{{7*7}}", "..", "../../etc/passwd", "%2e%2e%2f", ";", "a=b&a=c",
    LONG, "%C3%A9" * 3_000, "%22%3E%3Cscript%3E", "'", "\\", "%5Cu0022", "html", "json", "ttl", "bibtex", "csl.json",
    "0000-00-00", "99999-01-01", "-0001", "fr", "en", "de", "xx-YY", "*", "true", "%F0%9F%98%80", "\u0130".encode().decode("latin-1"),
    "%28", "[", "?", "a:b", "c:c0001", "org:%C2%BD", "org:-x", "/doc/org/netflix", "s", "netflix", "netfilx~1 OR",
    *(quote(BASE + local, safe="") for local in (
        "", "id/org/netflix", "id/org/nobody", "id/claim/c0001/v1#assertion", "ns#Claim", "graph/claims",
        "release/2026.11.0", "release/2026.11.0/id/org/netflix", "release/nothing/id/x", "id/org/\x80", "id/org/[",
        "id/org/%zz", "id/org/\ue000", "id/org/ x", "id/org/>x", "id/org/%", "#", "id/org/x#a#b", "statement/" + "0" * 64,
        ".well-known/sparql-examples/recipients", ".well-known/sparql-examples/x> ?p ?o } #", "query/1",
    )),
    "http://%5B", "http://%5B::1%5D/", "urn:%F3%B0%80%80", "javascript:alert(1)", "data:,x", "a:" + LONG,
    "http://www.wikidata.org/entity/Q907311", FIRST, THIRD, "1.1", "2026", "current", "draft",
]  # fmt: skip
# For the parts of a path, by their names.
PARTS = {
    "claim": ["c0001", "c0004", "c9999"],
    "version": ["v1", "v2", FIRST, THIRD, "0.1.0"],
    "before": [FIRST, THIRD], "after": [FIRST, THIRD],
    "code": ["A" * 43, "%C3%A9" * 43],
    "suffix": ["trig", "ttl", "html", "nq", "jsonld", "bibtex"],
    "digest": ["0" * 64, "F" * 64],
    "number": ["0", "1", "99999999999999999999"],
    "name": ["claims", "agreements", "flows.json", "organizations.csv", "sources.ttl", "recipients", "denied",
             "dataset.nq.gz", "manifest.json", "0" * 64 + ".html"],
    "filename": ["style.css", "../app.py"],
    "identifier": ["1"],
    "local": ["org/netflix", "org/netflix.ttl", "claim/c0001", "claim/c0001/v1", "claim/c0001.bibtex", "flow/f0001",
              "voc/data-category", "ns", "dataset", "graph/claims", "org/netflix-inc", "claim/c0004.html",
              "doc/org/netflix", "sparql", "search", "resource", "cite", "browse/claims", "facebook"],
    "rest": ["doc/org/netflix", "sparql", "search", "cite", "resource", "browse/claims", "x"],
}  # fmt: skip
# What a parameter may well be.
GOOD = {
    "query": [quote(QUERY), "ASK%7B%7D", "DESCRIBE%20%3Chttps://w3id.org/partage/id/org/netflix%3E",
              "SELECT%20*%20%7B%20?s%20%3Ca:%5B%3E%20?o%20%7D", "SELECT%20*%20%7B?s%20org:x%20?o%7D",
              "INSERT%20DATA%7B%7D", "SELECT%20*%20%7B?s%20?p%20%22%5Cud800%22%7D", "SELECT"],
    "iri": ["id/org/netflix", "claim/c0001"], "default-graph-uri": ["a:b"], "named-graph-uri": ["a:b"],
    "q": ["netflix", "%22"], "a": ["netflix", "a0001"], "b": ["facebook", "a0001"], "number": ["recipients", "1"],
    "kind": ["organization"], "limit": ["3"], "timeout": ["1"], "sort": ["label", "-label"],
    "style": ["apa", "chicago"], "_profile": ["full", "alt"], "version": ["1.1", FIRST],
}  # fmt: skip
# What the routes read, by the beginning of their paths; others as every route may.
READ = {
    "/browse/": ["type", "speaker", "provider", "recipient", "organization", "country", "status", "q", "sort", "page"],
    "/cite": ["iri", "format", "style", "lang"],
    "/compare": ["a", "b", "format"],
    "/resource": ["iri", "page", "format", "_profile", "_mediatype"],
    "/doc/": ["page", "format", "_profile", "_mediatype", "style"],
    "/search": ["q", "kind", "limit", "page"],
    "/sparql": ["query", "format", "default-graph-uri", "named-graph-uri", "timeout", "graphs", "version"],
    "/timemap/": ["iri", "query"],
    "/release/<before>": ["iri", "format"],
    "/examples": ["number"],
    "/query": ["n", "verify", "format"],
    "/timeline": ["kind", "q", "speaker"], "/disputes": ["kind", "q"], "/flows": ["kind", "q"],
}  # fmt: skip
_READ = re.compile(r'(?:args|values|form)\.get(?:list)?\(\s*"([\w-]+)"')
PARAMETERS = sorted(
    {
        name
        for path in Path(partage.web.__file__).parent.rglob("*.py")
        for name in _READ.findall(path.read_text(encoding="utf-8"))
    }
    | GOOD.keys()
    | {"speaker", "type", "provider", "recipient", "label", "order", "status", "country", "graphs"}
)
ACCEPTS = [
    *dict.fromkeys(
        kind
        for fmt in (*ALL_FORMATS, *CITATION_FORMATS)
        for kind in (fmt.media_type,)
    ),
    "text/html", "*/*", "application/json", "application/problem+json", "application/link-format",
    "application/linkset", "application/linkset+json", "image/png", "text/*", "text/html;q=0",
]  # fmt: skip
BROKEN = [
    "",
    ",",
    ";",
    "a/b;q=x",
    "text/html;q=1e400",
    "text/html;q=NaN",
    "\xe9/\xff",
    "/",
    "*",
    '"',
    "x" * 1_900,
    "a/b;" * 300,
]
HEADERS = {
    "ACCEPT": [*ACCEPTS, *BROKEN, 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
               "text/x-bibliography;style=nothing;locale=\xe9"],
    "ACCEPT_LANGUAGE": ["fr", "en;q=0, fr;q=NaN", "*", "x" * 300, *BROKEN],
    "ACCEPT_ENCODING": ["gzip", "br, zstd", "identity;q=0", "*;q=0", *BROKEN],
    "ACCEPT_PROFILE": ["<a:b>;q=2", "<", "<http://www.w3.org/ns/dx/connegp/altr>", *BROKEN],
    "ACCEPT_DATETIME": [
        "Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 20 Jan 2027 08:15:30 GMT", "Mon, 01 Jan 0000 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:60 -9999",
        "Thu, 99 Foo 2026 25:61:61 GMT", "2026-11-25", *BROKEN,
    ],
    "RANGE": ["bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=" + "9" * 40 + "-", "bytes=0-0,2-3", "lines=1", *BROKEN],
    "IF_NONE_MATCH": ["*", 'W/"x"', '"', *BROKEN],
    "IF_MODIFIED_SINCE": ["Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", *BROKEN],
    "IF_RANGE": ['"x"', "Wed, 21 Oct 0000 07:28:00 GMT", *BROKEN],
    "IF_MATCH": ["*", '"x"', *BROKEN],
    "ORIGIN": ["null", "http://a.example", *BROKEN],
    "ACCESS_CONTROL_REQUEST_METHOD": ["POST", *BROKEN],
    "AUTHORIZATION": ["Bearer x", "Basic \xff", "Basic eDp5", "Digest \xe9", *BROKEN],
    "PREFER": ["wait=1", *BROKEN],
    "X_FORWARDED_PREFIX": ["/x", *BROKEN],
    "X_FORWARDED_HOST": ["a.example", *BROKEN],
    "HOST": ["a.example", "a.example:99999", "[::1]", "\xe9.example", "a b", *BROKEN],
    "QUERY_ID": ["x", "A" * 22, *BROKEN],
    "CONTENT_ENCODING": ["gzip", *BROKEN],
    "COOKIE": ["a=b", *BROKEN],
    "USER_AGENT": BROKEN,
    "REFERER": BROKEN,
}  # fmt: skip
METHODS = (
    ["GET"] * 40
    + ["HEAD"] * 5
    + ["POST", "QUERY"] * 2
    + ["OPTIONS", "PUT", "DELETE", "TRACE", "get", "\xe9"]
)
FORM = "application/x-www-form-urlencoded"
CONTENT_TYPES = [FORM, FORM, FORM, "application/sparql-query", "multipart/form-data; boundary=x", "multipart/form-data",
                 "application/json", "text/plain; charset=utf-16", "application/sparql-update", *BROKEN]  # fmt: skip
BODIES = ["query=" + quote(QUERY), QUERY, "iri=a:b&iri=http://%5B", "--x\r\n\r\n--x--", "\xff\xfe", "", "{}", "[" * 2_000,
          "query=%FF", "query=", "update=CLEAR+ALL"]  # fmt: skip


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


def faults(answer: Answer) -> Iterator[str]:
    """Yield what is wrong with an answer, whatever was asked."""
    names = {name.lower() for name, _ in answer.headers}
    if answer.code >= 500:
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
    """Return requests for a rule with values that are right, in every media type."""
    names = re.findall(r"<(?:[^<>:]*:)?(\w+)>", rule)
    most = max((len(PARTS[name]) for name in names), default=1)
    paths = [rule] * min(most, 6)
    for name in names:
        values = cycle(PARTS[name])
        paths = [_fill(path, next(values)) for path in paths]
    return [Request(path, headers={"ACCEPT": kind}) for path in paths for kind in ACCEPTS]


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
