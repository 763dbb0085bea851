"""What a cited result shows and hands out: Q6 (R10-R12) of RDA Data Citation."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
import signposting
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, parse

import cited
import described_app
from cited import BROWSER, SAME, WHO, cite, facts, links
from links import of
from markup import strange_scripts
from partage.citation.citation_formats import CITATION_FORMATS, CitationFormat
from partage.rdf.formats import GRAPH_FORMATS, Format, by_key
from partage.rdf.namespaces import EDITORS, LICENSE, iri


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return cited.app(tmp_path).test_client()


@pytest.mark.meets("Q6")
def test_q6_the_landing_page_tells_a_person_everything(client: FlaskClient) -> None:
    page = client.get(cite(client, graphs="claims"), headers=BROWSER)
    assert page.mimetype == "text/html"
    for said in (
        "2 solutions from release 2026.11.0",
        "SELECT ?who",
        "graphs=claims",
        "The Gazette &amp; &lt;Co&gt;",
        cited.record().rdfc10,
        "Partage editors. (20",
        ">Verify</button>",
        "/release/2026.11.0/sparql?query=",
    ):
        assert said in page.text, said


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.key)
@pytest.mark.meets("Q6")
def test_q6_the_record_comes_in_every_format_by_accept_and_by_suffix(
    client: FlaskClient, fmt: Format
) -> None:
    path = cite(client)
    name = NamedNode("https://w3id.org/partage" + path)
    by_accept = client.get(path, headers={"Accept": fmt.media_type})
    by_suffix = client.get(f"{path}.{fmt.extension}")
    assert by_accept.mimetype == by_suffix.mimetype == fmt.media_type
    assert by_accept.data == by_suffix.data
    assert fmt.rdf is not None
    found = {(q.subject, q.predicate.value, q.object) for q in parse(by_accept.data, fmt.rdf)}
    release = NamedNode("https://w3id.org/partage/release/2026.11.0")
    assert (name, iri("prov:wasDerivedFrom"), release) in found
    query = NamedNode(name.value + "#query")
    assert (query, iri("sh:select"), Literal(WHO)) in found
    assert any(predicate.endswith("checksumValue") for _, predicate, _ in found)


@pytest.mark.meets("Q6")
def test_q6_every_link_of_the_page_and_its_header_leads_somewhere(client: FlaskClient) -> None:
    path = cite(client)
    for link in links(client.get(path)):
        address, relation = re.findall(r"<([^>]+)>; rel=\"([^\"]+)\"", link)[0]
        if relation == "describedby":
            media_type = re.findall(r'type="([^"]+)"', link)[0]
            response = client.get(address)
            assert response.mimetype == media_type, response.text
    downloads = facts(client, path)["downloads"]
    assert isinstance(downloads, dict)
    for key, address in downloads.items():
        response = client.get(address)
        assert response.status_code == 200, key
        assert response.data


@pytest.mark.meets("Q6")
def test_q6_the_button_under_an_answer_cites_what_is_shown(client: FlaskClient) -> None:
    page = client.get(
        "/sparql", query_string={"query": WHO, "graphs": "claims"}, headers=BROWSER
    ).text
    form = page.partition('<form class="cite"')[2].partition("</form>")[0]
    sent = {
        name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    }
    assert sent == {"query": WHO, "graphs": "claims"}
    there = client.post("/query", data=sent).headers["Location"]
    assert there == cite(client, WHO, graphs="claims")


@pytest.mark.meets("Q6")
def test_q6_an_answer_says_by_which_address_it_was_cited(client: FlaskClient) -> None:
    before = client.get("/sparql", query_string={"query": SAME})
    assert not any("cite-as" in link for link in links(before))
    path = cite(client)
    after = client.get("/sparql", query_string={"query": SAME})
    assert f'<https://w3id.org/partage{path}>; rel="cite-as"' in links(after)
    page = client.get("/sparql", query_string={"query": SAME}, headers=BROWSER).text
    assert f'href="{path}"' in page
    assert '<form class="cite"' not in page


@pytest.mark.meets("Q6")
def test_q6_nothing_in_a_query_becomes_markup_or_a_header(client: FlaskClient) -> None:
    hostile = "</textarea></code><script>alert(1)</script>"
    text = f"SELECT ('{hostile}' AS ?x) {{}} # {hostile}\r\n# Set-Cookie: x"
    path = cite(client, text)
    for page in (
        client.get(path, headers=BROWSER),
        client.get("/sparql", query_string={"query": text}, headers=BROWSER),
    ):
        assert strange_scripts(page.text) == []
        assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2f..%2fetc", "0" * 64 + ".ttl", "é.json"])
@pytest.mark.meets("Q6")
def test_q6_an_unknown_address_explains_itself(client: FlaskClient, name: str) -> None:
    response = client.get("/query/" + name)
    assert response.status_code == 404
    if "%2f" not in name:
        assert "No result is cited here" in response.text
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.meets("Q6")
def test_q6_a_page_is_cached_and_revalidated(client: FlaskClient) -> None:
    path = cite(client)
    found = client.get(path + ".ttl")
    assert found.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(path + ".ttl", headers={"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304
    assert found.headers["ETag"] != client.get(path + ".json").headers["ETag"]
    assert "Accept" in client.get(path).vary
    posted = client.post("/query", data={"query": WHO})
    assert posted.headers["Cache-Control"] == "no-store"


@pytest.mark.meets("Q6")
def test_q6_a_query_can_be_sent_as_the_protocol_sends_them(client: FlaskClient) -> None:
    direct = client.post("/query?graphs=claims", data=WHO, content_type="application/sparql-query")
    assert direct.headers["Location"] == cite(client, WHO, graphs="claims")


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("", 400, "There is no query"),
        ("SELECT * {", 400, "Line 1"),
        ("DELETE WHERE { ?s ?p ?o }", 403, "update"),
        ("SELECT * { SERVICE <http://e.example/> {} }", 403, "SERVICE"),
    ],
)
@pytest.mark.meets("Q6")
def test_q6_what_cannot_be_asked_cannot_be_cited(
    client: FlaskClient, text: str, status: int, said: str
) -> None:
    response = client.post("/query", data={"query": text})
    assert response.status_code == status
    assert said in response.text


@pytest.mark.parametrize(
    ("parameters", "status", "said"),
    [
        ({"graphs": "nonsense"}, 400, "graphs=nonsense is no part of this dataset"),
        ({"version": "1999.1.0"}, 404, "There is no release 1999.1.0"),
        ({"query": [WHO, WHO]}, 400, "query"),
        ({"default-graph-uri": "not an iri"}, 400, "not an iri"),
    ],
)
@pytest.mark.meets("Q6")
def test_q6_a_dataset_that_is_not_here_cannot_be_cited(
    client: FlaskClient, parameters: dict[str, str | list[str]], status: int, said: str
) -> None:
    response = client.post("/query", data={"query": WHO, **parameters})
    assert response.status_code == status, response.text
    assert said in response.text


@pytest.mark.meets("Q6")
def test_q6_a_person_whose_query_is_not_citable_can_mend_it(client: FlaskClient) -> None:
    page = client.post("/query", data={"query": "SELECT (NOW() AS ?t) {}"}, headers=BROWSER)
    assert page.status_code == 409
    assert "Write the value into the query" in page.text
    assert "SELECT (NOW() AS ?t) {}</textarea>" in page.text


@pytest.mark.meets("Q6")
def test_q6_verifying_takes_a_plain_wish(client: FlaskClient) -> None:
    response = client.get(cite(client), query_string={"verify": "perhaps"})
    assert response.status_code == 400
    assert "Use verify=1" in response.text


@pytest.mark.meets("Q6")
def test_q6_a_query_with_relative_names_is_downloaded_as_it_was_cited(client: FlaskClient) -> None:
    text = "SELECT ?name { <id/org/netflix> ?p ?name }"
    told = facts(client, cite(client, text))
    downloads = told["downloads"]
    assert isinstance(downloads, dict)
    answer = json.loads(client.get(downloads["json"]).text)
    assert len(answer["results"]["bindings"]) == told["rows"] == 5


@pytest.mark.meets("Q6")
def test_q6_a_long_query_is_cited_though_it_is_not_looked_up(client: FlaskClient) -> None:
    text = f"{WHO} # {'a' * 5_000}"
    path = cite(client, text)
    assert path == cite(client)
    answer = client.get("/sparql", query_string={"query": text}, headers=BROWSER)
    assert '<form class="cite"' in answer.text
    assert not any("cite-as" in link for link in links(answer))


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 10", "<h2>Result</h2>"),
        ("SELECT * { ?s ?p ?o } LIMIT 11", "<h2>The beginning of the result</h2>"),
        ("DESCRIBE <https://w3id.org/partage/id/org/netflix>", "<h2>Result</h2>"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "<h2>The beginning of the result</h2>"),
        ("ASK {}", "<h2>Result</h2>"),
    ],
)
@pytest.mark.meets("Q6")
def test_q6_the_page_says_whether_it_shows_all(
    client: FlaskClient, text: str, heading: str
) -> None:
    assert heading in client.get(cite(client, text), headers=BROWSER).text


@pytest.mark.meets("Q6")
def test_q6_a_graph_is_shown_with_the_prefixes_of_the_query(client: FlaskClient) -> None:
    text = "PREFIX org: <https://w3id.org/partage/id/org/> DESCRIBE org:netflix"
    page = client.get(cite(client, text), headers=BROWSER).text
    assert "\norg:netflix " in page


@pytest.mark.meets("Q6")
def test_q6_a_caveat_says_what_an_engine_may_choose(client: FlaskClient) -> None:
    assert "ORDER BY says it" in str(facts(client, cite(client, WHO + " LIMIT 1"))["caveat"])
    ordered = WHO + " ORDER BY ?who LIMIT 1"
    assert facts(client, cite(client, ordered))["caveat"] is None


def test_a_full_store_refuses_and_says_what_to_raise(tmp_path: Path) -> None:
    client = cited.app(tmp_path, store_bytes=100).test_client()
    response = client.post("/query", data={"query": WHO})
    assert response.status_code == 507
    assert "PARTAGE_QUERY_STORE_BYTES" in response.text


@pytest.mark.parametrize("fmt", CITATION_FORMATS, ids=lambda fmt: fmt.key)
@pytest.mark.meets("Q6")
def test_q6_the_citation_comes_in_every_format(client: FlaskClient, fmt: CitationFormat) -> None:
    path = cite(client)
    by_suffix = client.get(f"{path}.{fmt.suffix}")
    by_accept = client.get(path, headers={"Accept": fmt.media_type})
    by_iri = client.get(
        "/cite", query_string={"iri": "https://w3id.org/partage" + path, "format": fmt.key}
    )
    assert by_suffix.text == by_iri.text
    assert by_suffix.mimetype == by_accept.mimetype == fmt.media_type
    assert path in by_suffix.text.replace("\\", "")


@pytest.mark.meets("Q6")
def test_q6_the_citation_tells_release_digest_and_count(client: FlaskClient) -> None:
    path = cite(client)
    item = client.get(path + ".csl.json").text
    assert str(facts(client, path)["sha256"]) in item
    assert cited.VERSION in item
    assert "rows: 2" in item


TITLE = "Who claims <what> & why_%"


def test_a_title_is_in_the_page_the_citations_and_the_data(client: FlaskClient) -> None:
    path = cite(client, title="  Who claims\n<what> &\x00 why_%  ")
    page = client.get(path, headers=BROWSER).text
    assert "<title>Who claims &lt;what&gt; &amp; why_% · Partage</title>" in page
    assert "<h1>Who claims &lt;what&gt; &amp; why_%</h1>" in page
    assert "2 solutions from release 2026.11.0" in page
    assert facts(client, path)["title"] == TITLE
    (item,) = json.loads(client.get(path + ".csl.json").text)
    assert item["title"] == TITLE
    assert r"Who claims <what> \& why\_\%" in client.get(path + ".bib").text
    told = parse(client.get(path + ".nt").data, by_key("ntriples").rdf)  # type: ignore[union-attr]
    assert (iri("dct:title"), Literal(TITLE)) in {(q.predicate.value, q.object) for q in told}


def test_the_first_title_stays_and_without_one_nothing_is_told(
    client: FlaskClient, tmp_path: Path
) -> None:
    path = cite(client, title="  ")
    (line,) = (tmp_path / "queries.jsonl").read_text().splitlines()
    before = [client.get(f"{path}.{ending}").data for ending in ("json", "ttl", "bib", "cff")]
    assert cite(client, title="Too late") == path
    assert (tmp_path / "queries.jsonl").read_text().splitlines() == [line]
    assert "title" not in json.loads(line)
    assert "title" not in facts(client, path)
    assert "Result of the query" in client.get(path + ".txt").text
    after = [client.get(f"{path}.{ending}").data for ending in ("json", "ttl", "bib", "cff")]
    assert after == before
    titled = cite(client, SAME + "LIMIT 1", title="First")
    assert cite(client, SAME + "LIMIT 1", title="Second") == titled
    assert facts(client, titled)["title"] == "First"


def test_a_title_is_kept_over_a_restart_and_with_the_query_in_the_body(
    client: FlaskClient, tmp_path: Path
) -> None:
    there = client.post(
        "/query?title=In+the+address", data=WHO, content_type="application/sparql-query"
    )
    again = cited.app(tmp_path).test_client()
    assert facts(again, there.headers["Location"])["title"] == "In the address"


@pytest.mark.parametrize(("language", "said"), [("en", "201 characters"), ("fr", "201 caractères")])
def test_a_long_title_is_refused(
    client: FlaskClient, tmp_path: Path, language: str, said: str
) -> None:
    refused = client.post(
        "/query", data={"query": WHO, "title": "é" * 201}, headers={"Accept-Language": language}
    )
    assert (refused.status_code, said in refused.text) == (400, True)
    assert not (tmp_path / "queries.jsonl").exists()
    assert cite(client, title="é" * 200)


def test_the_query_page_asks_for_a_title(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": WHO, "lang": "fr"}, headers=BROWSER).text
    assert "Titre (facultatif)" in page
    assert 'name="title" maxlength="200"' in page


@pytest.mark.meets("FS1", "FS2", "FS3", "FS4", "FS6", "FS7")
@pytest.mark.parametrize(
    "text", [WHO, "ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", WHO + "#" * 3000],
    ids=["select", "ask", "construct", "long"],
)  # fmt: skip
def test_a_cited_result_has_typed_links(tmp_path: Path, text: str) -> None:
    app = cited.app(tmp_path)
    client = app.test_client()
    path = cite(client, text)
    downloads = facts(client, path)["downloads"]
    assert isinstance(downloads, dict)
    with described_app.listening(app) as host:
        linkset = f"{host}/linkset{path}"
        sets = [
            signposting.find_signposting_linkset(linkset, kind).for_context(host + path)
            for kind in ("application/linkset+json", "application/linkset")
        ]
        of_page = [
            signposting.find_signposting_http(host + path),
            signposting.find_signposting_html(host + path),
        ]
        for told in (*of_page, *sets):
            assert told.citeAs.target == "https://w3id.org/partage" + path
            assert told.license.target == LICENSE
            assert {author.target for author in told.authors} == {EDITORS}
            assert {one.target.rpartition("/")[2] for one in told.types} == {"AboutPage", "Dataset"}
            assert len(told.describedBy) == 1 + len(GRAPH_FORMATS)
        for told in of_page:
            assert {one.target for one in told.linksets} == {linkset}
        items = {host + address for address in downloads.values()}
        for told in sets:
            assert {item.target for item in told.items} == items
        long = len(text) > 3000
        for told in of_page:
            assert {item.target for item in told.items} == (set() if long else items)
    for item in sets[0].items:
        address = item.target.removeprefix(host)
        assert client.get(address).mimetype == str(item.type)
    for metadata in sets[0].describedBy:
        answer = client.get(metadata.target.removeprefix(host))
        assert answer.mimetype == str(metadata.type)
        assert of(answer, "describes") == [path]


def test_what_was_not_cited_has_no_links(client: FlaskClient) -> None:
    assert client.get("/linkset/query/" + "0" * 64).status_code == 404
