"""
Why a statement that nobody made holds: by which rule, from which axiom and which statements.

The rules are those of OWL 2 RL that our ontology needs (names as in
https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules), and those of
our own that derive what OWL cannot say. A rule is a pattern over the current view and
`graph:ontology`; one query a rule answers for all statements of a page.

A reason goes one step back: a premise that was inferred has a reason of its own. Reasons never go
in a circle: premises that somebody stated come first, then the rules in the order of the table; an
inverse, which could be read both ways, comes last.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode, Triple

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.resources.description.describe import DERIVED, INFERRED, UNITED, ask
from partage.store.engine import Engine, Solution, Term

BATCH = 250
TYPE = "rdf:type"
Pattern = tuple[str, str, str]
ONTOLOGY = "GRAPH graph:ontology"


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """
    How a statement `?s ?p ?o` follows.

    `words` is a sentence about the `%(term)s` of `axiom` (a variable or a CURIE), `where` finds the
    `premises`; `predicate` is the only one that the rule gives, where there is but one.
    """

    name: str
    words: str
    where: str
    premises: tuple[Pattern, ...]
    axiom: str
    predicate: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one statement holds: the rule, the term whose axiom it uses, and the premises."""

    rule: AppliedRule
    axiom: NamedNode
    premises: tuple[Triple, ...]


RULES = (
    AppliedRule(
        "prp-spo1", "%(term)s is a narrower property: whatever it relates, this one relates",
        f"{ONTOLOGY} {{ ?q rdfs:subPropertyOf ?p FILTER(?q != ?p) }} ?s ?q ?o",
        (("?s", "?q", "?o"),), "?q",
    ),
    AppliedRule(
        "cax-sco", "%(term)s is a narrower class: each of its members is one of this",
        f"{ONTOLOGY} {{ ?q rdfs:subClassOf ?o FILTER(?q != ?o) }} ?s a ?q",
        (("?s", TYPE, "?q"),), "?q", TYPE,
    ),
    AppliedRule(
        "prp-spo2", "%(term)s holds wherever these two properties lead from one to the other",
        f"{ONTOLOGY} {{ ?p owl:propertyChainAxiom ?l . ?l rdf:first ?q ; rdf:rest/rdf:first ?r }} "
        "?s ?q ?m . ?m ?r ?o FILTER(?m NOT IN (?s, ?o))",
        (("?s", "?q", "?m"), ("?m", "?r", "?o")), "?p",
    ),
    AppliedRule(
        "prp-dom", "%(term)s is said of members of this class only",
        f"{ONTOLOGY} {{ ?q rdfs:domain ?o }} ?s ?q ?x",
        (("?s", "?q", "?x"),), "?q", TYPE,
    ),
    AppliedRule(
        "prp-rng", "%(term)s leads to members of this class only",
        f"{ONTOLOGY} {{ ?q rdfs:range ?o }} ?x ?q ?s",
        (("?x", "?q", "?s"),), "?q", TYPE,
    ),
    AppliedRule(
        "prp-trp", "%(term)s is transitive: it goes on from step to step",
        f"{ONTOLOGY} {{ ?p a owl:TransitiveProperty }} "
        "?s ?p ?m . ?m ?p ?o FILTER(?m NOT IN (?s, ?o))",
        (("?s", "?p", "?m"), ("?m", "?p", "?o")), "?p",
    ),
    AppliedRule(
        "prp-symp", "%(term)s is symmetric: it holds in both directions",
        f"{ONTOLOGY} {{ ?p a owl:SymmetricProperty }} ?o ?p ?s",
        (("?o", "?p", "?s"),), "?p",
    ),
    AppliedRule(
        "scm-int", "%(term)s names this class in its definition",
        f"{ONTOLOGY} {{ ?s owl:equivalentClass/owl:intersectionOf/rdf:rest*/rdf:first ?o }}",
        (), "?s", "rdfs:subClassOf",
    ),
    AppliedRule(
        "scm-svf", "%(term)s is defined by a property that is said of members of this class only",
        f"{ONTOLOGY} {{ ?s owl:equivalentClass/owl:onProperty ?q . "
        "?q rdfs:domain|(owl:inverseOf|^owl:inverseOf)/rdfs:range ?o }",
        (), "?s", "rdfs:subClassOf",
    ),
    AppliedRule(
        "reciprocates-flow",
        "%(term)s joins flows in opposite directions between the same two parties",
        "?s ds:hasProvider ?a ; ds:hasRecipient ?b . ?o ds:hasProvider ?b ; ds:hasRecipient ?a",
        (("?s", "ds:hasProvider", "?a"), ("?s", "ds:hasRecipient", "?b"),
         ("?o", "ds:hasProvider", "?b"), ("?o", "ds:hasRecipient", "?a")),
        "ds:reciprocatesFlow", "ds:reciprocatesFlow",
    ),
    AppliedRule(
        "not-before", "%(term)s is the first day that the stated dates allow",
        "?s ds:startEdtf ?m", (("?s", "ds:startEdtf", "?m"),), "ds:notBefore", "ds:notBefore",
    ),
    AppliedRule(
        "not-after", "%(term)s is the last day that the stated dates allow",
        "?s ds:endEdtf ?m", (("?s", "ds:endEdtf", "?m"),), "ds:notAfter", "ds:notAfter",
    ),
    AppliedRule(
        "logically-contradicts",
        "%(term)s sorts disputes: the reasoner found that both cannot hold",
        "?s ds:disputes ?o", (("?s", "ds:disputes", "?o"),),
        "ds:logicallyContradicts", "ds:logicallyContradicts",
    ),
    AppliedRule(
        "rhetorically-disputes",
        "%(term)s sorts disputes: the reasoner found that both can hold",
        "?s ds:disputes ?o", (("?s", "ds:disputes", "?o"),),
        "ds:rhetoricallyDisputes", "ds:rhetoricallyDisputes",
    ),
    AppliedRule(
        "prp-inv", "%(term)s is the inverse of this property",
        f"{ONTOLOGY} {{ {{ ?p owl:inverseOf ?q }} UNION {{ ?q owl:inverseOf ?p }} }} ?o ?q ?s",
        (("?o", "?q", "?s"),), "?q",
    ),
)  # fmt: skip
# A class defined by an intersection has many premises, one or two for each part of it.
DEFINITION = AppliedRule(
    "cls-int",
    "%(term)s is defined so: whatever meets the definition belongs to it",
    "",
    (),
    "?o",
    TYPE,
)
# Where several flows reciprocate or several dates bound, one of each tells enough; of a definition
# all parts must be met.
_PARTS = f"""{ONTOLOGY} {{ ?o owl:equivalentClass ?d
  {{ ?d owl:intersectionOf/rdf:rest*/rdf:first ?part }} UNION
  {{ ?d owl:onProperty ?any BIND(?d AS ?part) }} }}"""
_MET = f"""{{ {ONTOLOGY} {{ ?part owl:onProperty ?q ; owl:someValuesFrom ?c }} ?s ?q ?m . ?m a ?c }}
  UNION {{ {ONTOLOGY} {{ ?part owl:onProperty ?q ; owl:hasValue ?m }} ?s ?q ?m }}
  UNION {{ FILTER(isIRI(?part)) ?s a ?part }}"""

# What tells one way of meeting a definition from another, in whatever order an engine gives them.
_WITNESSED = ("s", "o", "part", "q", "m", "c")


def reasons(engine: Engine, statements: Iterable[Triple]) -> dict[Triple, Reason]:
    """Return why each of the statements holds, where a rule of the table says so."""
    found: dict[Triple, list[Reason]] = {}
    wanted = sorted({s for s in statements if _plain(s)}, key=str)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        for statement, reason in _candidates(engine, batch):
            found.setdefault(statement, []).append(reason)
    stated = _stated(engine, {p for rs in found.values() for r in rs for p in r.premises})
    return {
        statement: min(candidates, key=lambda reason: _rank(reason, stated))
        for statement, candidates in found.items()
    }


def _plain(triple: Triple) -> bool:
    return isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal)


def _candidates(engine: Engine, batch: Sequence[Triple]) -> Iterator[tuple[Triple, Reason]]:
    for rule in RULES:
        wanted = [s for s in batch if rule.predicate in (None, _short(s.predicate))]
        if rule.predicate is None:
            wanted = [s for s in wanted if _short(s.predicate) != TYPE]
        if not wanted:
            continue
        rows = ask(engine, f"SELECT DISTINCT * {{ {_given(wanted)} {rule.where} }}")
        for row in rows:
            axiom = _term(rule.axiom, row)
            assert isinstance(axiom, NamedNode)
            premises = tuple(_triple(pattern, row) for pattern in rule.premises)
            yield _triple(("?s", "?p", "?o"), row), Reason(rule, axiom, premises)
    yield from _definitions(engine, [s for s in batch if _short(s.predicate) == TYPE])


def _definitions(engine: Engine, wanted: Sequence[Triple]) -> Iterator[tuple[Triple, Reason]]:
    """Yield the definitions that things meet in every part, with one witness for each part."""
    if not wanted:
        return
    classes = " ".join(sorted({str(s.object) for s in wanted}))
    parts: dict[Term, set[Term]] = {}
    for row in ask(engine, f"SELECT ?o ?part {{ VALUES ?o {{ {classes} }} {_PARTS} }}"):
        parts.setdefault(row["o"], set()).add(row["part"])
    defined = [s for s in wanted if s.object in parts]
    if not defined:
        return
    rows = ask(engine, f"SELECT DISTINCT * {{ {_given(defined)} {_PARTS} {_MET} }}")
    by_statement = sorted(rows, key=lambda row: [str(row.get(name, "")) for name in _WITNESSED])
    for (subject, cls), group in groupby(by_statement, lambda row: (row["s"], row["o"])):
        witnesses: dict[Term, tuple[Triple, ...]] = {}
        for row in group:
            witnesses.setdefault(row["part"], _witness(row))
        if witnesses.keys() == parts[cls]:
            assert isinstance(subject, NamedNode)
            assert isinstance(cls, NamedNode)
            premises = tuple(dict.fromkeys(t for part in witnesses.values() for t in part))
            statement = Triple(subject, NamedNode(iri(TYPE)), cls)
            yield statement, Reason(DEFINITION, cls, premises)


def _witness(row: Solution) -> tuple[Triple, ...]:
    if "q" not in row:
        return (_triple(("?s", TYPE, "?part"), row),)
    first = _triple(("?s", "?q", "?m"), row)
    return (first, _triple(("?m", TYPE, "?c"), row)) if "c" in row else (first,)


def _stated(engine: Engine, premises: Iterable[Triple]) -> set[Triple]:
    """Return those of the premises that stand in a graph besides the inferred and derived ones."""
    wanted = sorted(set(premises), key=str)
    found: set[Triple] = set()
    others = ", ".join(iriref(name) for name in (INFERRED, DERIVED, UNITED))
    for start in range(0, len(wanted), BATCH):
        given = _given(wanted[start : start + BATCH])
        pattern = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g NOT IN ({others}))"
        rows = ask(engine, f"SELECT DISTINCT ?s ?p ?o {{ {given} {pattern} }}")
        found.update(_triple(("?s", "?p", "?o"), row) for row in rows)
    return found


def _rank(reason: Reason, stated: set[Triple]) -> tuple[object, ...]:
    inferred = sum(premise not in stated for premise in reason.premises)
    order = RULES.index(reason.rule) if reason.rule in RULES else 2
    return (inferred > 0, order, inferred, str(reason.premises), str(reason.axiom))


def _given(statements: Iterable[Triple]) -> str:
    rows = " ".join(f"({s.subject} {s.predicate} {s.object})" for s in statements)
    return f"VALUES (?s ?p ?o) {{ {rows} }}"


def _triple(pattern: Pattern, row: Mapping[str, Term]) -> Triple:
    subject, predicate, value = (_term(part, row) for part in pattern)
    assert isinstance(subject, NamedNode)
    assert isinstance(predicate, NamedNode)
    return Triple(subject, predicate, value)


def _term(part: str, row: Mapping[str, Term]) -> Term:
    return row[part[1:]] if part.startswith("?") else NamedNode(iri(part))


def _short(predicate: NamedNode) -> str:
    return _SHORT.get(predicate.value, "")


_SHORT = {iri(name): name for name in (TYPE, *(rule.predicate for rule in RULES if rule.predicate))}
