"""What changed between releases: for people and programs, in all and of one thing."""

import re
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

import three_releases
from partage.errors import EngineBusy
from partage.rdf.namespaces import iri
from partage.releases.diff import Difference
from partage.releases.difference_cache import MOST_DIFFERENCES, DifferenceCache
from released_app import GAZETTE, application
from three_releases import (
    CHANGED,
    CORRECTED,
    FIRST,
    MERGED,
    NEW_TERM,
    SECOND,
    THIRD,
    WITHDRAWN,
)

BROWSER = {"Accept": "text/html"}
LATER = f"/release/{SECOND}/diff/{THIRD}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(tmp_path_factory.mktemp("differences")).test_client()


def of(path: str, name: str) -> str:
    return f"{path}?iri={quote(name, safe='')}"


def told(client: FlaskClient, path: str) -> dict[str, str]:
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return {change["iri"]: change["what"] for change in answer.json["changes"]}  # type: ignore[index]


@pytest.mark.meets("D4")
def test_a_program_hears_every_change(client: FlaskClient) -> None:
    changes = told(client, LATER)
    assert changes[WITHDRAWN] == "withdrawn"
    assert changes[CORRECTED] == "changed"
    assert changes[NEW_TERM] == "added"
    assert CHANGED not in changes
    assert told(client, f"/release/{FIRST}/diff/{SECOND}")[MERGED] == "merged"


def test_the_difference_of_two_releases_never_changes(client: FlaskClient) -> None:
    answers = [client.get(LATER + "?format=json") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.meets("D4")
def test_a_page_lists_the_changes_by_kind_with_their_reasons(client: FlaskClient) -> None:
    page = client.get(LATER, headers=BROWSER).text
    places = [page.index(f"<h2>{title}") for title in ("Ontology", "Claims", "Organizations")]
    assert places == sorted(places)
    assert '<span class="what withdrawn">withdrawn</span>' in page
    assert '<q lang="en">The source was misread.</q>' in page
    assert f'href="{LATER}?iri=https://w3id.org/partage/id/org/gazette"' in page
    assert "transfer</a>" in page
    french = client.get(LATER + "?lang=fr", headers=BROWSER).text
    assert "transfert</a>" in french


@pytest.mark.meets("X4")
def test_a_merged_thing_names_its_successor(client: FlaskClient) -> None:
    page = client.get(f"/release/{FIRST}/diff/{SECOND}", headers=BROWSER).text
    assert "into Netflix: <q" in page
    assert "a new version: " in page


def test_of_one_thing_the_old_and_the_new_values_are_shown(client: FlaskClient) -> None:
    page = client.get(of(LATER, CORRECTED), headers=BROWSER).text
    assert '<del><span lang="fr">La Gazette</span></del>' in page
    assert '<ins><span lang="fr">La Gazette &amp; Cie</span></ins>' in page
    for version in (FIRST, SECOND, THIRD):
        assert f'<a href="/release/{version}{GAZETTE}">' in page
    assert told(client, of(LATER, CORRECTED)) == {CORRECTED: "changed"}


def test_of_a_thing_that_is_gone_the_releases_that_had_it_are_shown(client: FlaskClient) -> None:
    page = client.get(of(LATER, WITHDRAWN), headers=BROWSER).text
    assert "The source was misread." in page
    assert f"/release/{SECOND}/doc/claim/c0004" in page
    assert f"/release/{THIRD}/doc/claim/c0004" not in page


def test_values_link_into_the_release_that_has_them(client: FlaskClient) -> None:
    page = client.get(of(f"/release/{FIRST}/diff/{SECOND}", CHANGED), headers=BROWSER).text
    assert f'href="/release/{FIRST}/doc/claim/c0003/v1"' in page
    assert f'href="/release/{SECOND}/doc/claim/c0003/v2"' in page


def test_of_what_did_not_change_that_is_said(client: FlaskClient) -> None:
    page = client.get(of(LATER, CHANGED), headers=BROWSER).text
    assert "Nothing that is stated of it differs" in page
    assert told(client, of(LATER, CHANGED)) == {}


def test_a_release_does_not_differ_from_itself(client: FlaskClient) -> None:
    assert told(client, f"/release/{FIRST}/diff/{FIRST}") == {}
    assert "No statement differs." in client.get(f"/release/{FIRST}/diff/{FIRST}").text


def test_back_in_time_what_was_added_is_gone(client: FlaskClient) -> None:
    assert told(client, f"/release/{THIRD}/diff/{SECOND}")[NEW_TERM] == "removed"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [(f"/release/{FIRST}/diff/2000.01.0", 404, f"There are: {FIRST}, {SECOND}, {THIRD}."),
     (f"/release/2000.01.0/diff/{FIRST}", 404, "There is no release 2000.01.0."),
     (LATER + "?iri=nonsense", 400, "absolute IRI"), (LATER + "?iri=", 400, "absolute IRI"),
     (LATER + "?iri=https%3A%2F%2Fw3id.org%2Fpartage%2Fid%2Forg%2Fnobody", 404,
      "Nothing is known")],
)  # fmt: skip
def test_what_cannot_be_compared_is_explained(
    client: FlaskClient, path: str, status: int, said: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.meets("D4")
@pytest.mark.parametrize("path", [GAZETTE, "/doc/claim/c0003", "/doc/ns"])
@pytest.mark.parametrize(
    ("prefix", "until"), [("", THIRD), (f"/release/{SECOND}", SECOND), (f"/release/{FIRST}", None)]
)
def test_every_page_leads_to_its_history_until_then(
    client: FlaskClient, path: str, prefix: str, until: str | None
) -> None:
    page = client.get(prefix + path, headers=BROWSER).text
    assert re.findall(r'href="/release/[^"/]*/diff/([^"?]*)\?iri=https', page) == (
        [until] if until else []
    )
    assert f'href="/timemap{path}"' in page


@pytest.mark.meets("D4")
def test_releases_lead_to_each_other_and_to_what_changed(client: FlaskClient) -> None:
    page = client.get(f"/release/{SECOND}", headers=BROWSER).text
    assert f'<a rel="prev" href="/release/{FIRST}">' in page
    assert f'<a rel="next" href="/release/{THIRD}">' in page
    assert f'href="/release/{FIRST}/diff/{SECOND}"' in page
    assert f'There is a newer release: <a href="/release/{THIRD}">' in page
    assert "There is a newer release" not in client.get(f"/release/{THIRD}", headers=BROWSER).text
    assert f'href="{LATER}"' in client.get("/release/", headers=BROWSER).text


def test_the_words_of_a_page_are_labels(client: FlaskClient) -> None:
    page = client.get(of(LATER, CORRECTED), headers=BROWSER).text
    assert iri("skos:prefLabel") not in page
    assert 'title="skos:prefLabel"' in page


def test_the_last_differences_are_kept_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str]] = []
    comparing = DifferenceCache(three_releases.write_archives(tmp_path))

    def make(before: str, after: str) -> Difference:
        made.append((before, after))
        return Difference(before, after, ())

    monkeypatch.setattr(comparing, "_made", make)
    pairs = [("before", f"{number}") for number in range(MOST_DIFFERENCES)]
    for pair in (*pairs, pairs[0], ("before", "one more")):
        assert comparing.difference(*pair).after == pair[1]
    assert made == [*pairs, ("before", "one more")]
    comparing.difference(*pairs[0])
    comparing.difference(*pairs[1])
    assert made[MOST_DIFFERENCES + 1 :] == [pairs[1]], (
        "of those kept, that used least recently has gone"
    )


def test_who_would_wait_long_for_a_difference_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparing = DifferenceCache(three_releases.write_archives(tmp_path))
    monkeypatch.setattr("partage.releases.difference_cache.MOST_SECONDS_WAITED", 0.01)
    asked, answer = Event(), Event()

    def wait(before: str, after: str) -> Difference:
        asked.set()
        assert answer.wait(10)
        return Difference(before, after, ())

    monkeypatch.setattr(comparing, "_made", wait)
    first = Thread(target=comparing.difference, args=(FIRST, SECOND))
    first.start()
    assert asked.wait(10)
    with pytest.raises(EngineBusy, match="Try again"):
        comparing.difference(FIRST, THIRD)
    answer.set()
    first.join()
    assert comparing.difference(FIRST, SECOND).after == SECOND
