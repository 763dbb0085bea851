import pytest
from hypothesis import given
from hypothesis import strategies as st

from partage.rdf.namespaces import BASE
from partage.resources.identifiers import document, iri_of, link, split

PAIRS = [
    ("id/org/facebook", "/doc/org/facebook"),
    ("id/claim/c0001/v1", "/doc/claim/c0001/v1"),
    ("id/claim/c0001/v1#assertion", "/doc/claim/c0001/v1#assertion"),
    ("id/agent/editors", "/doc/agent/editors"),
    ("voc/purpose", "/doc/voc/purpose"),
    ("voc/purpose/friend-suggestion", "/doc/voc/purpose/friend-suggestion"),
    ("graph/inferred", "/doc/graph/inferred"),
    ("ns", "/doc/ns"),
    ("ns#DataFlow", "/doc/ns#DataFlow"),
]


@pytest.mark.parametrize(("local", "path"), PAIRS)
def test_an_iri_and_its_document_lead_to_each_other(local: str, path: str) -> None:
    assert document(BASE + local) == path
    assert iri_of(path) == BASE + local


@pytest.mark.parametrize(
    "iri",
    [
        BASE + "voc",
        BASE + "graph",
        BASE + "ns/0.1.0",
        BASE + "nsx",
        BASE + "id/voc/purpose",
        BASE + "id/ns",
        BASE + "id/org/x.ttl",
        BASE + "id/org/x.html",
        BASE + "id/org//x",
        BASE + "id/org/../secret",
        BASE + "id/org/é",
        BASE + "id/org/x#",
        BASE + "id/org/x y",
        BASE + "else/x",
        "http://example.org/id/org/x",
    ],
)
def test_other_iris_have_no_document_here(iri: str) -> None:
    assert document(iri) is None


@pytest.mark.parametrize("path", ["/id/org/x", "/doc/", "/doc", "/doc/voc", "/doc/org/x.ttl", "/"])
def test_other_paths_are_no_documents(path: str) -> None:
    assert iri_of(path) is None


SEGMENTS = st.text("abAB01-_.~é %?", max_size=5) | st.sampled_from(["org", "x.ttl", "voc", "ns"])
LOCAL = st.tuples(
    st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join), st.sampled_from(["", "#", "#a", "#é"])
).map("".join)


@given(st.sampled_from(["id/", "voc/", "graph/", "ns", "ns#", ""]), LOCAL)
def test_no_two_iris_share_a_document(space: str, local: str) -> None:
    path = document(BASE + space + local)
    assert path is None or iri_of(path) == BASE + space + local


@given(LOCAL)
def test_no_two_documents_share_an_iri(local: str) -> None:
    iri = iri_of("/doc/" + local)
    assert iri is None or document(iri) == "/doc/" + local


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/doc/org/x.ttl", ("/doc/org/x", "ttl")),
        ("/doc/org/x.html", ("/doc/org/x", "html")),
        ("/doc/org/x", ("/doc/org/x", None)),
        ("/doc/org/x.y", ("/doc/org/x.y", None)),
        (".ttl", (".ttl", None)),
    ],
)
def test_a_known_suffix_is_split_off(path: str, parts: tuple[str, str | None]) -> None:
    assert split(path) == parts


def test_links_stay_here_where_we_can_tell_more() -> None:
    assert link(BASE + "id/org/x", known=False) == "/doc/org/x"
    assert link("http://a.example/?b=c&d#e", known=True) == (
        "/resource?iri=http%3A%2F%2Fa.example%2F%3Fb%3Dc%26d%23e"
    )
    assert link("http://a.example/", known=False) == "http://a.example/"
    assert link("urn:x:y", known=False) is None
    assert link("javascript:alert(1)", known=False) is None
