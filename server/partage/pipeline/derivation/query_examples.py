"""
The competency questions as query examples that other tools can read, and the prefixes they use.

`graph:examples` follows the SHACL convention of sparql-examples
(https://github.com/sib-swiss/sparql-examples): each question a `sh:SPARQLExecutable`;
`graph:prefixes` declares ours by `sh:declare` (https://www.w3.org/TR/shacl/#sparql-prefixes).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from partage.pipeline.checks.competency import FOLDER
from partage.pipeline.derivation.current_view import current_view
from partage.pipeline.state import State
from partage.rdf.namespaces import BASE, GRAPH, PREFIXES, iri
from partage.rdf.query_files import Question, read_questions

ENDPOINT = BASE + "sparql"
EXAMPLES = BASE + ".well-known/sparql-examples/"
DECLARATIONS = GRAPH + "prefixes"
FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
}


def publish(state: State) -> State:
    """Add the examples and the prefixes, each in a graph of its own, to the current view."""
    questions = read_questions(state.root / FOLDER) if _asked(state.root) else ()
    added = state.with_graph("examples", (t for q in questions for t in example(q)))
    added = added.with_graph("prefixes", declarations())
    return replace(added, view=current_view(added)).noting(
        "examples and prefixes", {"examples": len(questions), "prefixes": len(PREFIXES)}
    )


def example(question: Question) -> Iterator[Triple]:
    """Yield the triples of one example."""
    node = NamedNode(EXAMPLES + question.name)
    kind, predicate = FORMS[question.form]
    yield Triple(node, _name("rdf:type"), _name("sh:SPARQLExecutable"))
    yield Triple(node, _name("rdf:type"), _name(kind))
    yield Triple(node, _name("dct:identifier"), Literal(question.name))
    yield Triple(node, _name("sh:prefixes"), NamedNode(DECLARATIONS))
    yield Triple(node, _name("schema:target"), NamedNode(ENDPOINT))
    yield Triple(node, _name(predicate), Literal(question.text))
    for language, asked in question.asked.items():
        yield Triple(node, _name("rdfs:comment"), Literal(asked, language=language))
    if question.note:
        yield Triple(node, _name("skos:note"), Literal(question.note, language="en"))
    if question.audience:
        yield Triple(node, _name("schema:audience"), Literal(question.audience, language="en"))


def declarations() -> Iterator[Triple]:
    """Yield the prefixes; the graph is also the node they are declared on."""
    for prefix, namespace in PREFIXES.items():
        node = NamedNode(f"{DECLARATIONS}#{prefix}")
        yield Triple(NamedNode(DECLARATIONS), _name("sh:declare"), node)
        yield Triple(node, _name("sh:prefix"), Literal(prefix))
        yield Triple(node, _name("sh:namespace"), Literal(namespace, datatype=_name("xsd:anyURI")))


def _asked(root: Path) -> bool:
    return (root / FOLDER).is_dir()


def _name(curie: str) -> NamedNode:
    return NamedNode(iri(curie))
