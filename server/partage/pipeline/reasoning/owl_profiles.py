"""
OWL 2 profiles: the build demands OWL 2 DL, and counts how far RL, EL and QL are.

The checkers are the OWL API's (https://www.w3.org/TR/owl2-profiles/, and for DL the global
restrictions of https://www.w3.org/TR/owl2-syntax/#Global_Restrictions_on_Axioms_in_OWL_2_DL).
"""

from collections.abc import Sequence
from dataclasses import replace

from partage.errors import ProfileViolation
from partage.pipeline.derivation.current_view import union
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.jvm import java_class
from partage.pipeline.reasoning.projection import affirmed, facts, terminology
from partage.pipeline.state import State
from partage.rdf.namespaces import GRAPH, PREFIXES

PROFILES = ("OWL2DLProfile", "OWL2RLProfile", "OWL2ELProfile", "OWL2QLProfile")
SHOWN = 20


def check(state: State) -> State:
    """
    Check the ontology, the vocabulary and the reasoner's projection of the current view.

    Raises
    ------
    ProfileViolation
        Something lies outside OWL 2 DL.
    """
    ontology = terminology(state.graph("ontology"))
    labelled = union(state.graphs, [GRAPH + "ontology", GRAPH + "vocabulary"])
    hermit = Hermit(ontology)
    asserted = affirmed(facts(state.view, ontology))
    subject = hermit.document(tuple(quad.triple for quad in labelled))
    axioms = hermit.ontology(asserted, unique_names=False).getAxioms()
    subject.getOWLOntologyManager().addAxioms(subject, axioms)
    found = {name: violations(subject, name) for name in PROFILES}
    outside = found["OWL2DLProfile"]
    if outside:
        raise ProfileViolation(
            f"The ontology leaves OWL 2 DL in {len(outside)} places. Declare the term, or choose "
            "another axiom, in ontology/partage.ttl:\n" + "\n".join(grouped(outside))
        )
    return replace(state, reasoner=hermit, asserted=asserted).noting(
        "OWL 2 DL profile", {name: len(places) for name, places in found.items()}
    )


def violations(ontology: object, profile: str) -> list[str]:
    """Return what in an ontology of the OWL API lies outside a profile, shortened for reading."""
    checker = java_class(f"org.semanticweb.owlapi.profiles.{profile}")()
    lines = {
        " ".join(str(violation).split())
        for violation in checker.checkOntology(ontology).getViolations()
    }
    return sorted(line.replace(PREFIXES["ds"], "ds:") for line in lines)


def grouped(lines: Sequence[str]) -> list[str]:
    """Return one line for each kind of violation, with how often it occurs and where first."""
    kinds: dict[str, list[str]] = {}
    for line in lines:
        kind, _, place = line.partition(" [")
        kinds.setdefault(kind, []).append(place.partition(" in OntologyID(")[0])
    shown = [
        f"  {kind}, {len(places)} times, first in {places[0]}" for kind, places in kinds.items()
    ]
    return shown[:SHOWN] + [f"  … and {len(shown) - SHOWN} more kinds"] * (len(shown) > SHOWN)
