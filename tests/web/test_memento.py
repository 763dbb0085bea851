"""Memento (RFC 7089), requirement by requirement: M1 to M6 of our list, and a client of it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partage.rdf.namespaces import ID
from partage.web.http.cors import EXPOSED
from released_app import GAZETTE, QUERY, application
from three_releases import CHANGED, FIRST, SECOND, THIRD, WITHDRAWN

HOST = "http://localhost"
DATES = {
    FIRST: "Wed, 25 Nov 2026 09:30:00 GMT",
    SECOND: "Wed, 09 Dec 2026 14:00:00 GMT",
    THIRD: "Wed, 20 Jan 2027 08:15:30 GMT",
}
BETWEEN = "Fri, 01 Jan 2027 00:00:00 GMT"
TURTLE = {"Accept": "text/turtle"}
ENDPOINT = "/sparql?query=ASK%20%7B%7D"
PAGES = (GAZETTE, GAZETTE + ".ttl", GAZETTE + ".bib", "/cite?iri=org%3Agazette", "/doc/ns", "/",
         "/.well-known/void", ENDPOINT,
         "/resource?iri=https%3A%2F%2Fw3id.org%2Fpartage%2Fid%2Forg%2Fgazette")  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(tmp_path_factory.mktemp("memento")).test_client()


@dataclass(frozen=True)
class Told:
    """A link as a client reads it."""

    target: str
    rel: frozenset[str]
    attributes: dict[str, str]


def told(text: str) -> list[Told]:
    """Read links of a header or a TimeMap, by RFC 8288 and not by our own code."""
    found = []
    for target, rest in re.findall(r'<([^>]*)>((?:\s*;\s*\w+="[^"]*")*)', text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        found.append(Told(target, frozenset(attributes.pop("rel").split()), attributes))
    return found


def links(response: TestResponse) -> list[Told]:
    return told(", ".join(response.headers.getlist("Link")))


def of(response: TestResponse, rel: str) -> list[str]:
    return [link.target for link in links(response) if rel in link.rel]


@pytest.mark.meets("M1")
@pytest.mark.parametrize("path", PAGES)
def test_m1_an_original_names_its_timegate_and_timemap(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert of(response, "original") == of(response, "timegate") == [HOST + path]
    assert of(response, "timemap") == [f"{HOST}/timemap{path}"]
    assert "accept-datetime" in response.headers["Vary"].lower()
    assert "Memento-Datetime" not in response.headers


@pytest.mark.meets("M2")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_m2_a_timegate_sends_on_to_what_was_current(
    client: FlaskClient, path: str, method: str
) -> None:
    response = client.open(path, method=method, headers={"Accept-Datetime": BETWEEN})
    assert response.status_code == 302
    assert response.location == f"{HOST}/release/{SECOND}{path}"
    assert "accept-datetime" in response.headers["Vary"].lower()
    assert "Memento-Datetime" not in response.headers
    assert of(response, "original") == [HOST + path]
    dated = {link.target: link.attributes["datetime"] for link in links(response)
             if "memento" in link.rel}  # fmt: skip
    assert dated[response.location] == DATES[SECOND]
    memento = client.open(response.location, method=method)
    assert (memento.status_code, memento.headers["Memento-Datetime"]) == (200, DATES[SECOND])


@pytest.mark.meets("M2")
def test_m2_a_query_in_a_body_is_sent_again_with_its_method(client: FlaskClient) -> None:
    response = client.post("/sparql", data={"query": QUERY}, headers={"Accept-Datetime": BETWEEN})
    assert (response.status_code, response.location) == (307, f"{HOST}/release/{SECOND}/sparql")


@pytest.mark.meets("M2")
def test_m2_a_thing_keeps_working_through_its_redirect(client: FlaskClient) -> None:
    answer = client.get(
        "/id/org/gazette",
        headers={**TURTLE, "Accept-Datetime": DATES[FIRST]},
        follow_redirects=True,
    )
    assert answer.request.path == f"/release/{FIRST}{GAZETTE}"
    assert '"La Gazette"@fr' in answer.text


@pytest.mark.meets("M3")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("version", [FIRST, SECOND, THIRD])
def test_m3_a_memento_says_when_it_was_current_and_of_what(
    client: FlaskClient, path: str, version: str
) -> None:
    response = client.get(f"/release/{version}{path}")
    assert response.headers["Memento-Datetime"] == DATES[version]
    assert of(response, "original") == of(response, "timegate") == [HOST + path]
    assert of(response, "timemap") == [f"{HOST}/timemap{path}"]
    assert of(response, "first") == [f"{HOST}/release/{FIRST}{path}"]
    assert of(response, "last") == [f"{HOST}/release/{THIRD}{path}"]
    beside = {FIRST: (None, SECOND), SECOND: (FIRST, THIRD), THIRD: (SECOND, None)}[version]
    for rel, other in zip(("prev", "next"), beside, strict=True):
        assert of(response, rel) == ([f"{HOST}/release/{other}{path}"] if other else [])
    for link in links(response):
        if "memento" in link.rel:
            then = next(v for v in DATES if f"/release/{v}/" in link.target)
            assert link.attributes["datetime"] == DATES[then]


@pytest.mark.meets("M3")
@pytest.mark.parametrize("path", PAGES)
def test_m3_a_memento_is_immutable(client: FlaskClient, path: str) -> None:
    first = client.get(
        f"/release/{FIRST}{path}", headers={} if "?" in path or path == "/" else TURTLE
    )
    again = client.get(
        f"/release/{FIRST}{path}", headers={} if "?" in path or path == "/" else TURTLE
    )
    assert first.data == again.data != b""
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "accept-datetime" not in first.headers.get("Vary", "").lower()


@pytest.mark.meets("M3")
@pytest.mark.parametrize("call", ["NOW()", "rand ()", "rand #\n()", "STRUUID()", "uuid()"])
def test_m3_an_answer_that_is_new_each_time_is_not_kept(client: FlaskClient, call: str) -> None:
    query = {"query": f"SELECT ({call} AS ?x) {{}}"}
    response = client.get(f"/release/{FIRST}/sparql", query_string=query)
    assert response.status_code == 200
    assert "immutable" not in response.headers.get("Cache-Control", "")


@pytest.mark.meets("M3")
def test_m3_a_memento_does_not_negotiate_in_time(client: FlaskClient) -> None:
    response = client.get(f"/release/{FIRST}{GAZETTE}", headers={"Accept-Datetime": BETWEEN})
    assert (response.status_code, response.headers["Memento-Datetime"]) == (200, DATES[FIRST])


@pytest.mark.meets("M4")
@pytest.mark.parametrize(
    ("wish", "version"),
    [("Thu, 01 Jan 1970 00:00:00 GMT", FIRST), (DATES[FIRST], FIRST), (DATES[THIRD], THIRD),
     ("Wed, 20 Jan 2027 08:15:29 GMT", SECOND), ("Fri, 31 Dec 9999 23:59:59 GMT", THIRD)],
)  # fmt: skip
def test_m4_the_newest_not_after_the_wish_is_chosen(
    client: FlaskClient, wish: str, version: str
) -> None:
    response = client.get(GAZETTE, headers={"Accept-Datetime": wish})
    assert response.location == f"{HOST}/release/{version}{GAZETTE}"


@pytest.mark.meets("M4")
@pytest.mark.parametrize(
    "wish",
    ["", "yesterday", "2027-01-01", "Fri, 01 Jan 2027 00:00:00", "Fri, 01 Jan 2027 00:00:00 +0100",
     "Thu, 01 Jan 2027 00:00:00 GMT", "Fri, 32 Jan 2027 00:00:00 GMT", "1 Jan 2027", "\x80"],
)  # fmt: skip
def test_m4_a_malformed_wish_is_refused_with_an_example(client: FlaskClient, wish: str) -> None:
    response = client.get(GAZETTE, headers={"Accept-Datetime": wish})
    assert response.status_code == 400
    assert "Send one as Sun, 01 Nov 2026 12:00:00 GMT." in response.text


@pytest.mark.meets("M5")
@pytest.mark.parametrize("path", PAGES)
def test_m5_a_timemap_lists_all_with_their_time(client: FlaskClient, path: str) -> None:
    response = client.get("/timemap" + path)
    assert response.mimetype == "application/link-format"
    listed = told(response.text)
    dated = {link.target: link.attributes["datetime"] for link in listed if "memento" in link.rel}
    assert dated == {f"{HOST}/release/{version}{path}": DATES[version] for version in DATES}
    own = next(link for link in listed if "self" in link.rel)
    assert (own.target, own.attributes["from"], own.attributes["until"]) == (
        f"{HOST}/timemap{path}", DATES[FIRST], DATES[THIRD],
    )  # fmt: skip
    assert [link.target for link in listed if {"original", "timegate"} <= link.rel] == [HOST + path]


@pytest.mark.meets("M5")
@pytest.mark.parametrize(
    ("local", "versions"),
    [("claim/c0003/v2", [SECOND, THIRD]), (WITHDRAWN.removeprefix(ID), [FIRST, SECOND]),
     (CHANGED.removeprefix(ID), [FIRST, SECOND, THIRD]), ("org/netflix-inc", [FIRST])],
)  # fmt: skip
def test_m5_a_timemap_lists_only_releases_that_have_the_resource(
    client: FlaskClient, local: str, versions: list[str]
) -> None:
    listed = told(client.get(f"/timemap/doc/{local}").text)
    mementos = [link.target for link in listed if "memento" in link.rel]
    assert mementos == [f"{HOST}/release/{version}/doc/{local}" for version in versions]
    for memento in mementos:
        assert client.get(memento, headers=TURTLE).status_code == 200


@pytest.mark.meets("M5")
def test_m5_a_timegate_offers_only_releases_that_have_the_resource(client: FlaskClient) -> None:
    response = client.get("/doc/claim/c0003/v2", headers={"Accept-Datetime": DATES[FIRST]})
    assert response.location == f"{HOST}/release/{SECOND}/doc/claim/c0003/v2"
    nowhere = client.get("/doc/org/nobody", headers={"Accept-Datetime": DATES[FIRST]})
    assert nowhere.status_code == 404
    assert "No release has this resource." in nowhere.text


@pytest.mark.meets("M5")
def test_m5_a_timemap_is_also_json(client: FlaskClient) -> None:
    response = client.get("/timemap" + GAZETTE, headers={"Accept": "application/json"})
    mementos = response.json["mementos"]  # type: ignore[index]
    assert [m["uri"] for m in mementos["list"]] == [f"{HOST}/release/{v}{GAZETTE}" for v in DATES]
    assert mementos["last"]["datetime"] == "2027-01-20T08:15:30+00:00"
    assert response.json["original_uri"] == HOST + GAZETTE  # type: ignore[index]
    assert "Accept" in response.headers["Vary"]


@pytest.mark.meets("M5")
@pytest.mark.parametrize("path", ["/doc/org/nobody", "/healthz", "/nothing/here", "/doc/x%3Ey"])
def test_m5_what_no_release_has_has_no_timemap(client: FlaskClient, path: str) -> None:
    assert client.get("/timemap" + path).status_code == 404


@pytest.mark.meets("M6")
def test_m6_a_script_may_read_the_headers(client: FlaskClient) -> None:
    assert {"Link", "Location", "Memento-Datetime", "Vary", "Content-Location"} <= set(EXPOSED)
    response = client.get(f"/release/{FIRST}{GAZETTE}")
    assert "Memento-Datetime" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/static/style.css", "/release/"])
def test_what_has_no_past_is_no_timegate(client: FlaskClient, path: str) -> None:
    with client.get(path, headers={"Accept-Datetime": "nonsense"}) as response:
        assert response.status_code == 200
        assert "Link" not in response.headers


def test_an_error_of_a_release_is_no_memento(client: FlaskClient) -> None:
    response = client.get(f"/release/{FIRST}/doc/org/nobody")
    assert response.status_code == 404
    assert "Memento-Datetime" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_links_do_not_grow_with_a_long_query(client: FlaskClient) -> None:
    query = {"query": "ASK {} #" + "x" * 3000}
    response = client.get(f"/release/{FIRST}/sparql", query_string=query)
    assert response.headers["Memento-Datetime"] == DATES[FIRST]
    assert "Link" not in response.headers


def test_a_hostile_address_breaks_no_header(client: FlaskClient) -> None:
    response = client.get('/sparql?query=ASK{}&x=<a>";\\rel="first"')
    assert [link.rel for link in links(response)] == [{"original", "timegate"}, {"timemap"}]


def test_a_draft_is_no_memento(tmp_path: Path) -> None:
    draft = application(tmp_path, draft=True).test_client()
    listed = told(draft.get("/timemap" + GAZETTE).text)
    assert sum("memento" in link.rel for link in listed) == len(DATES)
    response = draft.get(GAZETTE, headers={"Accept-Datetime": "Fri, 31 Dec 9999 23:59:59 GMT"})
    assert response.location == f"{HOST}/release/{THIRD}{GAZETTE}"


class Traveller:
    """A Memento client as RFC 7089 §4.1.1 describes it: from any address to its past."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def travel(self, address: str, moment: str) -> tuple[str, TestResponse]:
        """Return the `Memento-Datetime` and the answer that was current at a moment."""
        first = self._client.head(address)
        while first.status_code == 303:
            first = self._client.head(first.location)
        (gate,) = of(first, "timegate")
        answer = self._client.get(gate, headers={**TURTLE, "Accept-Datetime": moment})
        assert answer.status_code == 302
        answer = self._client.get(answer.location, headers=TURTLE)
        assert of(answer, "original") == of(first, "original")
        return answer.headers["Memento-Datetime"], answer

    def history(self, address: str) -> list[str]:
        """Return when each memento of an address became current, by its TimeMap."""
        (timemap,) = of(self._client.head(address), "timemap")
        return [link.attributes["datetime"] for link in told(self._client.get(timemap).text)
                if "memento" in link.rel]  # fmt: skip


@pytest.mark.meets("M1", "M2", "M3", "M5")
def test_a_client_of_the_rfc_travels_from_a_thing_to_its_past(client: FlaskClient) -> None:
    traveller = Traveller(client)
    moment, answer = traveller.travel("/id/org/gazette", BETWEEN)
    assert moment == DATES[SECOND]
    assert '"La Gazette"@fr' in answer.text
    assert traveller.history(GAZETTE) == list(DATES.values())
