"""What the statistics say is what a query counts; the examples run."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from partage import assets
from partage.pipeline.derivation import query_examples, void
from partage.pipeline.derivation.current_view import current_view
from partage.pipeline.state import State
from partage.rdf.namespaces import BASE, GRAPH, PREFIXES, SPARQL_PREFIXES, iri
from partage.rdf.query_files import Question, read_questions

A, B = (NamedNode(f"http://e.example/{name}") for name in "ab")
KNOWS, NAME, AGE = (NamedNode(f"http://e.example/{name}") for name in ("knows", "name", "age"))
PERSON = NamedNode("http://e.example/Person")
TYPE = NamedNode(iri("rdf:type"))
TRIPLES = [
    Triple(A, TYPE, PERSON),
    Triple(B, TYPE, PERSON),
    Triple(A, KNOWS, B),
    Triple(A, NAME, Literal("a", language="en")),
    Triple(B, NAME, Literal("b")),
    Triple(B, AGE, Literal(7)),
]

Ask = Callable[[str], list[tuple[str, ...]]]


@pytest.fixture
def described(published: State) -> State:
    return void.publish(query_examples.publish(published))


@pytest.fixture
def ask(described: State) -> Ask:
    store = Store()
    store.bulk_extend(described.view)
    for quads in described.graphs.values():
        store.bulk_extend(quads)

    def asked(text: str) -> list[tuple[str, ...]]:
        found = store.query(SPARQL_PREFIXES + text)
        assert isinstance(found, QuerySolutions)
        return sorted(tuple(str(term.value) for term in row) for row in found)

    return asked


TOTALS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }",
    "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
}


@pytest.mark.parametrize("name", TOTALS)
@pytest.mark.meets("V2")
def test_a_total_is_what_a_query_counts(name: str, ask: Ask) -> None:
    assert ask(f"SELECT ?n {{ <{BASE}> void:{name} ?n }}") == ask(TOTALS[name])


@pytest.mark.meets("V3")
def test_partitions_count_members_uses_and_crossings() -> None:
    store = Store()
    store.bulk_extend(
        Quad(t.subject, t.predicate, t.object)
        for t in void.described(Quad(t.subject, t.predicate, t.object) for t in TRIPLES)
    )

    def number(pattern: str) -> int:
        found = store.query(f"{SPARQL_PREFIXES} SELECT ?n {{ {pattern} }}")
        assert isinstance(found, QuerySolutions)
        (row,) = found
        value = row["n"]
        assert isinstance(value, Literal)
        return int(value.value)

    whole = f"<{BASE}> void:classPartition ?c . ?c void:class {PERSON} ."
    assert number(f"{whole} ?c void:entities ?n") == 2
    assert number(f"<{BASE}> void:propertyPartition ?p . ?p void:property {NAME}; void:triples ?n")
    crossed = f"{whole} ?c void:propertyPartition ?p ."
    assert number(f"{crossed} ?p void:property {NAME}; void:triples ?n") == 2
    assert (
        number(
            f"{crossed} ?p void:property {KNOWS}; void:classPartition ?v . "
            f"?v void:class {PERSON}; void:triples ?n"
        )
        == 1
    )
    ext = f"<{void.VOID_EXT}datatypePartition> ?v . ?v <{void.VOID_EXT}datatype>"
    assert number(f"{crossed} ?p void:property {AGE}; {ext} xsd:integer; void:triples ?n") == 1
    assert number(f"{crossed} ?p void:property {NAME}; {ext} rdf:langString; void:triples ?n") == 1


@pytest.mark.meets("V6")
def test_the_description_leads_to_the_data(ask: Ask) -> None:
    for name in ("sparqlEndpoint", "dataDump", "exampleResource"):
        assert ask(f"SELECT ?o {{ GRAPH graph:void {{ <{BASE}> void:{name} ?o }} }}")
    assert ask(f"SELECT ?o {{ GRAPH graph:void {{ <{BASE}> dct:license ?o }} }}")


def test_asserted_is_the_view_without_what_was_computed(described: State) -> None:
    asserted = {quad.triple for quad in described.graph("asserted")}
    computed = ("inferred", "derived", "prefixes", "examples", "void")
    rest = {quad.triple for name in computed for quad in described.graph(name)}
    view = {quad.triple for quad in described.view}
    assert asserted | rest == view
    assert asserted
    again = current_view(replace(described, graphs=described.graphs))
    assert set(again) == set(described.view)


@pytest.mark.meets("E4")
def test_every_prefix_of_ours_is_declared(ask: Ask) -> None:
    rows = ask(
        f"SELECT ?p ?n {{ <{GRAPH}prefixes> sh:declare ?d . ?d sh:prefix ?p ; sh:namespace ?n }}"
    )
    assert {row[0]: row[1] for row in rows} == PREFIXES


@pytest.mark.meets("E1", "E2", "E3", "E5")
def test_an_example_follows_the_convention() -> None:
    question = Question("07-x", {"en": "Is it?", "fr": "Est-ce ?"}, "ASK {}\n", "A note.", "all")
    triples = {
        (t.predicate.value, getattr(t.object, "value", ""))
        for t in query_examples.example(question)
    }
    assert (iri("rdf:type"), iri("sh:SPARQLExecutable")) in triples
    assert (iri("rdf:type"), iri("sh:SPARQLAskExecutable")) in triples
    assert (iri("sh:ask"), "ASK {}\n") in triples
    assert (iri("rdfs:comment"), "Is it?") in triples
    assert (iri("rdfs:comment"), "Est-ce ?") in triples
    assert (iri("schema:target"), BASE + "sparql") in triples
    assert (iri("sh:prefixes"), GRAPH + "prefixes") in triples


QUESTIONS = read_questions(assets.assets_root() / "ontology/competency")


@pytest.mark.meets("E1", "E2", "E3", "E4", "E5")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_each_published_example_follows_the_convention(question: Question) -> None:
    told: dict[str, list[object]] = {}
    for triple in query_examples.example(question):
        assert triple.subject == NamedNode(f"{BASE}.well-known/sparql-examples/{question.name}")
        told.setdefault(triple.predicate.value, []).append(triple.object)
    form = str(read_form(question.text)).title()
    assert told[iri("rdf:type")] == [
        NamedNode(iri("sh:SPARQLExecutable")), NamedNode(iri(f"sh:SPARQL{form}Executable")),
    ]  # fmt: skip
    (text,) = told[iri("sh:" + form.lower())]
    assert text == Literal(question.text)
    spoken = [str(getattr(comment, "language", None)) for comment in told[iri("rdfs:comment")]]
    assert sorted(spoken) == ["en", "fr"]
    assert told[iri("schema:target")] == [NamedNode(BASE + "sparql")]
    assert told[iri("sh:prefixes")] == [NamedNode(GRAPH + "prefixes")]


def read_form(text: str) -> str:
    """Return the form of a query: the first word that is not of its prologue."""
    body = re.sub(r"(?m)#.*$|^\s*(?:PREFIX|BASE)\b.*$", "", text, flags=re.IGNORECASE)
    return body.split()[0]


@pytest.mark.meets("V5")
def test_another_release_has_another_description(published: State) -> None:
    more = published.with_graph("entities", [*(q.triple for q in published.graph("entities")),
                                             Triple(A, TYPE, PERSON)])  # fmt: skip
    more = replace(more, view=current_view(more))

    def counted(state: State) -> dict[str, int]:
        return {
            name: int(t.object.value)
            for t in void.publish(state).graph("void")
            if t.subject == NamedNode(BASE) and isinstance(t.object, Literal)
            for name in ("triples", "entities", "classes")
            if t.predicate.value == iri("void:" + name)
        }

    before, after = counted(published), counted(more)
    assert before.keys() == {"triples", "entities", "classes"}
    assert after["entities"] == before["entities"] + 1
    assert after["classes"] == before["classes"] + 1
    assert after["triples"] > before["triples"]
