"""
The shapes and rules that the data, the vocabulary and the ontology must meet.

`shapes/*.ttl` is the shapes graph (W3C SHACL Core); every shape has an IRI, and a message and an
advice in English and French. `shapes/rules/*.rq` are SPARQL queries over the whole graph that must
return nothing; their first comment lines carry title, severity, messages and advice.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as OneOf
from typing import get_args

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from partage.errors import ShapesGraphError
from partage.rdf.namespaces import BASE, curie, iri
from partage.rdf.parsing import read_rdf

Language = OneOf["en", "fr"]
Severity = OneOf["Violation", "Warning", "Info"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
SHAPES = BASE + "shapes#"
ADVICE = SHAPES + "advice"
_HEADER = re.compile(r"# (title|severity|message-en|message-fr|advice-en|advice-fr): (.+)")
_KEYS = ("title", "severity", "message-en", "message-fr", "advice-en", "advice-fr")

Term = NamedNode | BlankNode | Literal | Triple
Graph = Mapping[Term, Mapping[str, list[Term]]]


@dataclass(frozen=True, slots=True)
class ShapeMessage:
    """A sentence in each language of the project."""

    en: str
    fr: str

    def to(self, language: Language) -> str:
        """Return the sentence in a language."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Shape:
    """What people read about a shape; `path` is that of a property shape, as in SPARQL."""

    iri: str
    message: ShapeMessage
    advice: ShapeMessage
    path: str | None = None
    path_turtle: str | None = None


@dataclass(frozen=True, slots=True)
class WholeGraphRule:
    """A query that must return nothing."""

    name: str
    title: str
    severity: Severity
    message: ShapeMessage
    advice: ShapeMessage
    query: str

    @property
    def iri(self) -> str:
        """The IRI by which reports name the rule."""
        return SHAPES + self.name


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes graph, what it says to people, and the rules."""

    quads: tuple[Quad, ...]
    shapes: Mapping[str, Shape]
    rules: tuple[WholeGraphRule, ...]


def load(folder: Path) -> Shapes:
    """
    Read the shapes and the rules of a folder.

    Raises
    ------
    RdfSyntaxError
        A shapes file does not parse.
    ShapesGraphError
        A shape has no IRI, message or advice, or a rule is not written as it should be.
    """
    quads = tuple(quad for path in sorted(folder.glob("*.ttl")) for quad in read_rdf(path))
    rules = tuple(read_rule(path) for path in sorted((folder / "rules").glob("*.rq")))
    if not quads or not rules:
        raise ShapesGraphError(f"{folder} holds no shapes (*.ttl) or no rules (rules/*.rq).")
    return Shapes(quads, _shapes(quads), rules)


def read_rule(path: Path) -> WholeGraphRule:
    """
    Read one rule: comment lines with its texts, then its query.

    Raises
    ------
    ShapesGraphError
        A comment line is missing or unknown, or the query does not parse or projects no `?focus`.
    """
    text = path.read_text(encoding="utf-8")
    said = dict(_HEADER.findall(text))
    missing = [key for key in _KEYS if key not in said]
    if missing:
        raise ShapesGraphError(f"{path}: add the comment line `# {missing[0]}: …` at the top.")
    severity = next((name for name in SEVERITIES if name == said["severity"]), None)
    if severity is None:
        raise ShapesGraphError(f"{path}: the severity is one of {', '.join(SEVERITIES)}.")
    try:
        solutions = Store().query(text)
    except SyntaxError as error:
        raise ShapesGraphError(f"{path}: the query does not parse: {error}") from error
    variables = [variable.value for variable in getattr(solutions, "variables", [])]
    if variables[:1] != ["focus"]:
        raise ShapesGraphError(f"{path}: the first projected variable of a rule is ?focus.")
    return WholeGraphRule(
        path.stem,
        said["title"],
        severity,
        ShapeMessage(said["message-en"], said["message-fr"]),
        ShapeMessage(said["advice-en"], said["advice-fr"]),
        text,
    )


def _shapes(quads: Iterable[Quad]) -> dict[str, Shape]:
    graph: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        graph[quad.subject][quad.predicate.value].append(quad.object)
    kinds = {NamedNode(iri("sh:NodeShape")), NamedNode(iri("sh:PropertyShape"))}
    found = {}
    for node, said in graph.items():
        if not kinds & set(said[iri("rdf:type")]):
            continue
        if not isinstance(node, NamedNode):
            raise ShapesGraphError(f"A shape has no IRI: {dict(said)}. Name it x:Thing-property.")
        paths = said[iri("sh:path")]
        found[node.value] = Shape(
            node.value,
            _text(node, said[iri("sh:message")]),
            _text(node, said[ADVICE]),
            _sparql(paths[0], graph) if paths else None,
            _turtle(paths[0], graph) if paths else None,
        )
    return found


def _text(shape: NamedNode, values: list[Term]) -> ShapeMessage:
    """Return the two texts; a node shape that only gathers properties needs none."""
    by_language = {
        value.language: value.value
        for value in values
        if isinstance(value, Literal) and value.language in LANGUAGES
    }
    if values and set(by_language) != set(LANGUAGES):
        raise ShapesGraphError(f"{shape} has a text that is not in both English and French.")
    return ShapeMessage(by_language.get("en", ""), by_language.get("fr", ""))


def members(head: Term, graph: Graph) -> list[Term]:
    """Return the members of an RDF list."""
    items = []
    while head in graph and graph[head][iri("rdf:first")]:
        items.append(graph[head][iri("rdf:first")][0])
        head = graph[head][iri("rdf:rest")][0]
    return items


def _sparql(path: Term, graph: Graph) -> str:
    """Write a SHACL property path as SPARQL does (SHACL 2.3.1: predicate, inverse, alternative)."""
    if isinstance(path, NamedNode):
        return curie(path.value) or str(path)
    said = graph[path]
    if said[iri("sh:inversePath")]:
        return "^" + _sparql(said[iri("sh:inversePath")][0], graph)
    if said[iri("sh:alternativePath")]:
        branches = members(said[iri("sh:alternativePath")][0], graph)
        return "|".join(_sparql(branch, graph) for branch in branches)
    raise ShapesGraphError("A property path is neither a predicate, an inverse nor an alternative.")


def _turtle(path: Term, graph: Graph) -> str:
    if isinstance(path, NamedNode):
        return str(path)
    said = graph[path]
    if said[iri("sh:inversePath")]:
        return f"[ sh:inversePath {_turtle(said[iri('sh:inversePath')][0], graph)} ]"
    branches = members(said[iri("sh:alternativePath")][0], graph)
    return f"[ sh:alternativePath ( {' '.join(_turtle(branch, graph) for branch in branches)} ) ]"
