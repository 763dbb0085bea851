"""Values of addresses, headers and bodies that are right or odd, for `odd_requests`."""

import re
from pathlib import Path
from urllib.parse import quote

import partage.web
from partage.citation.citation_formats import CITATION_FORMATS
from partage.rdf.formats import ALL_FORMATS
from partage.rdf.namespaces import BASE
from three_releases import FIRST, THIRD

LONG = "x" * 20_000
QUERY = "SELECT * { ?s ?p ?o } LIMIT 3"
# Queries that find nothing, are wrong, or name odd things.
QUERIES = [
    QUERY,
    "ASK {}",
    "DESCRIBE <https://w3id.org/partage/id/org/netflix>",
    "SELECT",
    "INSERT DATA {}",
    "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2",
    "SELECT * { ?s <a:[> ?o . ?o <a:%zz> ?s }",
    "SELECT * { ?s org:x ?o }",
    "PREFIX d: <https://w3id.org/partage/ns#> ASK * { ?f d:hasRecipent ?o ; d:isPartOf d:nothing }",
    "PREFIX org: <http://w3id.org/partage/id/org/> SELECT * { ?f ?p org:netflix, org:éß }",
    "PREFIX e: <a:/> PREFIX g: <https://w3id.org/partage/ns#> SELECT * { ?s e:x ?o . ?o g:€ ?z }",
    "SELECT * { ?s <b/c:d> ?o . ?o <x:y>/<../z> ?v }",
    "BASE <http://[> SELECT * { <x> ?p ?o }",
    "SELECT * { ?s <https://w3id.org/partage/ns#has\\u0052ecipient> ?o }",
    'SELECT * { ?s ?p "\\ud800" }',
    "SELECT * { GRAPH <https://w3id.org/partage/graph/nothing> { ?s ?p ?o } }",
    "﻿ASK {}",
    'ASK { ?s ?p """',
    "SELECT * { ?s ?p ?o FILTER(?o > 99999999999999999999999999) } ORDER BY ?o",
    "SELECT (1/0 AS ?x) (<a:b>(1) AS ?y) {}",
]
# Values as they stand in an address, most of them encoded.
ODD = [
    "", " ", "0", "-1", "1", "2", "9" * 30, "9" * 5_000, "1e400", "NaN", "%E2%82%AC",
    "\u20ac".encode().decode("latin-1"),
    "%FF%FE", "%00", "%0A", "%0D%0AX-Injected:1", "%C2%80", "%ED%A0%80", "%F3%B0%80%80",
    "%EF%B7%90",
    "%25s", "%25%28name%29s", "%25zz", "{x}", "{{7*7}}", "..", "../../etc/passwd", "%2e%2e%2f",
    ";", "a=b&a=c",
    LONG, "%C3%A9" * 3_000, "%22%3E%3Cscript%3E", "'", "\\", "%5Cu0022", "html", "json", "ttl",
        "bibtex", "csl.json",
    "0000-00-00", "99999-01-01", "-0001", "fr", "en", "de", "xx-YY", "*", "true", "%F0%9F%98%80",
    "\u0130".encode().decode("latin-1"),
    "%28", "[", "?", "a:b", "c:c0001", "org:%C2%BD", "org:-x", "/doc/org/netflix", "s", "netflix",
    "netfilx~1 OR",
    *(quote(BASE + local, safe="") for local in (
        "", "id/org/netflix", "id/org/nobody", "id/claim/c0001/v1#assertion", "ns#Claim",
        "graph/claims",
        "release/2026.11.0", "release/2026.11.0/id/org/netflix", "release/nothing/id/x",
        "id/org/\x80", "id/org/[",
        "id/org/%zz", "id/org/\ue000", "id/org/ x", "id/org/>x", "id/org/%", "#", "id/org/x#a#b",
        "statement/" + "0" * 64,
        ".well-known/sparql-examples/recipients", ".well-known/sparql-examples/x> ?p ?o } #",
        "query/1",
    )),
    "http://%5B", "http://%5B::1%5D/", "urn:%F3%B0%80%80", "javascript:alert(1)", "data:,x",
    "a:" + LONG,
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
    "name": ["claims", "agreements", "flows.json", "organizations.csv", "sources.ttl",
        "recipients", "denied",
             "dataset.nq.gz", "manifest.json", "0" * 64 + ".html"],
    "filename": ["style.css", "../app.py"],
    "identifier": ["1"],
    "local": ["org/netflix", "org/netflix.ttl", "claim/c0001", "claim/c0001/v1",
        "claim/c0001.bibtex", "flow/f0001",
              "voc/data-category", "ns", "dataset", "graph/claims", "org/netflix-inc",
              "claim/c0004.html",
              "doc/org/netflix", "sparql", "search", "resource", "cite", "browse/claims",
              "facebook"],
    "rest": ["doc/org/netflix", "sparql", "search", "cite", "resource", "browse/claims", "x"],
}  # fmt: skip
# What would be part of a query where it ended an IRI, a string, or a comment.
PLANTED = [
    quote(start + mark + " ?p ?o } # PLANTED", safe="")
    for start in ("", BASE + "id/org/x")
    for mark in (">", '"', "'", "\\", "\n", "\\u003E", "\\u0022", "\\u005C\\u0022", " ", "}")
]
# What a parameter may well be.
GOOD = {
    "query": [*map(quote, QUERIES)],
    "iri": ["id/org/netflix", "claim/c0001"], "default-graph-uri": ["a:b"],
        "named-graph-uri": ["a:b"],
    "q": ["netflix", "%22"], "a": ["netflix", "a0001"], "b": ["facebook", "a0001"],
        "number": ["recipients", "1"],
    "kind": ["organization"], "limit": ["3"], "timeout": ["1"], "sort": ["label", "-label"],
    "style": ["apa", "chicago"], "_profile": ["full", "alt"], "version": ["1.1", FIRST],
}  # fmt: skip
# What the routes read, by the beginning of their paths; others as every route may.
READ = {
    "/browse/": ["type", "speaker", "provider", "recipient", "organization", "country", "status",
        "q", "sort", "page"],
    "/cite": ["iri", "format", "style", "lang"],
    "/compare": ["a", "b", "format"],
    "/resource": ["iri", "page", "format", "_profile", "_mediatype"],
    "/doc/": ["page", "format", "_profile", "_mediatype", "style"],
    "/search": ["q", "kind", "limit", "page"],
    "/sparql": ["query", "format", "default-graph-uri", "named-graph-uri", "timeout", "graphs",
        "version"],
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
    *dict.fromkeys([fmt.media_type for fmt in ALL_FORMATS]),
    *dict.fromkeys([fmt.media_type for fmt in CITATION_FORMATS]),
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
    "ACCEPT": [*ACCEPTS, *BROKEN,
               'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"',
               "text/x-bibliography;style=nothing;locale=\xe9"],
    "ACCEPT_LANGUAGE": ["fr", "en;q=0, fr;q=NaN", "*", "x" * 300, *BROKEN],
    "ACCEPT_ENCODING": ["gzip", "br, zstd", "identity;q=0", "*;q=0", *BROKEN],
    "ACCEPT_PROFILE": ["<a:b>;q=2", "<", "<http://www.w3.org/ns/dx/connegp/altr>", *BROKEN],
    "ACCEPT_DATETIME": [
        "Thu, 01 Jan 1970 00:00:00 GMT", "Wed, 20 Jan 2027 08:15:30 GMT",
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 99999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:60 -9999",
        "Thu, 99 Foo 2026 25:61:61 GMT", "2026-11-25", *BROKEN,
    ],
    "RANGE": ["bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=" + "9" * 40 + "-", "bytes=0-0,2-3",
        "lines=1", *BROKEN],
    "IF_NONE_MATCH": ["*", 'W/"x"', '"', *BROKEN],
    "IF_MODIFIED_SINCE": ["Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 99999 23:59:59 GMT",
        *BROKEN],
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
CONTENT_TYPES = [FORM, FORM, FORM, "application/sparql-query", "multipart/form-data; boundary=x",
    "multipart/form-data",
                 "application/json", "text/plain; charset=utf-16", "application/sparql-update",
                 *BROKEN]  # fmt: skip
BODIES = [*("query=" + quote(query) for query in QUERIES), QUERY, "iri=a:b&iri=http://%5B",
    "--x\r\n\r\n--x--", "\xff\xfe", "", "{}", "[" * 2_000,
          "query=%FF", "query=", "update=CLEAR+ALL"]  # fmt: skip
