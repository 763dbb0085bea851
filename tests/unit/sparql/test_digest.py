"""The digest of an answer: the same for the same answer, in whatever order and format it comes."""

import hashlib
import json

import pytest
from pyoxigraph import Store

import small_dataset
from partage.errors import NotCitable
from partage.rdf.canonical import canonical_nquads, rdfc10
from partage.rdf.formats import Format, by_key
from partage.sparql.cited import result_digest as module
from partage.sparql.cited.result_digest import ResultDigest, digest, digest_of, is_ordered
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Query, Result

VALUES = 'VALUES (?a ?b) { (<x:2> "é\t"@fr) (<x:1> UNDEF) (<x:1> UNDEF) }'
ROWS = f"SELECT ?a ?b {{ {VALUES} }}"


def ask(text: str) -> Result:
    return EmbeddedEngine(small_dataset.store()).query(Query(text))


def known(key: str) -> Format:
    found = by_key(key)
    assert found is not None
    return found


def test_the_digest_of_solutions_is_made_as_documented() -> None:
    text = '?a\t?b\n<x:1>\t\n<x:1>\t\n<x:2>\t"é\\t"@fr\n'
    assert digest(ask(ROWS), ordered=False) == ResultDigest(
        hashlib.sha256(text.encode()).hexdigest(), 3
    )


@pytest.mark.parametrize("answer", ["true", "false"])
def test_the_digest_of_a_boolean_is_made_as_documented(answer: str) -> None:
    expected = hashlib.sha256(f"{answer}\n".encode()).hexdigest()
    assert digest(ask(f"ASK {{ FILTER({answer}) }}"), ordered=False) == ResultDigest(expected, None)


def test_the_digest_of_a_graph_is_that_of_rdfc10() -> None:
    found = digest(ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s a ?o ; ?p ?o }"), ordered=False)
    graph = Store()
    graph.bulk_load(b"".join(ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s a ?o ; ?p ?o }").serialize(
        known("ntriples"))), known("ntriples").rdf)  # fmt: skip
    assert found == ResultDigest(rdfc10(list(graph)), len(graph))
    assert found.sha256 == hashlib.sha256(canonical_nquads(list(graph)).encode()).hexdigest()


def test_the_order_of_solutions_matters_only_where_it_is_asked_for() -> None:
    turned = "SELECT ?a ?b { VALUES (?a ?b) { (<x:1> UNDEF) (<x:2> 'é\t'@fr) (<x:1> UNDEF) } }"
    assert digest(ask(turned), ordered=False) == digest(ask(ROWS), ordered=False)
    assert digest(ask(turned), ordered=True) != digest(ask(ROWS), ordered=True)


@pytest.mark.parametrize(
    "other",
    [
        ROWS.replace("?b", "?c"),
        ROWS.replace("?a ?b {", "?b ?a {", 1),
        ROWS.replace("SELECT", "SELECT DISTINCT"),
        ROWS.replace("@fr", ""),
        ROWS.replace('"é', "'é ").replace('\t"', "\t'"),
        ROWS.replace("<x:2>", "'x:2'"),
    ],
)
def test_another_answer_has_another_digest(other: str) -> None:
    assert digest(ask(other), ordered=False) != digest(ask(ROWS), ordered=False)


@pytest.mark.parametrize("key", ["json", "xml", "tsv"])
def test_a_downloaded_answer_has_the_same_digest(key: str) -> None:
    text = ROWS.replace("\\t", " ")
    data = b"".join(ask(text).serialize(known(key)))
    split = [data[:7], b"", data[7:]]
    assert digest_of(split, known(key), ordered=False) == digest(ask(text), ordered=False)


@pytest.mark.parametrize("key", ["turtle", "rdfxml", "jsonld", "nquads"])
def test_a_downloaded_graph_has_the_same_digest(key: str) -> None:
    text = "CONSTRUCT { ?s a ?o ; <x:p> [ <x:q> 1 ] } WHERE { ?s a ?o }"
    data = b"".join(ask(text).serialize(known(key)))
    assert digest_of([data], known(key), ordered=False) == digest(ask(text), ordered=False)


def test_a_format_that_loses_what_terms_are_is_refused() -> None:
    with pytest.raises(NotCitable, match="Take one of json, xml, tsv"):
        digest_of([b"a\n1\n"], known("csv"), ordered=False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT (BNODE() AS ?b) {}", "Solution 1 has a blank node"),
        ("CONSTRUCT { [] <x:p> [] } {}", "links two blank nodes"),
    ],
)
def test_blank_nodes_that_cannot_be_told_apart_have_no_digest(text: str, reason: str) -> None:
    with pytest.raises(NotCitable, match=reason):
        digest(ask(text), ordered=False)


def test_a_blank_node_within_a_triple_term_is_seen() -> None:
    node = {"type": "bnode", "value": "b"}
    name = {"type": "uri", "value": "x:p"}
    term = {"type": "triple", "value": {"subject": node, "predicate": name, "object": name}}
    answer = {"head": {"vars": ["t"]}, "results": {"bindings": [{"t": term}]}}
    with pytest.raises(NotCitable, match="blank node"):
        digest_of([json.dumps(answer).encode()], known("json"), ordered=False)


@pytest.mark.parametrize(
    ("name", "limit", "told"), [("MOST_ROWS", 2, "2 rows"), ("MOST_BYTES", 20, "20 bytes")]
)
@pytest.mark.parametrize("text", [ROWS, "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"])
def test_an_answer_that_is_too_long_says_how_long_it_may_be(
    monkeypatch: pytest.MonkeyPatch, name: str, limit: int, told: str, text: str
) -> None:
    monkeypatch.setattr(module, name, limit)
    with pytest.raises(NotCitable, match=f"more than {told}. Cite a narrower query"):
        digest(ask(text), ordered=False)


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ("SELECT * { ?s ?p ?o } ORDER BY ?s", True),
        ("SELECT * { ?s ?p ?o } order # why\n by ?s", True),
        ("SELECT * { { SELECT ?s { ?s ?p ?o } ORDER BY ?s } }", False),
        ("SELECT * { ?s ?p 'ORDER BY' } # ORDER BY ?s", False),
        ("SELECT ?order ?by { ?order ?p ?by }", False),
    ],
)
def test_only_the_order_of_the_query_itself_counts(text: str, *, ordered: bool) -> None:
    assert is_ordered(text) is ordered


@pytest.mark.parametrize("key", ["json", "ntriples"])
def test_a_value_beyond_what_the_parser_reads_cannot_be_cited(key: str) -> None:
    rows = '{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"%s"}}]}}'
    text = (rows if key == "json" else '<x:s> <x:p> "%s" .') % ("x" * 17_000_000)
    with pytest.raises(NotCitable, match="A value of the answer is too long"):
        digest_of([text.encode()], known(key), ordered=False)
