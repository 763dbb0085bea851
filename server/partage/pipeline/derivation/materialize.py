"""
What was inferred and what was derived, each in a graph of its own, never mixed with assertions.

`graph:inferred` holds what HermiT entails and nobody asserted; `graph:derived` what rules add that
OWL 2 DL cannot say: `ontology/rules/*.rq` (SPARQL CONSTRUCT over the current view), the days an
EDTF date lies between, and how each dispute was classified.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Quad, QueryTriples, Store, Triple

from partage.errors import CanonicalFormError, RdfSyntaxError
from partage.pipeline.derivation.current_view import current_view
from partage.pipeline.derivation.edtf import bounds
from partage.pipeline.reasoning.projection import TYPE, Fact
from partage.pipeline.state import State
from partage.rdf.namespaces import PREFIXES, iri
from partage.rdf.parsing import short_iri

RULES = "ontology/rules"
USEFUL = (PREFIXES["ds"], PREFIXES["skos"])
SUBCLASS = NamedNode(iri("rdfs:subClassOf"))
EDTF_START, EDTF_END = iri("ds:startEdtf"), iri("ds:endEdtf")
NOT_BEFORE, NOT_AFTER = NamedNode(iri("ds:notBefore")), NamedNode(iri("ds:notAfter"))
DATE = NamedNode(iri("xsd:date"))
LOGICALLY = NamedNode(iri("ds:logicallyContradicts"))
RHETORICALLY = NamedNode(iri("ds:rhetoricallyDisputes"))


def materialize(state: State) -> State:
    """
    Add the inferred and the derived graph, and renew the current view.

    Raises
    ------
    RdfSyntaxError
        A rule does not parse, or is no CONSTRUCT query.
    CanonicalFormError
        A date is no EDTF expression.
    """
    entailed = state.with_graph("inferred", sorted(set(inferred(state)), key=str))
    entailed = replace(entailed, view=current_view(entailed))
    derived = {*ruled(entailed), *dated(entailed.view), *classified(entailed)}
    full = entailed.with_graph("derived", sorted(derived, key=str))
    return replace(full, view=current_view(full)).noting(
        "materialize",
        {"inferred": len(full.graph("inferred")), "derived": len(full.graph("derived"))},
    )


def inferred(state: State) -> Iterable[Triple]:
    """Yield the entailed triples that are new and tell something."""
    assert state.inferences is not None  # the order of steps in run.py sees to it
    known = {quad.triple for quad in state.view}
    for fact in state.inferences.facts - state.asserted:
        if tells_something(fact):
            yield Triple(NamedNode(fact.subject), NamedNode(fact.predicate), NamedNode(fact.object))
    for name, above in state.inferences.superclasses:
        triple = Triple(NamedNode(name), SUBCLASS, NamedNode(above))
        if triple not in known:
            yield triple


def tells_something(fact: Fact) -> bool:
    """Return whether a fact uses our terms or SKOS's, and relates two different things."""
    word = fact.object if fact.predicate == TYPE else fact.predicate
    return word.startswith(USEFUL) and fact.subject != fact.object


def ruled(state: State) -> Iterable[Triple]:
    """Yield what the rules construct from the current view."""
    store = Store()
    store.bulk_extend(state.view)
    for path in sorted((state.root / RULES).glob("*.rq")):
        try:
            result = store.query(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise RdfSyntaxError(path, str(error), error.lineno, error.offset) from error
        if not isinstance(result, QueryTriples):
            raise RdfSyntaxError(path, "a rule must be a CONSTRUCT query")
        yield from result


def dated(view: Iterable[Quad]) -> Iterable[Triple]:
    """
    Yield the days that the stated dates lie between.

    Several claims may date one thing: the bounds hold for every one of them, so that a beginning
    which one claim leaves open has no bound.
    """
    stated: dict[tuple[str, str], list[datetime.date | None]] = defaultdict(list)
    for quad in view:
        predicate = quad.predicate.value
        if predicate not in (EDTF_START, EDTF_END) or not isinstance(quad.object, Literal):
            continue
        subject = str(getattr(quad.subject, "value", ""))
        try:
            first, last = bounds(quad.object.value)
        except ValueError as error:
            raise CanonicalFormError(
                f"{short_iri(subject)} {short_iri(predicate)}: {error}. "
                "Write it as docs/glossary.md shows."
            ) from error
        stated[subject, predicate].append(first if predicate == EDTF_START else last)
    for (subject, predicate), days in stated.items():
        known = [day for day in days if day]
        if len(known) == len(days):
            day = min(known) if predicate == EDTF_START else max(known)
            bound = NOT_BEFORE if predicate == EDTF_START else NOT_AFTER
            yield Triple(NamedNode(subject), bound, Literal(day.isoformat(), datatype=DATE))


def classified(state: State) -> Iterable[Triple]:
    """Yield how each dispute was classified."""
    for (claim, other), contradictory in state.disputes.items():
        kind = LOGICALLY if contradictory else RHETORICALLY
        yield Triple(NamedNode(claim), kind, NamedNode(other))
