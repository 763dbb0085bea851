"""Passages are verified against any copy of a text, also one that was typeset anew."""

import hashlib

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from partage.errors import IdentifierError
from partage.pipeline.checks import passages
from partage.rdf.namespaces import iri

SOURCE = iri("s:s0001")
TEXT = "Avant-propos.\n\nL’entreprise “partageait” les données — dit-on — avec d’autres.\nFin."
CITED = "“partageait” les données"
START = TEXT.index(CITED)


def quads(text: str = TEXT, cited: str = CITED) -> list[Quad]:
    start = text.index(cited)
    words = [word for _, _, word in passages.tokens(cited)]
    passage, selector = iri("p:p0001"), iri("p:p0001") + "#position"
    rows: list[tuple[str, str, NamedNode | Literal]] = [
        (SOURCE, "ds:captureSha256", Literal(hashlib.sha256(text.encode()).hexdigest())),
        (passage, "oa:hasSource", NamedNode(SOURCE)),
        (passage, "oa:hasSelector", NamedNode(selector)),
        (selector, "oa:start", Literal(start)),
        (selector, "oa:end", Literal(start + len(cited))),
        (selector, "ds:sha256", Literal(passages.sha256(cited))),
        (selector, "ds:tokenCount", Literal(len(words))),
        (selector, "ds:tokenSha256", Literal(passages.sha256(" ".join(words)))),
    ]
    return [Quad(NamedNode(s), NamedNode(iri(p)), o) for s, p, o in rows]


def test_the_captured_copy_verifies_at_its_positions() -> None:
    result = passages.verify(quads(), SOURCE, TEXT.encode())
    assert result.capture
    assert result.verified
    assert result.findings[0].outcome == "exact"
    assert result.findings[0].places == ((START, START + len(CITED)),)


@pytest.mark.parametrize(
    "copy",
    [
        "Une annonce.\n" + TEXT,
        TEXT.replace("“", '"').replace("”", '"').replace("’", "'"),
        TEXT.replace(" ", "\u00a0"),
        TEXT.replace("partageait” les", "PARTAGEAIT”\n   les"),
        TEXT.replace("é", "e\u0301").replace("e\u0301", "é"),
    ],
    ids=["shifted", "straight quotes", "no-break spaces", "rewrapped", "recomposed"],
)
def test_a_copy_typeset_anew_verifies_by_its_words(copy: str) -> None:
    result = passages.verify(quads(), SOURCE, copy.encode())
    assert result.verified
    (finding,) = result.findings
    ((start, end),) = finding.places
    assert [w for *_, w in passages.tokens(copy[start:end])] == ["partageait", "les", "données"]


def test_a_changed_word_is_not_verified() -> None:
    copy = TEXT.replace("partageait", "vendait")
    result = passages.verify(quads(), SOURCE, copy.encode())
    assert not result.capture
    assert not result.verified
    assert result.findings[0].outcome == "missing"


def test_a_source_without_positions_says_so() -> None:
    with pytest.raises(IdentifierError, match="cited by position"):
        passages.verify(quads(), iri("s:s0002"), TEXT.encode())


@pytest.mark.parametrize("name", ["s0001", "s:s0001", SOURCE])
def test_a_source_is_named_in_three_ways(name: str) -> None:
    assert passages.source_iri(name) == SOURCE
