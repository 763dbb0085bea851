"""
What a server answers to some two thousand requests, written down and compared.

`python -m benchmarks.record write FILE` asks the server of this tree, `python -m benchmarks.record
compare OLD NEW` tells what has changed: so that code is moved and renamed without anybody noticing.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from difflib import unified_diff
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.servers import ROOT

# Of these headers the values differ between two answers that are the same.
PASSED_OVER = frozenset({"date", "server-timing", "age", "x-request-id", "query-id"})
PORT = 18799
SUFFIXES = ("", ".html", ".ttl", ".jsonld", ".rdf", ".nt", ".nq", ".trig", ".bib", ".csl.json")
ACCEPTS = (
    "text/html", "text/turtle", "application/ld+json", "application/rdf+xml",
    "application/n-triples", "application/trig", "application/linkset+json",
    "application/x-bibtex", "text/x-bibliography; style=apa; locale=fr-FR", "image/png",
    "application/vnd.citationstyles.csl+json;q=0.5, text/html;q=0.4",
)  # fmt: skip
RESULTS = (
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv",
    "text/tab-separated-values", "text/turtle", "application/ld+json", "text/html",
    "application/vnd.apache.arrow.stream", "application/json",
)  # fmt: skip
PROFILES = ("alt", "cbd", "current", "full", "schema", "assertions", "nothing")
PAGES = (
    "/", "/?lang=fr", "/about/", "/about/method", "/about/citing", "/about/licences",
    "/about/corrections",
    "/about/corrections?iri=https%3A%2F%2Fw3id.org%2Fpartage%2Fid%2Fclaim%2Fc0024", "/browse/",
    "/timeline", "/timeline?about=org%2Fnetflix", "/disputes", "/flows.json", "/compare",
    "/compare?a=netflix&b=spotify", "/compare?a=a0005&b=a0001", "/compare?a=nobody&b=netflix",
    "/search", "/search?q=netflix", "/search?q=mesages", "/search.json?q=amazon",
    "/opensearch.xml", "/search?q=c0024", "/sparql", "/examples", "/sparql/terms.json",
    "/release/", "/download/", "/.well-known/void", "/dcat", "/context.jsonld", "/sitemap.xml",
    "/sitemap-1.xml", "/sitemap-99.xml", "/robots.txt", "/healthz", "/readyz", "/ns", "/ns.ttl",
    "/ns.owl", "/ns/0.1.0", "/ns/9.9.9", "/doc/ns", "/doc/ns.ttl", "/doc/shapes.html",
    "/doc/profiles", "/doc/profiles.ttl", "/doc/", "/doc/.ttl", "/doc/graph/ontology",
    "/doc/graph/ontology.ttl", "/doc/graph/inferred", "/doc/graph/inferred.nt",
    "/doc/graph/entities.trig", "/id/org/facebook", "/voc/data-category",
    "/doc/voc/data-category/private-messages", "/graph/entities",
    "/resource?iri=http%3A%2F%2Fxmlns.com%2Ffoaf%2F0.1%2Fname", "/resource?iri=nothing",
    "/resource", "/doc/org/nobody", "/doc/claim/c9999", "/id/claim/c0024", "/id/claim/c0024/v1",
    "/doc/claim/c0024/v1.nanopub", "/doc/claim/c0024/v1.nanopub.trig",
    "/doc/claim/c0024/v9.nanopub",
    "/doc/claim/c0024/v1.RAxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "/cite",
    "/timemap/doc/org/facebook", "/timemap/nothing", "/timemap/", "/linkset/doc/org/facebook",
    "/linkset/doc/org/facebook.json", "/linkset/nothing", "/static/partage.css",
    "/static/nothing", "/statement/", "0", "/doc/statement/", "0", "/query/", "0", "/nothing",
    "/.well-known/sparql-examples/01", "/.well-known/sparql-examples/99", "/sparql/queries/none",
    "/doc/org/facebook?page=2", "/doc/org/facebook?page=x", "/doc/org/facebook?lang=de",
    "/sparql/", "/release/2026.11.0", "/release/2026.11.0.ttl", "/release/2026.11.0.bib",
    "/release/2026.11.0/", "/release/2026.11.0/doc/org/facebook", "/release/2026.11.0/sparql",
    "/release/2026.11.0/doc/org/facebook.ttl", "/release/2026.11.0/nothing", "/release/1999.1.0",
    "/release/2026.11.0/diff/1999.1.0", "/release/2026.11.0/browse/claims.csv",
    "//doc//org/facebook", "/release/2026.11.0/download/", "/release/2026.11.0/timeline?lang=fr",
    "/%ff", "/doc/%00",
)  # fmt: skip
KINDS = ("claims", "flows", "agreements", "organizations", "sources", "things")
VIEWS = (
    "", ".csv", ".json", ".ttl", ".xyz", "?page=2", "?page=99", "?q=net", "?lang=fr", "?sort=label",
)  # fmt: skip
PARAMETERS = (
    "format", "output", "graphs", "default-graph-uri", "timeout", "$x", "infer", "lang",
)  # fmt: skip
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HEADERS = (
    ("part", "Range", "bytes=10-99"), ("part", "Range", "bytes=99999999-"),
    ("compressed", "Accept-Encoding", "gzip"), ("condition", "If-None-Match", "*"),
    ("condition", "If-Match", '"nothing"'), ("time", "Accept-Datetime", "yesterday"),
    ("time", "Accept-Datetime", "Fri, 27 Nov 2026 12:00:00 GMT"),
)  # fmt: skip
SYNTAX = (
    "SELECT", "SELECT * {", "SELECT * { ?s ?p }", "SELECT ?x { ?s ?p ?o } GROUP BY ?s",
    "ASK { ?s x:y ?o }", "INSERT DATA { <a:b> <a:c> 1 }",
    "SELECT * { SERVICE <http://x.example/> { ?s ?p ?o } }",
    "SELECT * { ?s skos:prefLabel 'Netflix' }", "SELECT * { ?s skos:prefLabl ?o }",
    "LOAD <http://x.example/>", "SELECT * FROM <http://x.example/g> { ?s ?p ?o }",
    "SELECT (REPLACE('a', '(?:a)', 'b') AS ?x) {}", "SELECT * { ?s <http://x.example/<> ?o }", "",
    "DESCRIBE <https://w3id.org/partage/id/org/netflix>", "CONSTRUCT WHERE { ?s a ds:Agreement }",
    "ASK {}", "SELECT * { ?s ?p 'a\nb' }", "SELECT (1/0 AS ?x) {}",
    "SELECT ?s { ?s a ds:Claim } LIMIT 3", "SELECT * { BIND(ds:nothing(1) AS ?x) }",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    kind: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""


def requests(documents: list[str]) -> Iterator[Asked]:
    """Yield what is asked, in one order; `documents` are the paths of the site's map."""
    yield from of_pages()
    for document in documents:
        yield from of_document(document)
    for document in documents[::8]:
        yield from of_versions(document)
    for kind in KINDS:
        yield from (Asked("browse", f"/browse/{kind}{view}") for view in VIEWS)
    yield from of_queries()
    yield from of_bodies()


def of_pages() -> Iterator[Asked]:
    """Yield what is asked of single pages."""
    for page in PAGES:
        yield Asked("page", page)
        yield Asked("page in French", page, {"Accept-Language": "fr", "Accept": "text/html"})
        yield Asked("page as data", page, {"Accept": "text/turtle, application/json;q=0.5"})
        yield Asked("head", page, {}, "HEAD")
    for page in PAGES[:12]:
        yield Asked("method", page, {"Origin": "http://x.example"}, "OPTIONS")
        yield Asked("method", page, {}, "DELETE")
        for kind, name, value in HEADERS:
            yield Asked(kind, page, {name: value})


def of_document(document: str) -> Iterator[Asked]:
    """Yield what is asked of the document of each thing."""
    for suffix in SUFFIXES:
        yield Asked("document by suffix", document + suffix)
    for profile in PROFILES[:4]:
        yield Asked("document by profile", f"{document}?_profile={profile}")
    iri = "https://w3id.org/partage" + document.replace("/doc/", "/id/", 1)
    yield Asked("citation", f"/cite?{urlencode({'iri': iri, 'format': 'ris'})}")
    yield Asked("document in French", document + "?lang=fr")
    yield Asked("corrections", f"/about/corrections?{urlencode({'iri': iri})}")


def of_versions(document: str) -> Iterator[Asked]:
    """Yield what is asked of some documents only."""
    for accept in ACCEPTS:
        yield Asked("document by Accept", document, {"Accept": accept})
    for profile in PROFILES:
        accept = f"<https://w3id.org/partage/profiles/{profile}>"
        yield Asked("document by profile", document, {"Accept-Profile": accept})
    for kind in ("/linkset", "/timemap", "/release/2026.11.0"):
        yield Asked(kind, kind + document)
    yield Asked("release", f"/release/2026.11.0{document}.jsonld")


def of_queries() -> Iterator[Asked]:
    """Yield queries, right and wrong, in every way to ask them."""
    for path in sorted((ROOT / "ontology/competency").glob("*.rq")):
        target = "/sparql?" + urlencode({"query": path.read_text(encoding="utf-8")})
        for accept in RESULTS[:5]:
            yield Asked("query", target, {"Accept": accept})
    for query in SYNTAX:
        target = "/sparql?" + urlencode({"query": query})
        for accept in RESULTS:
            yield Asked("short query", target, {"Accept": accept})
        yield Asked("query in French", target, {"Accept": "text/html", "Accept-Language": "fr"})
        body = urlencode({"query": query})
        yield Asked("posted query", "/sparql", {**FORM, "Accept": "text/csv"}, "POST", body)
        whole = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
        yield Asked("posted query", "/sparql?graphs=asserted", whole, "POST", query)
        yield Asked("why", "/sparql/why?" + urlencode({"query": query}))
        yield Asked("why", "/sparql/why.json?" + urlencode({"query": query}))
    for name in PARAMETERS:
        for value in ("csv", "nothing", "asserted", "http://x.example/g", "1"):
            asked = urlencode({"query": "SELECT ?s { ?s a ds:Person }", name: value})
            yield Asked("parameter", f"/sparql?{asked}", {"Accept": "text/csv"})


def of_bodies() -> Iterator[Asked]:
    """Yield what is sent by POST besides queries."""
    for query in (SYNTAX[19], "SELECT"):
        body = urlencode({"query": query, "title": "A title"})
        yield Asked("cite", "/query", FORM, "POST", body)
    iri = quote("https://w3id.org/partage/id/org/netflix", safe="")
    yield Asked("labels", "/labels.json", FORM, "POST", f"iri={iri}")
    yield Asked("body", "/sparql", {"Content-Type": "text/plain"}, "POST", "SELECT")
    yield Asked("body", "/sparql", FORM, "POST", "query=" + "x" * 3_000_000)


def ask(asked: Asked) -> dict[str, Any]:
    """Return an answer as it is written down."""
    connection = HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request(asked.method, asked.target, asked.body.encode() or None, asked.headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    headers = sorted(
        [name.lower(), value]
        for name, value in answer.getheaders()
        if name.lower() not in PASSED_OVER
    )
    text = body.decode("utf-8", "backslashreplace")
    return {**asdict(asked), "status": answer.status, "answered": headers, "text": text}


def write(file: Path) -> None:
    """Ask a server of this tree and write down what it answers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"PARTAGE_QUERY_STORE": f"{folder}/queries.jsonl", "PYTHONHASHSEED": "0"}
        process = subprocess.Popen(
            [sys.executable, "-m", "partage", "serve", "--port", str(PORT)],
            env={**os.environ, "PYTHONPATH": "server", **settings}, cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _record(file)
        finally:
            process.terminate()
            process.wait(20)


def _record(file: Path) -> None:
    ready = Asked("ready", "/readyz")
    for _ in range(300):
        try:
            if ask(ready)["status"] == 200:
                break
        except OSError:
            pass
        time.sleep(0.2)
    found = str(ask(Asked("map", "/sitemap-1.xml"))["text"])
    paths = sorted(re.findall(r"<loc>https?://[^/]+(?:/partage)?(/doc/[^<]+)</loc>", found))
    kinds = defaultdict(list)
    for path in paths:
        kinds[path.split("/")[2]].append(path)
    chosen = [path for kind in kinds.values() for path in kind[:: max(len(kind) // 4, 1)]]
    started = time.monotonic()
    statuses: dict[object, int] = defaultdict(int)
    with gzip.open(file, "wt", encoding="utf-8") as written:
        for asked in requests(chosen):
            answer = ask(asked)
            statuses[answer["status"]] += 1
            written.write(json.dumps(answer, ensure_ascii=False) + "\n")
    seconds = round(time.monotonic() - started)
    print(f"{sum(statuses.values())} requests in {seconds} s, by status: {dict(statuses)}")


def compare(old: Path, new: Path, most: int) -> int:
    """Tell what differs, and return how many answers do."""
    before, after = _read(old), _read(new)
    different = defaultdict(list)
    for name in before.keys() | after.keys():
        one, other = before.get(name), after.get(name)
        if one != other:
            different[str((one or other or {})["kind"])].append((name, one, other))
    for kind, members in sorted(different.items()):
        print(f"== {kind}: {len(members)}")
        for name, one, other in sorted(members, key=lambda member: member[0])[:most]:
            print(name[:200])
            if one is None or other is None:
                print("   only in", "NEW" if one is None else "OLD")
                continue
            for line in [*unified_diff(_lines(one), _lines(other), lineterm="", n=0)][2:12]:
                print("   ", line[:200])
    number = sum(map(len, different.values()))
    print(f"{number} of {len(before)} answers differ")
    return number


def _lines(answer: dict[str, Any]) -> list[str]:
    head = [f"status {answer['status']}", *map(str, answer["answered"])]
    return [*head, *str(answer["text"]).splitlines()]


def _read(file: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        answers = [json.loads(line) for line in lines]
    for answer in answers:  # the order of what an answer varies by means nothing
        answer["answered"] = [
            [name, ", ".join(sorted(value.split(", "))) if name == "vary" else value]
            for name, value in answer["answered"]
        ]
    return {json.dumps([a["method"], a["target"], a["headers"], a["body"]]): a for a in answers}


def main() -> None:
    """Write a record or compare two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=("write", "compare"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=3, help="examples of each kind")
    given = parser.parse_args()
    if given.action == "write":
        write(given.files[0].absolute())
    else:
        sys.exit(bool(compare(given.files[0], given.files[1], given.most)))


if __name__ == "__main__":
    main()
