"""Terms of ours that nobody knows, and the nearest known one."""

import pytest

from partage.rdf.namespaces import iri
from partage.sparql.diagnosis.syntax_errors import TermHint, misspelt, vocabulary
from partage.sparql.protocol.functions import CANDIDATES
from partage.sparql.protocol.service_description import DescribedLimit, describe, survey
from partage.store.embedded.oxigraph import EmbeddedEngine
from small_dataset import store

KNOWN = frozenset(
    iri(name) for name in ("ds:hasProvider", "ds:hasRecipient", "org:netflix", "pm:write")
)
DS = "PREFIX ds: <https://w3id.org/partage/ns#> "


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ASK { ?f ds:hasRecipent ?r }", [("ds:hasRecipent", "ds:hasRecipient")]),
        ("ASK { ?f ds:hasRecipient ?r }", []),
        ("ASK { ?f ds:zzz ?r }", [("ds:zzz", None)]),
        ("ASK { ?f ds:zzz ?r . ?g ds:zzz ?r }", [("ds:zzz", None)]),
        ("ASK { ?f ?p 'ds:zzz' } # ds:zzz", []),
        ("ASK { ?f other:zzz ?r }", []),
        (f"ASK {{ <{iri('org:')}netflx> ?p ?r }}", [(f"<{iri('org:')}netflx>", "org:netflix")]),
        (f"ASK {{ <{iri('f:')}f9999> ?p ?r }}", []),
    ],
)
def test_the_nearest_term_is_named(text: str, found: list[tuple[str, str | None]]) -> None:
    assert [(hint.term, hint.nearest) for hint in misspelt(DS + text, KNOWN)] == found


def test_nothing_is_known_of_a_dataset_that_is_not_ours() -> None:
    assert misspelt(DS + "ASK { ?f ds:zzz ?r }", frozenset()) == []


def test_a_hint_can_be_a_header() -> None:
    hint = TermHint("ds:x", 1, 7, "ds:y")
    assert hint.header == '"ds:x";line=1;column=7;nearest="ds:y"'
    assert str(hint.sentence) == "Line 1, column 7: ds:x is not known here. Did you mean ds:y?"


@pytest.mark.parametrize("local", ["x" * 5000, "é", "\\-x", "x\x7f"])
def test_a_hint_is_a_short_header_whatever_is_asked(local: str) -> None:
    (hint,) = misspelt(f"ASK {{ ?s <{iri('ds:')}{local}> ?o }}", KNOWN) or misspelt(
        f"{DS} ASK {{ ?s ds:{local} ?o }}", KNOWN
    )
    assert hint.header.isascii()
    assert hint.header.isprintable()
    assert len(hint.header) < 200
    assert hint.term.count("\\") == 0


def test_the_vocabulary_is_what_has_a_name() -> None:
    names = vocabulary(EmbeddedEngine(store()))
    assert iri("org:netflix") in names
    assert not any("/flow/" in name for name in names)


def test_only_functions_that_the_engine_has_are_described() -> None:
    known = survey(EmbeddedEngine(store()))
    assert 0 < len(known.functions) < len(CANDIDATES)
    engine = EmbeddedEngine(store())
    quads = describe(engine, "http://e.example/", (DescribedLimit("a", "A", 2.5, "s"),), known)
    listed = {q.object for q in quads if q.predicate.value.endswith("#extensionFunction")}
    assert len(listed) == len(known.functions)
    assert any(q.predicate.value.endswith("/value") and q.object.value == "2.5" for q in quads)  # type: ignore[union-attr]
