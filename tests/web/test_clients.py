"""The clients that people use, against a server as it is run: its own process, over HTTP."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, parse, parse_query_results

import small_dataset
from partage.rdf.namespaces import GRAPH, ID

LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
NAMES = f"SELECT ?name {{ <{ID}org/netflix> <{LABEL}> ?name }} ORDER BY ?name"
COUNTS = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{ID}org/netflix> ?p ?o }}"
SECONDS_TO_START = 30


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the small dataset."""
    release = small_dataset.release(tmp_path_factory.mktemp("clients") / "release")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PARTAGE_RELEASE": str(release),
        "PARTAGE_WORKERS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "partage", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/sparql"
    try:
        _await(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _await(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not answer within {SECONDS_TO_START} s")


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


def test_curl_unpacks_a_compressed_stream(endpoint: str) -> None:
    query = (
        f"{endpoint}?{urlencode({'query': 'SELECT * { ?a ?b ?c . ?d ?e ?f }', 'format': 'tsv'})}"
    )
    plain, packed = curl(query), curl("--compressed", query)
    assert len(plain) > 100_000
    assert sorted(plain.splitlines()) == sorted(packed.splitlines())


def test_sparqlwrapper(endpoint: str) -> None:
    from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, TURTLE, SPARQLWrapper
    from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(NAMES)
    wrapper.setReturnFormat(JSON)
    for method, way in ((GET, None), (POST, None), (POST, POSTDIRECTLY)):
        wrapper.setMethod(method)
        if way:
            wrapper.setRequestMethod(way)
        found = wrapper.query().convert()
        assert isinstance(found, dict)
        assert [row["name"]["xml:lang"] for row in found["results"]["bindings"]] == ["en", "fr"]
    wrapper.setReturnFormat(CSV)
    assert wrapper.query().convert() == b"name\r\nNetflix\r\nNetflix\r\n"
    wrapper.setQuery(CONSTRUCT)
    wrapper.setReturnFormat(TURTLE)
    turtle = wrapper.query().convert()
    assert isinstance(turtle, bytes)
    assert len(list(parse(turtle, format=RdfFormat.TURTLE))) == 5
    wrapper.setQuery("SELECT * { ?s }")
    wrapper.setReturnFormat(JSON)
    with pytest.raises(QueryBadFormed, match="Line 1, column 15"):
        wrapper.query()


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


def test_pandas_reads_csv_from_the_address(endpoint: str) -> None:
    import pandas as pd

    frame = pd.read_csv(f"{endpoint}?{urlencode({'query': COUNTS, 'format': 'csv'})}")
    assert list(frame.columns) == ["p", "n"]
    assert frame["n"].dtype == "int64"
    assert frame["n"].sum() == int(_total(endpoint))


def test_pandas_reads_parquet_and_arrow_with_their_types(endpoint: str) -> None:
    import pandas as pd

    pa = pytest.importorskip("pyarrow", reason="install the extra `arrow`")
    frame = pd.read_parquet(io.BytesIO(fetch(endpoint, query=COUNTS, format="parquet")))
    assert frame["n"].dtype == "int64"
    assert frame["n"].sum() == int(_total(endpoint))
    stream = pa.ipc.open_stream(fetch(endpoint, query=COUNTS, format="arrow"))
    assert stream.read_pandas().equals(frame)
    remote = pd.read_parquet(f"{endpoint}?{urlencode({'query': COUNTS, 'format': 'parquet'})}")
    assert remote.equals(frame)


def _total(endpoint: str) -> str:
    answer = json.loads(fetch(endpoint, query="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
    return str(answer["results"]["bindings"][0]["n"]["value"])


FORMS = {
    "SELECT": NAMES,
    "ASK": "ASK { ?s ?p ?o }",
    "CONSTRUCT": CONSTRUCT,
    "DESCRIBE": f"DESCRIBE <{ID}org/netflix>",
}
SAID = ("JSON", "XML", "TURTLE", "N3", "RDF", "RDFXML", "CSV", "TSV", "JSONLD")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("form", FORMS)
def test_sparqlwrapper_gets_each_form_in_each_format(
    endpoint: str, form: str, said: str, method: str
) -> None:
    import SPARQLWrapper as library  # noqa: N813  # the name of a module and a class

    asking = library.SPARQLWrapper(endpoint)
    asking.setMethod(method)
    asking.setReturnFormat(getattr(library, said))
    asking.setQuery(FORMS[form])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it makes of formats that do not fit a form
        answer = asking.query().response
    media_type = answer.headers.get_content_type()
    body = answer.read()
    if form in {"CONSTRUCT", "DESCRIBE"}:
        known = {
            "text/turtle": RdfFormat.TURTLE, "text/n3": RdfFormat.TURTLE,
            "text/rdf+n3": RdfFormat.TURTLE, "application/rdf+xml": RdfFormat.RDF_XML,
            "application/ld+json": RdfFormat.JSON_LD, "application/json": RdfFormat.JSON_LD,
            "application/n-triples": RdfFormat.N_TRIPLES,
        }  # fmt: skip
        assert list(parse(body, format=known[media_type]))
        wanted = {"TURTLE": RdfFormat.TURTLE, "JSONLD": RdfFormat.JSON_LD, "XML": RdfFormat.RDF_XML,
                  "RDFXML": RdfFormat.RDF_XML, "N3": RdfFormat.TURTLE}.get(said)  # fmt: skip
        assert wanted is None or known[media_type] == wanted
    else:
        wanted_type = {"JSON": "json", "XML": "xml", "CSV": "csv", "TSV": "tab-separated-values"}
        assert body
        assert said not in wanted_type or wanted_type[said] in media_type or form == "ASK"


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
