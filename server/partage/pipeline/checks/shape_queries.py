"""
The shapes as queries: each constraint of SHACL Core becomes one SELECT over the whole graph.

The query returns the focus nodes that break the constraint, with the value that does where one
value does (W3C SHACL, https://www.w3.org/TR/shacl/#core-components). An expression that fails on
a value does not hold of it. What is not in the tables below is refused, never passed over;
pySHACL knows it (`partage validate --with pyshacl`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from partage.errors import ShapesGraphError
from partage.pipeline.checks.shapes import SEVERITIES, Graph, Severity, Shapes, Term, members
from partage.rdf.namespaces import PREFIXES, iri

SH, XSD = PREFIXES["sh"], PREFIXES["xsd"]
PROLOGUE = "".join(f"PREFIX {name}: <{space}>\n" for name, space in PREFIXES.items())
NO_CONSTRAINTS = frozenset(
    {"name", "description", "message", "severity", "order", "group"}
    | {"path", "property", "flags", "qualifiedValueShape"}
)
KINDS = {"IRI": "ISIRI", "Literal": "ISLITERAL", "BlankNode": "ISBLANK"}
UNCHECKED = frozenset({"string", "anyURI"})
"""Datatypes that any text is of."""
CAST = frozenset({"boolean", "integer", "decimal", "float", "double", "dateTime"})
"""Datatypes that SPARQL can read a text as."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of one shape, and the query for `?focus` and `?value` that break it."""

    shape: str
    component: str
    severity: Severity
    query: str


@dataclass(frozen=True, slots=True)
class FocusQuery:
    """What a query selects where its focus nodes are known."""

    variables: str
    pattern: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a shape demands (`sh:name term`), and the pattern that takes `?focus` to `?value`."""

    graph: Graph
    shape: str
    name: str
    term: Term
    pattern: str = ""

    @property
    def members(self) -> list[Term]:
        """The members of the list that the parameter names."""
        return members(self.term, self.graph)

    def beside(self, name: str) -> list[Term]:
        """Return what another parameter of the shape names."""
        return self.graph[NamedNode(self.shape)][SH + name]


def constraints(shapes: Shapes) -> Iterator[Constraint]:
    """
    Yield every constraint of the shapes that have focus nodes.

    Raises
    ------
    ShapesGraphError
        A shape holds something that no query is known for.
    """
    graph: Graph = defaultdict(lambda: defaultdict(list))
    for quad in shapes.quads:
        graph[quad.subject][quad.predicate.value].append(quad.object)
    foci: dict[str, dict[str, None]] = defaultdict(dict)
    for name in shapes.shapes:
        said = graph[NamedNode(name)]
        for target in (name, *map(_iri, said[SH + "property"])):
            for word, pattern in TARGETS.items():
                foci[target].update((pattern.format(term), None) for term in said[SH + word])
    for name, shape in shapes.shapes.items():
        pattern = f"?focus {shape.path} ?value ." if shape.path else "BIND(?focus AS ?value)"
        for parameter in _parameters(graph, name, pattern):
            selected = SETS.get(parameter.name, _values)(parameter)
            if foci[name] and selected:
                yield Constraint(
                    name,
                    f"{SH}{parameter.name[0].upper()}{parameter.name[1:]}ConstraintComponent",
                    _severity(graph, name),
                    _query(selected, foci[name]),
                )


def _parameters(graph: Graph, shape: str, pattern: str = "") -> Iterator[Parameter]:
    """Yield the constraint parameters of a shape; all else that SHACL says has to be known."""
    said = graph[NamedNode(shape)]
    for predicate, terms in list(said.items()):
        name = predicate.removeprefix(SH)
        if name in VALUES or name in SETS:
            yield from (Parameter(graph, shape, name, term, pattern) for term in terms)
        elif name != predicate and name not in NO_CONSTRAINTS and name not in TARGETS:
            raise ShapesGraphError(f"{shape}: no query is known for sh:{name}.")
    if NamedNode(iri("rdfs:Class")) in said[iri("rdf:type")]:
        raise ShapesGraphError(f"{shape}: no query is known for a shape that is a class.")


def _severity(graph: Graph, shape: str) -> Severity:
    stated = graph[NamedNode(shape)][SH + "severity"] or [NamedNode(f"{SH}Violation")]
    return next(name for name in SEVERITIES if stated[0] == NamedNode(SH + name))


def _query(selected: FocusQuery, foci: Iterable[str]) -> str:
    wanted = " UNION ".join(f"{{ {focus} }}" for focus in foci)
    return (
        f"{PROLOGUE}SELECT DISTINCT {selected.variables} "
        f"WHERE {{ {{ SELECT DISTINCT ?focus WHERE {{ {wanted} }} }} {selected.pattern} }}"
        f"{selected.after}"
    )


def _iri(term: Term) -> str:
    if not isinstance(term, NamedNode):
        raise ShapesGraphError(f"A shape or property is named by an IRI, not {term}.")
    return term.value


# ---- of each value: the expression that has to hold ----------------------------------------------


def _values(parameter: Parameter) -> FocusQuery:
    holds = VALUES[parameter.name](parameter)
    return FocusQuery("?focus ?value", f"{parameter.pattern} FILTER(!COALESCE({holds}, false))")


def _conforms(graph: Graph, shape: Term) -> str:
    """Return the expression that says whether `?value` conforms to a shape of values."""
    tests = []
    for parameter in _parameters(graph, _iri(shape)):
        if parameter.name not in VALUES or parameter.beside("property"):
            raise ShapesGraphError(f"{shape}: inside a shape, only values can be tested.")
        tests.append(f"COALESCE({VALUES[parameter.name](parameter)}, false)")
    return " && ".join(tests) or "true"


def _datatype(parameter: Parameter) -> str:
    name = _iri(parameter.term).removeprefix(XSD)
    same = f"DATATYPE(?value) = {parameter.term}"
    if name == _iri(parameter.term) or name in UNCHECKED:
        return same
    if name not in CAST:
        raise ShapesGraphError(f"{parameter.shape}: no query is known for values of xsd:{name}.")
    return f"{same} && STRLEN(STR({parameter.term}(STR(?value)))) > 0"


def _kind(parameter: Parameter) -> str:
    kinds = _iri(parameter.term).removeprefix(SH).split("Or")
    return " || ".join(f"{KINDS[kind]}(?value)" for kind in kinds)


def _pattern(parameter: Parameter) -> str:
    flags = "".join(f", {flag}" for flag in parameter.beside("flags"))
    return f"REGEX(STR(?value), {parameter.term}{flags})"


def _any(test: str) -> Callable[[Parameter], str]:
    return lambda parameter: " || ".join(map(test.format, parameter.members)) or "false"


def _of_term(test: str) -> Callable[[Parameter], str]:
    return lambda parameter: test.format(parameter.term)


VALUES: Mapping[str, Callable[[Parameter], str]] = {
    "class": _of_term("EXISTS {{ ?value a/rdfs:subClassOf* {} }}"),
    "datatype": _datatype,
    "nodeKind": _kind,
    "pattern": _pattern,
    "in": _any("SAMETERM(?value, {})"),
    "languageIn": _any("LANGMATCHES(LANG(?value), {})"),
    "node": lambda parameter: _conforms(parameter.graph, parameter.term),
    "minLength": _of_term("STRLEN(STR(?value)) >= {}"),
    "maxLength": _of_term("STRLEN(STR(?value)) <= {}"),
    "minInclusive": _of_term("?value >= {}"),
    "maxInclusive": _of_term("?value <= {}"),
    "minExclusive": _of_term("?value > {}"),
    "maxExclusive": _of_term("?value < {}"),
}


# ---- of all values together: the query for what breaks it ----------------------------------------


def _count(having: str) -> Callable[[Parameter], FocusQuery]:
    def select(parameter: Parameter) -> FocusQuery:
        qualified = parameter.name.startswith("qualified")
        inner = parameter.beside("qualifiedValueShape") if qualified else []
        tests = "".join(f" FILTER({_conforms(parameter.graph, shape)})" for shape in inner)
        return FocusQuery(
            "?focus",
            f"OPTIONAL {{ {parameter.pattern}{tests} }}",
            f" GROUP BY ?focus HAVING(COUNT(DISTINCT ?value) {having} {parameter.term})",
        )

    return select


def _compared(test: str) -> Callable[[Parameter], FocusQuery]:
    return lambda parameter: FocusQuery(
        "?focus ?value", f"{parameter.pattern} ?focus {parameter.term} ?other . FILTER({test})"
    )


def _unique(parameter: Parameter) -> FocusQuery | None:
    if parameter.term != Literal(True):
        return None
    other = parameter.pattern.replace("?value", "?other")
    alike = 'LANG(?value) != "" && LANG(?value) = LANG(?other) && STR(?value) < STR(?other)'
    return FocusQuery("?focus", f"{parameter.pattern} {other} FILTER({alike})")


def _has(parameter: Parameter) -> FocusQuery:
    same = f"{parameter.pattern} FILTER(SAMETERM(?value, {parameter.term}))"
    return FocusQuery("?focus", f"FILTER NOT EXISTS {{ {same} }}")


SETS: Mapping[str, Callable[[Parameter], FocusQuery | None]] = {
    "minCount": _count("<"),
    "maxCount": _count(">"),
    "qualifiedMinCount": _count("<"),
    "qualifiedMaxCount": _count(">"),
    "disjoint": _compared("SAMETERM(?value, ?other)"),
    "lessThan": _compared("!COALESCE(?value < ?other, false)"),
    "lessThanOrEquals": _compared("!COALESCE(?value <= ?other, false)"),
    "uniqueLang": _unique,
    "hasValue": _has,
}
TARGETS = {
    "targetClass": "?focus a/rdfs:subClassOf* {}",
    "targetSubjectsOf": "?focus {} ?any",
    "targetObjectsOf": "?any {} ?focus",
    "targetNode": "VALUES ?focus {{ {} }}",
}
