"""
Planted attacks on a running server.

Each gets a right status, leaks nothing, calls nobody, and leaves the server answering.
"""

import contextlib
import gzip
import socket
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest

from live_server import Reply, Server, say

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
REFUSED = (403,)
BAD = (400,)
GONE = (400, 404)
# What a query may end in that the engine cannot even parse: a clear error, never an answer.
FAILED = (400, 413, 500, 502, 503, 504)
CANARY = "127.0.0.1:CANARY"
CALL = f"<http://{CANARY}/> {{ ?s ?p ?o }}"
LEAKS = (b"root:x:", b"not for the public", b"Traceback", b"site-packages")


@dataclass(frozen=True, slots=True)
class Attack:
    """A request, the statuses that are right, and what the answer must not hold."""

    name: str
    statuses: tuple[int, ...]
    target: str = "/sparql"
    method: str = "GET"
    headers: tuple[str, ...] = ()
    body: bytes = b""
    without: tuple[bytes, ...] = ()
    raw: bytes = field(default=b"", repr=False)

    def request(self, port: int) -> bytes:
        """Return the bytes to send; `port` is where the canary listens."""
        here = str(port).encode()
        if self.raw:
            return self.raw.replace(b"CANARY", here)
        body = self.body.replace(b"CANARY", here)
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: 127.0.0.1", *self.headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")
        return head.replace(b"CANARY", here) + body


def query(name: str, text: str, *statuses: int, without: tuple[bytes, ...] = ()) -> Attack:
    return Attack(
        name, statuses, method="POST", headers=(f"Content-Type: {QUERY}",),
        body=text.encode("utf-8"), without=without,
    )  # fmt: skip


def get(
    name: str, target: str, *statuses: int, headers: tuple[str, ...] = (),
    without: tuple[bytes, ...] = (),
) -> Attack:  # fmt: skip
    return Attack(name, statuses, target, headers=headers, without=without)


def wire(name: str, raw: bytes, *statuses: int) -> Attack:
    return Attack(name, statuses, raw=raw)


def ask(text: str) -> str:
    return "/sparql?query=" + quote(text, safe="")


def post_head(*lines: str) -> bytes:
    head = ["POST /sparql HTTP/1.1", "Host: x", "Connection: close", *lines, "", ""]
    return "\r\n".join(head).encode("latin-1")


DEEP = 20_000
LONG = 20_000

# Calls to elsewhere, in every disguise
REACHING_OUT = (
    query("service", f"SELECT * {{ SERVICE {CALL} }}", 403),
    query("service silent", f"SELECT * {{ SERVICE SILENT {CALL} }}", 403),
    query("service in odd case", f"SELECT * {{ sErViCe sIlEnT {CALL} }}", 403),
    query("service after a comment", f"SELECT * {{ SERVICE#x\n#y\n{CALL} }}", 403),
    query("service without spaces", f"SELECT*{{SERVICE{CALL}}}", 403),
    query("service by variable", f"SELECT * {{ VALUES ?e {{ <http://{CANARY}/> }} SERVICE ?e "
          "{ ?s ?p ?o } }", 403),
    query("service by dollar variable", f"SELECT * {{ BIND(<http://{CANARY}/> AS ?e) "
          "SERVICE $e { ?s ?p ?o } }", 403),
    query("service by prefixed name", f"PREFIX h: <http://{CANARY}/> "
          "SELECT * { SERVICE h: { ?s ?p ?o } }", 403),
    query("service by the empty prefix", f"PREFIX : <http://{CANARY}/> "
          "SELECT * { SERVICE :x { ?s ?p ?o } }", 403),
    query("service relative to base", f"BASE <http://{CANARY}/> "
          "SELECT * { SERVICE <x> { ?s ?p ?o } }", 403),
    query("service by unicode escape", "SELECT * { \\u0053ERVICE " + CALL + " }", 403, 400),
    query("service by long escape", "SELECT * { S\\U00000045RVICE " + CALL + " }", 403, 400),
    query("service glued to a word", f"ASK {{ FILTER(true)SERVICE{CALL} }}", 403),
    query("service in a subquery", f"SELECT * {{ {{ SELECT * {{ SERVICE {CALL} }} }} }}", 403),
    query("service in optional", f"SELECT * {{ OPTIONAL {{ SERVICE {CALL} }} }}", 403),
    query("service in union", f"SELECT * {{ {{}} UNION {{ SERVICE {CALL} }} }}", 403),
    query("service in minus", f"SELECT * {{ ?s ?p ?o MINUS {{ SERVICE {CALL} }} }}", 403),
    query("service in exists", f"ASK {{ FILTER EXISTS {{ SERVICE {CALL} }} }}", 403),
    query("service in a graph", f"ASK {{ GRAPH ?g {{ SERVICE {CALL} }} }}", 403),
    query("service in construct where", f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {CALL} }}", 403),
    query("service in describe", f"DESCRIBE ?s {{ SERVICE {CALL} }}", 403),
    query("service in order by", f"SELECT * {{}} ORDER BY (EXISTS {{ SERVICE {CALL} }})", 403),
    query("service after a tricky string", f"SELECT * {{ ?s ?p '\\'' SERVICE {CALL} }}", 403),
    query("service after a long string", f"SELECT * {{ ?s ?p '''a'b''' . SERVICE {CALL} }}", 403),
    query("service after a smaller-than", f"ASK {{ FILTER(1<2) SERVICE {CALL} FILTER(2>1) }}", 403),
    query("service after a hash in an iri", f"ASK {{ ?s <http://a/#b> ?o . SERVICE {CALL} }}", 403),
    query("service after a carriage return", f"ASK {{ #\rSERVICE {CALL} }}", 403, 400),
    query("service after a form feed", f"ASK {{ SERVICE\f{CALL} }}", 403, 400),
    query("service after a byte order mark", f"\ufeffASK {{ SERVICE {CALL} }}", 403, 400),
    query("service to a file", "ASK { SERVICE <file:///etc/passwd> { ?s ?p ?o } }", 403),
    get("service in the address", ask(f"ASK {{ SERVICE {CALL} }}"), 403),
    query("from a file", "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 200),
    query("from an address", f"SELECT * FROM <http://{CANARY}/> {{ ?s ?p ?o }}", 200),
    query("from named an address",
          f"SELECT * FROM NAMED <http://{CANARY}/> {{ GRAPH ?g {{ ?s ?p ?o }} }}", 200),
    query("describe a file", "DESCRIBE <file:///etc/passwd>", 200),
    get("default graph of a file", ask("ASK {?s ?p ?o}") + "&default-graph-uri=file:///etc/passwd",
        200, without=(b"true",)),
    query("load", f"LOAD <http://{CANARY}/>", 403),
    query("load after a prologue", f"PREFIX a: <b:>#\nLOAD SILENT <http://{CANARY}/>", 403),
    query("load after a query", f"ASK {{}} ; LOAD <http://{CANARY}/>", 400, 403),
    query("load by unicode escape", f"\\u004cOAD <http://{CANARY}/>", 403, 400),
    query("drop all", "DROP ALL", 403),
    query("delete where", "DELETE WHERE { ?s ?p ?o }", 403),
    get("update in the address", "/sparql?update=DROP%20ALL", 400, 403),
    get("a resource elsewhere", f"/resource?iri=http://{CANARY}/", 404),
    get("a resource in a file", "/resource?iri=file:///etc/passwd", 400, 404),
)  # fmt: skip

# What only looks like one
HARMLESS = (
    query("service in a string", "ASK { BIND('SERVICE <http://x/> {' AS ?x) }", 200),
    query("service in a long string", "ASK { BIND('''\nSERVICE <x:y> { ''' AS ?x) }", 200),
    query("service in a comment", "ASK { # SERVICE <http://x/> { }\n }", 200),
    query("service in an iri", "ASK { ?s <http://x/SERVICE> ?o }", 200),
    query("service as a variable", "ASK { ?service ?SERVICE $service }", 200),
    query("service as a local name", "PREFIX a: <a:> ASK { ?s a:SERVICE ?o }", 200),
    query("insert in a string", "SELECT ('INSERT DATA { }' AS ?x) {}", 200),
    query("load as a prefix", "PREFIX load: <a:> ASK { ?s load:x ?o }", 200),
)

# Files
PATHS = (
    "../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/secret.txt",
    "..%5c..%5csecret.txt",
    "%252e%252e%252fsecret.txt",
    "/etc/passwd",
    "..%00/secret.txt",
)
TRAVERSAL = (
    *(get(f"{path} in {room}", f"/{room}/{path}", *GONE)
      for room in ("doc", "release", "static", "id")
      for path in PATHS),
    get("release one up", "/release/../secret.txt", *GONE),
    get("doc with a suffix one up", "/doc/org/..%2f..%2fsecret.txt.ttl", *GONE),
    get("a dot file", "/static/.git/config", *GONE),
)  # fmt: skip

# Headers, redirects, pages
INJECTION = (
    get("header splitting in a redirect", "/id/org/x%0d%0aSet-Cookie:%20x", 303, *GONE),
    get("header splitting in a redirect's query", "/id/org/netflix?a=%0d%0aSet-Cookie:%20x", 303),
    get("header splitting in format",
        ask("ASK {}") + "&format=csv%0d%0aSet-Cookie:%20x", 400, 406),
    get("header splitting in lang", "/?lang=en%0d%0aSet-Cookie:%20x", 400),
    get("a redirect to another host", "//evil.example/id/org/netflix", 404,
        without=(b"ocation: //evil",)),
    get("a redirect to another host by path", "/id//evil.example/", *GONE),
    get("a redirect by backslash", "/id/%5cevil.example", *GONE),
    get("a redirect by a forged host", "/id/org/netflix", 303, 400,
        headers=("X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")),
    get("a base by a forged host", ask("SELECT (IRI('x') AS ?x) {}"), 200,
        headers=("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"),
        without=(b"evil.example",)),
    get("method override by header", ask("ASK {}"), 200,
        headers=("X-HTTP-Method-Override: DELETE",)),
    get("method override by parameter", ask("ASK {}") + "&_method=DELETE", 200),
    get("rewritten address by header", "/", 200, headers=("X-Original-URL: /release/",)),
    get("markup in lang", "/?lang=%3Cscript%3Ealert(1)%3C/script%3E", 400,
        headers=("Accept: text/html",), without=(b"<script>alert",)),
    get("markup in a path", "/%3Cscript%3Ealert(1)%3C/script%3E", 404,
        headers=("Accept: text/html",), without=(b"<script>alert",)),
    get("markup in a broken query", ask("</textarea><script>alert(1)</script>"), 400,
        headers=("Accept: text/html",), without=(b"<script>alert",)),
    get("markup in a resource", "/resource?iri=http://x/%22%3E%3Cscript%3Ealert(1)", *GONE,
        headers=("Accept: text/html",), without=(b"<script>alert",)),
    get("markup in an answer", ask("SELECT ('<script>alert(1)</script>' AS ?x) {}"), 200,
        headers=("Accept: text/html",), without=(b"<script>alert",)),
    get("markup in a graph", ask("CONSTRUCT {<a:a> <a:b> '</code><script>alert(1)'} {}"), 200,
        headers=("Accept: text/html",), without=(b"<script>alert",)),
    get("markup in labels", "/doc/org/hostile", 200, headers=("Accept: text/html",),
        without=(b"<script>alert", b"<img src=x", b'href="javascript:', b"1337")),
    get("markup in labels, in French", "/doc/org/hostile?lang=fr", 200,
        headers=("Accept: text/html",), without=(b"<script>alert", b"<img src=x")),
    get("a script as a link in an answer", ask("SELECT (<javascript:alert(1)> AS ?x) {}"), 200,
        headers=("Accept: text/html",), without=(b'href="javascript:',)),
    get("a template in a query", ask("{{ 7 * 191 }}"), 400, headers=("Accept: text/html",),
        without=(b"1337",)),
    get("markup in the host", "/sparql", 200, 400, headers=("Accept: text/html",
        "X-Forwarded-Proto: javascript"), without=(b"javascript:",)),
    Attack("markup as the host", BAD, raw=b"GET /sparql HTTP/1.1\r\nHost: \"><script>alert"
           b"(1)</script>\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n",
           without=(b"<script>alert",)),
    Attack("a header that is spelt like another", (200,), method="POST", headers=(
           f"Content-Type: {QUERY}", "Content_Type: text/plain"), body=b"ASK {}"),
)  # fmt: skip

# Too much
HEAVY = (
    query("a giant query", "ASK { FILTER('" + "a" * 2_000_000 + "' = 'a') }", 413),
    get("a giant address", "/sparql?query=" + "a" * 200_000, 400, 414, 431),
    query("deep groups", "ASK " + "{" * DEEP + "}" * DEEP, *FAILED),
    query("deep parentheses", "SELECT (" + "(" * DEEP + "1" + ")" * DEEP + " AS ?x) {}", *FAILED),
    query("deep negation", "ASK { FILTER(" + "!" * DEEP + "true) }", *FAILED),
    query("deep paths", "ASK { ?s " + "(" * 60_000 + "<a:p>" + ")" * 60_000 + " ?o }", *FAILED),
    query("deep subqueries", "SELECT * " + "{ SELECT * " * DEEP + "{}" + "}" * DEEP, *FAILED),
    query("deep exists", "ASK " + "{ FILTER EXISTS " * DEEP + "{}" + "}" * DEEP, *FAILED),
    query("a long chain of or", "ASK { FILTER(true" + "||true" * LONG + ") }", 200, *FAILED),
    query("a long sum", "SELECT (1" + "+1" * LONG + " AS ?x) {}", 200, *FAILED),
    query("many unions", "ASK { {}" + "UNION {}" * LONG + " }", 200, *FAILED),
    query("many filters", "ASK { " + "FILTER(true) " * LONG + "}", 200, *FAILED),
    query("many optionals", "ASK { " + "OPTIONAL {} " * LONG + "}", 200, *FAILED),
    Attack("a parse that doubles with each bracket", BAD, "/sparql?timeout=1", "POST",
           (f"Content-Type: {QUERY}",), ("ASK { ?s ?p " + "(" * 500 + ")" * 500 + " }").encode()),
    query("a huge IN list", "ASK { FILTER(1 IN (2" + ",2" * 200_000 + ")) }", 200, *FAILED),
    query("a huge VALUES list", "ASK { VALUES ?x {" + " 1" * 200_000 + "} }", 200, *FAILED),
    query("many prefixes", "".join(f"PREFIX p{n}: <a:{n}>\n" for n in range(20_000)) + "ASK {}",
          200, *FAILED),
    query("many hashes", "ASK { " + "#\n" * 300_000 + "}", 200, *FAILED),
    query("many smaller-thans", "ASK { FILTER(" + "?a<" * 30_000 + "1) } # SERVICE ", 400, 403),
    query("many quotes", "ASK { " + "'''''" * 20_000, 400, 403),
    query("many escapes", "ASK { FILTER('" + "\\u0041" * 100_000 + "' = 'a') }", 200, *FAILED),
    get("thousands of parameters", "/sparql?" + "a=1&" * 5_000 + "query=ASK%7B%7D", 400, 414),
    Attack("thousands of parameters in a form", BAD, method="POST",
           headers=(f"Content-Type: {FORM}",), body=b"a=1&" * 100_000 + b"query=ASK{}"),
    get("a thousand graphs", ask("ASK { ?s ?p ?o }") + "&default-graph-uri=a:b" * 900,
        200, 400, 414),
    get("a huge format", ask("ASK {}") + "&format=" + "x" * 20_000, 400, 406, 414),
    get("a huge lang", "/?lang=" + "x" * 20_000, 400, 414),
    get("a huge Accept", ask("ASK {}"), 200, 400, 406, 431,
        headers=("Accept: " + "a/b;q=0.1," * 4_000 + "*/*",)),
    get("an absurd Accept", ask("ASK {}"), 200, 400, 406,
        headers=("Accept: ;;;,,,q=;/;*/;q=NaN, */*;q=1e999;;=",)),
    get("an Accept with a wild q", ask("ASK {}"), 200, 400, 406, headers=("Accept: */*;q=inf",)),
    get("a huge Accept-Language", "/", 200, 400, 431,
        headers=("Accept-Language: " + "zz;q=0.1," * 4_000 + "fr",)),
    get("many headers", "/", 200, 400, 431, headers=tuple(f"X-{n}: 1" for n in range(500))),
    Attack("a zip bomb", (400, 413, 415), method="POST",
           headers=(f"Content-Type: {QUERY}", "Content-Encoding: gzip"),
           body=gzip.compress(b"ASK {}" + b" " * 50_000_000)),
    Attack("a chain of encodings", (400, 413, 415), method="POST",
           headers=(f"Content-Type: {QUERY}", "Content-Encoding: " + "gzip, " * 50 + "gzip"),
           body=gzip.compress(gzip.compress(b"ASK {}"))),
    Attack("a huge multipart form", (400, 413, 415), method="POST",
           headers=("Content-Type: multipart/form-data; boundary=x",),
           body=b'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\nASK {}\r\n' * 5_000),
)  # fmt: skip

# Malformed
MALFORMED = (
    get("a lone percent", "/sparql?query=ASK%7B%7D%", 400, 200),
    get("a wrong percent", "/sparql?query=%zz", 400),
    get("bytes beyond UTF-8", "/sparql?query=ASK%7B%27%ff%fe%27%7D", 400),
    get("an overlong slash", "/release/..%c0%af..%c0%afsecret.txt", *GONE),
    get("a surrogate", "/sparql?query=ASK%7B%27%ed%a0%80%27%7D", 400),
    get("a NUL in a query", ask("ASK { \0 }"), 400),
    get("a NUL in a path", "/doc/org/%00", *GONE),
    get("a NUL in a graph", ask("ASK {}") + "&default-graph-uri=a:%00", 200, 400),
    query("a surrogate escape", "ASK { FILTER('\\uD800' = 'a') }", 400, 200),
    query("an escape beyond Unicode", "ASK { FILTER('\\UFFFFFFFF' = 'a') }", 400),
    query("right-to-left marks", "ASK { \u202e}\u202d }", 400),
    query("a lone quote", "ASK { '", 400),
    query("a lone backslash", "ASK { \\", 400),
    get("a relative graph", ask("ASK {}") + "&default-graph-uri=../x", 400),
    get("a graph that breaks out", ask("ASK {}") + "&default-graph-uri=a:%3E%20%7B%7D", 400),
    get("a graph of spaces", ask("ASK {}") + "&named-graph-uri=%20", 400),
    get("a resource that breaks out", "/resource?iri=a:%3E%20?p%20?o%20%7D%23", *GONE),
    get("an identifier that breaks out", "/doc/org/x%3E%20?p%20?o%20%7D%20%23", *GONE),
    get("an identifier with quotes", "/doc/org/x%22%27", *GONE),
    wire("a NUL in the request line", b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    wire("a TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, 400, 0),
    wire("no HTTP at all", b"hello\r\n\r\n", 400, 0),
    wire("a method that is none", b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    wire("a strange method", b"FROBNICATE /sparql HTTP/1.1\r\nHost: x\r\n"
         b"Connection: close\r\n\r\n", 405, 501),
    wire("TRACE", b"TRACE / HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\nConnection: close\r\n\r\n",
         405, 501),
    wire("CONNECT", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
         400, 404, 405, 501, 0),
    wire("an address of another site", b"GET http://evil.example/sparql?query=ASK%7B%7D HTTP/1.1"
         b"\r\nHost: x\r\nConnection: close\r\n\r\n", 200, 400, 421),
    wire("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
         400),
    wire("no host", b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    wire("no host in HTTP/1.0", b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\n\r\n", 200),
    wire("two lengths", post_head("Content-Length: 5", "Content-Length: 6") + b"ASK{}", 400),
    wire("a negative length", post_head("Content-Length: -1"), 400),
    wire("a length beyond numbers", post_head("Content-Length: " + "9" * 40), 400, 413),
    wire("a length beyond the limit",
         post_head(f"Content-Type: {QUERY}", "Content-Length: 999999999999"), 400, 413),
    wire("length and chunks", post_head(f"Content-Type: {QUERY}", "Content-Length: 3",
         "Transfer-Encoding: chunked") + b"6\r\nASK {}\r\n0\r\n\r\n", 200, 400),
    wire("broken chunks", post_head(f"Content-Type: {QUERY}", "Transfer-Encoding: chunked")
         + b"zz\r\nASK {}\r\n0\r\n\r\n", 400),
    wire("endless chunks", post_head(f"Content-Type: {QUERY}", "Transfer-Encoding: chunked")
         + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 40 + b"0\r\n\r\n", 400, 413),
    wire("a folded header", b"GET / HTTP/1.1\r\nHost: x\r\nAccept: a\r\n b\r\n"
         b"Connection: close\r\n\r\n", 200, 400, 406),
    wire("two media types", post_head(f"Content-Type: {QUERY}", f"Content-Type: {FORM}",
         "Content-Length: 6") + b"ASK {}", 200, 400, 415),
    wire("bytes in headers", b"GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: \xff\xfe\r\n"
         b"Connection: close\r\n\r\n", 200, 400),
)  # fmt: skip

ATTACKS = (*REACHING_OUT, *HARMLESS, *TRAVERSAL, *INJECTION, *HEAVY, *MALFORMED)


@pytest.fixture(autouse=True)
def unharmed(server: Server, canary: socket.socket) -> object:
    yield
    assert lives(server)
    with contextlib.suppress(BlockingIOError):
        caller, _ = canary.accept()
        caller.close()
        pytest.fail("the server called somebody")


def lives(server: Server) -> bool:
    asked = Attack("still there?", (200,), ask("ASK {}"))
    # A worker that fell is replaced; a connection to it may be cut once.
    return any(say(server, asked.request(0)).status == 200 for _ in range(3))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gets_a_right_status_and_nothing_else(
    server: Server, canary: socket.socket, attack: Attack
) -> None:
    reply = say(server, attack.request(canary.getsockname()[1]))
    assert reply.status in attack.statuses, (reply.head, reply.body[:500])
    shown = reply.head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + reply.body
    for leak in (*LEAKS, *attack.without):
        assert leak not in shown
    assert "set-cookie" not in names(reply)
    assert "evil.example" not in names(reply).get("location", "")


def names(reply: Reply) -> dict[str, str]:
    lines = (line.partition(": ") for line in reply.head.split("\r\n"))
    return {name.lower(): value for name, _, value in lines}


def test_there_are_enough_attacks_and_each_has_its_own_name() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60


# More than the server has threads.
SLOW_CLIENTS = 100
SLOW_STARTS = (
    b"GET /sparql HTTP/1.1\r\nHost: x\r\n",
    (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
     b"Content-Length: 1000\r\n\r\nASK"),
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nAS",
    b"",
)  # fmt: skip


@pytest.mark.parametrize("start", SLOW_STARTS, ids=["headers", "body", "chunk", "silence"])
def test_clients_that_never_finish_keep_nobody_waiting(server: Server, start: bytes) -> None:
    with contextlib.ExitStack() as waiting:
        for _ in range(SLOW_CLIENTS):
            idle = waiting.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            idle.sendall(start)
        assert lives(server)


def test_a_reader_that_never_reads_keeps_nobody_waiting(server: Server) -> None:
    endless = ask("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    request = Attack("", (), endless, headers=("Accept: text/csv",)).request(0)
    with contextlib.ExitStack() as waiting:
        for _ in range(2):
            idle = waiting.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            idle.sendall(request)
            assert idle.recv(1)
        assert lives(server)


def test_a_truncated_body_is_not_taken_for_a_whole_one(server: Server) -> None:
    cut = post_head(f"Content-Type: {FORM}", "Content-Length: 100") + b"query=ASK%7B%7D"
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(cut)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(ConnectionError):
            while chunk := connection.recv(65536):
                received += chunk
    assert b" 200 " not in received[:20]
