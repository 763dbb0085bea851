"""
The shapes and rules that the data are held to, as expressions that can be put into words
(SHACL, https://www.w3.org/TR/shacl/).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from partage.assets import assets_root
from partage.rdf.namespaces import iri
from partage.resources.description.shapes_graph import SHAPES, shapes
from partage.resources.ontology.axioms import AxiomExpression, Graph, named
from partage.store.engine import Term

SPACE = SHAPES + "#"
NODE, PROPERTY = iri("sh:NodeShape"), iri("sh:PropertyShape")
TARGETS = {
    iri("sh:targetClass"): "target-class",
    iri("sh:targetSubjectsOf"): "target-subjects",
    iri("sh:targetNode"): "target-node",
}
PATHS = {iri("sh:alternativePath"): "either", iri("sh:inversePath"): "reversed"}
LISTS = {iri("sh:in"): "in", iri("sh:languageIn"): "languages"}
LEAST, MOST = iri("sh:minCount"), iri("sh:maxCount")
QUALIFIED = iri("sh:qualifiedValueShape")
OF_QUALIFIED = {iri("sh:qualifiedMinCount"): LEAST, iri("sh:qualifiedMaxCount"): MOST}
DEMANDS = {
    iri("sh:class"): "class",
    iri("sh:datatype"): "datatype",
    iri("sh:nodeKind"): "kind",
    iri("sh:pattern"): "pattern",
    iri("sh:minInclusive"): "at-least",
    iri("sh:minLength"): "longer",
    iri("sh:maxLength"): "shorter",
    iri("sh:hasValue"): "has",
    iri("sh:uniqueLang"): "once-a-language",
    iri("sh:lessThan"): "less",
    iri("sh:lessThanOrEquals"): "no-more",
    iri("sh:disjoint"): "apart",
    iri("sh:node"): "node",
}
# What is no demand: names, messages, order, and which shape has which.
TOLD = {
    iri("rdf:type"), SPACE + "advice",
    *(iri("sh:" + name) for name in (
        "name", "description", "message", "severity", "order", "group", "property", "path",
    )),
}  # fmt: skip
_HEADER = re.compile(r"# ([a-z-]+): (.+)")
_EXPECTS = re.compile(r"# expects: (?:x:)?(\S+)")
_PREFIX = re.compile(r"@(?:base|prefix) .*\n")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class ShapeEntry:
    """
    One shape: what it is for, what it demands, and what is said where it is not met.

    Texts are by language. `targets` say what it is for, `path` which values of it; `members` are
    the fragments of the shapes of its properties, `bad` is data that break it.
    """

    fragment: str
    of_node: bool
    names: Texts
    descriptions: Texts
    messages: Texts
    advice: Texts
    severity: str
    targets: tuple[AxiomExpression, ...]
    path: AxiomExpression | None
    demands: tuple[AxiomExpression, ...]
    members: tuple[str, ...]
    bad: str = ""


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A query over the whole graph that must find nothing."""

    fragment: str
    title: str
    severity: str
    messages: Texts
    advice: Texts
    query: str
    bad: str = ""


@dataclass(frozen=True, slots=True)
class Constraints:
    """All shapes by fragment, those of nodes first; all rules; what no words were found for."""

    shapes: Mapping[str, ShapeEntry]
    rules: tuple[RuleEntry, ...]
    untold: frozenset[str] = frozenset()

    def of(self, term: str) -> tuple[ShapeEntry, ...]:
        """Return the shapes whose targets or path name a term, and the parts of these."""
        named = [shape for shape in self.shapes.values() if term in _terms(shape)]
        parts = [self.shapes[member] for shape in named for member in shape.members]
        return tuple(dict.fromkeys(s for s in (*named, *parts) if s.messages))


@cache
def constraints() -> Constraints:
    """Return the shapes and rules that are shipped, each with the example that breaks it."""
    return read_constraints(shapes(), assets_root() / "shapes")


def names(part: AxiomExpression) -> Iterable[str]:
    """Yield every IRI that an expression names."""
    if isinstance(part.term, NamedNode):
        yield part.term.value
    for inner in part.parts:
        yield from names(inner)


def read_constraints(triples: Iterable[Quad], folder: Path) -> Constraints:
    """Read shapes from their triples, rules and the examples that break either from a folder."""
    graph = Graph(triples)
    bad = {}
    for path in sorted((folder / "bad").glob("*.t*")):
        text = path.read_text(encoding="utf-8")
        if expected := _EXPECTS.match(text):
            bad[expected[1]] = _PREFIX.sub("", text.partition("\n")[2]).strip()
    subjects = dict.fromkeys(quad.subject for quad in graph.quads)
    order = {
        _fragment(quad.subject): int(str(getattr(quad.object, "value", 0)))
        for quad in graph.quads
        if quad.predicate.value == iri("sh:order")
    }
    found = [
        _shape(graph, node, order, bad)
        for node in subjects
        if isinstance(node, NamedNode)
        and {quad.object for quad in graph.of(node)} & {NamedNode(NODE), NamedNode(PROPERTY)}
    ]
    found.sort(key=lambda shape: (not shape.of_node, shape.fragment))
    rules = [_rule(path, bad) for path in sorted((folder / "rules").glob("*.rq"))]
    known = {*TARGETS, *LISTS, *DEMANDS, *OF_QUALIFIED, QUALIFIED, LEAST, MOST, *TOLD}
    used = {
        quad.predicate.value
        for shape in found
        for quad in graph.of(NamedNode(SPACE + shape.fragment))
    }
    return Constraints(
        {shape.fragment: shape for shape in found}, tuple(rules), frozenset(used - known)
    )


def _shape(
    graph: Graph, node: NamedNode, order: Mapping[str, int], bad: Mapping[str, str]
) -> ShapeEntry:
    said: dict[str, list[Term]] = {}
    for quad in graph.of(node):
        said.setdefault(quad.predicate.value, []).append(quad.object)
    path = said.get(iri("sh:path"))
    members = [_fragment(member) for member in said.get(iri("sh:property"), [])]
    return ShapeEntry(
        fragment=_fragment(node),
        of_node=NamedNode(NODE) in said[iri("rdf:type")],
        names=_texts(said, iri("sh:name")),
        descriptions=_texts(said, iri("sh:description")),
        messages=_texts(said, iri("sh:message")),
        advice=_texts(said, SPACE + "advice"),
        severity=_first(said, "sh:severity").rpartition("#")[2],
        targets=tuple(
            AxiomExpression(key, (named(value),))
            for predicate, key in TARGETS.items()
            for value in said.get(predicate, ())
        ),
        path=_path(graph, path[0]) if path else None,
        demands=_demands(graph, said),
        members=tuple(sorted(members, key=lambda name: order.get(name, 0))),
        bad=bad.get(_fragment(node), ""),
    )


def _demands(graph: Graph, said: Mapping[str, list[Term]]) -> tuple[AxiomExpression, ...]:
    found = _counted(said)
    for predicate, key in DEMANDS.items():
        found += [AxiomExpression(key, (named(value),)) for value in said.get(predicate, ())]
    for predicate, key in LISTS.items():
        for value in said.get(predicate, ()):
            members = tuple(named(member) for member in graph.members(value))
            found.append(AxiomExpression(key, (AxiomExpression("or", members),)))
    for shape in said.get(QUALIFIED, ()):
        counts = {of: said[name] for name, of in OF_QUALIFIED.items() if name in said}
        found += [AxiomExpression("qualified", (one, named(shape))) for one in _counted(counts)]
    return tuple(found)


def _counted(said: Mapping[str, list[Term]]) -> list[AxiomExpression]:
    """Return how many values there are to be: one sentence for the least and the most."""
    least, most = (
        int(str(getattr(said[name][0], "value", 0))) if name in said else None
        for name in (LEAST, MOST)
    )
    if most == 0:
        return [AxiomExpression("no-value")]
    if least == most == 1:
        return [AxiomExpression("one-value")]
    return [
        AxiomExpression(key, (named(Literal(number)),))
        for key, number in (("least-values", least), ("most-values", most))
        if number is not None
    ]


def _path(graph: Graph, node: Term) -> AxiomExpression:
    """Return the path of a shape: a property, one read backwards, or several (SHACL §2.3.1)."""
    for quad in [] if isinstance(node, NamedNode) else graph.of(node):
        if quad.predicate.value == iri("sh:alternativePath"):
            parts = (_path(graph, member) for member in graph.members(quad.object))
            return AxiomExpression("either", tuple(parts))
        if quad.predicate.value == iri("sh:inversePath"):
            return AxiomExpression("reversed", (_path(graph, quad.object),))
    return named(node)


def _rule(path: Path, bad: Mapping[str, str]) -> RuleEntry:
    text = path.read_text(encoding="utf-8")
    said = dict(_HEADER.findall(text))
    return RuleEntry(
        fragment=path.stem,
        title=said.get("title", path.stem),
        severity=said.get("severity", ""),
        messages={code: said.get("message-" + code, "") for code in ("en", "fr")},
        advice={code: said.get("advice-" + code, "") for code in ("en", "fr")},
        query="".join(line for line in text.splitlines(keepends=True) if line[:2] != "# "),
        bad=bad.get(path.stem, ""),
    )


def _texts(said: Mapping[str, list[Term]], predicate: str) -> Texts:
    return {
        (value.language or ""): value.value
        for value in said.get(predicate, ())
        if isinstance(value, Literal)
    }


def _first(said: Mapping[str, list[Term]], name: str) -> str:
    return str(getattr(next(iter(said.get(iri(name), ())), None), "value", ""))


def _fragment(node: Term) -> str:
    return str(getattr(node, "value", "")).removeprefix(SPACE)


def _terms(shape: ShapeEntry) -> set[str]:
    """Return the terms that a shape's targets and path name."""
    path = (shape.path,) if shape.path else ()
    return {name for part in (*shape.targets, *path) for name in names(part)}
