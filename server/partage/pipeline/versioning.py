"""
Versions: calendar versions of the data, semantic versions of the ontology.

Data are versioned `YYYY.MM.N` (https://calver.org/), the ontology `MAJOR.MINOR.PATCH`
(https://semver.org/) by what a change does to those who rely on it: a term removed, or an axiom of
a released term changed, is major, a new term minor, a wording a patch. Below 1.0.0 a minor step
stands for a major one, as semver §4 has it.
"""

import re
from collections.abc import Iterable

from pyoxigraph import Quad

from partage.rdf.namespaces import PREFIXES, iri
from partage.releases.descriptions import (
    ComparedStatement,
    DatasetContents,
    dataset_contents,
    resource_kind,
)

CALENDAR = re.compile(r"(\d{4})\.(0[1-9]|1[0-2])\.(0|[1-9]\d*)")
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
LEVELS = ("none", "patch", "minor", "major")
NONE, PATCH, MINOR, MAJOR = range(4)

VERSIONING = frozenset(
    iri(f"owl:{name}")
    for name in ("versionInfo", "versionIRI", "priorVersion", "backwardCompatibleWith",
                 "incompatibleWith", "deprecated")
)  # fmt: skip
LOGICAL = frozenset(
    iri(name)
    for name in ("rdf:type", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range")
)

Triplet = tuple[int, int, int]


def calendar(version: str) -> Triplet | None:
    """Return the parts of a calendar version in their order, None if it is none."""
    match = CALENDAR.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def semantic(version: str) -> Triplet | None:
    """Return the parts of a semantic version in their order, None if it is none."""
    match = SEMANTIC.fullmatch(version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def step(before: Triplet, after: Triplet) -> int:
    """Return how large the step from one semantic version to a later one is; back is none."""
    if after <= before:
        return NONE
    changed = next(place for place in range(3) if before[place] != after[place])
    return MAJOR if changed == 0 or (changed == 1 and after[0] == 0) else MAJOR - changed


def needed(before: Iterable[Quad], after: Iterable[Quad]) -> list[tuple[int, str]]:
    """Return what changed in an ontology, each change with the step it needs; grave ones first."""
    old, new = dataset_contents(before), dataset_contents(after)
    found = [
        (level, name)
        for name in sorted(old.statements.keys() | new.statements.keys())
        if resource_kind(name) in ("term", "ontology") and (level := _level(name, old, new)) != NONE
    ]
    return sorted(found, key=lambda change: -change[0])


def _level(name: str, old: DatasetContents, new: DatasetContents) -> int:
    was, now = old.statements.get(name, frozenset()), new.statements.get(name, frozenset())
    if not was:
        return MINOR
    changed = was ^ now
    if not now or any(is_logical(statement) for statement in changed):
        return MAJOR
    wording = (statement for statement in changed if statement.predicate not in VERSIONING)
    return PATCH if any(wording) else NONE


def is_logical(statement: ComparedStatement) -> bool:
    """Return whether a statement of the ontology is (part of) an axiom, not an annotation."""
    predicate = statement.predicate
    if predicate in VERSIONING:
        return False
    return predicate in LOGICAL or predicate.startswith(PREFIXES["owl"])
