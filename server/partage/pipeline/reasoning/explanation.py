"""
Which statements contradict one another? The fewest that do, with the claims that make them.

QuickXplain (U. Junker, 2004): divide the constraints, keep only the half that matters; about
k·log(n/k) consistency checks for a conflict of k among n.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from partage.errors import InconsistentOntology
from partage.pipeline.derivation.claim_versions import ClaimVersion
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import Fact
from partage.rdf.parsing import line_of, short_iri

T = TypeVar("T")
Agree = Callable[[Sequence[T]], bool]


def smallest(constraints: Sequence[T], agree: Agree[T]) -> list[T]:
    """
    Return a smallest part of `constraints` (in the sense of inclusion) that does not `agree`.

    The whole must not agree. When not even nothing agrees, the answer is empty.
    """
    if not agree([]):
        return []
    return _conflict([], [], list(constraints), agree)


def _conflict(kept: list[T], added: list[T], rest: list[T], agree: Agree[T]) -> list[T]:
    if added and not agree(kept):
        return []
    if len(rest) == 1:
        return rest
    half = len(rest) // 2
    first, second = rest[:half], rest[half:]
    right = _conflict(kept + first, first, second, agree)
    left = _conflict(kept + right, right, first, agree)
    return left + right


def contradiction(
    hermit: Hermit, background: frozenset[Fact], claims: Mapping[str, frozenset[Fact]]
) -> list[tuple[str, Fact]]:
    """
    Return the fewest statements that cannot all hold beside `background`, each with its claim.

    `claims` maps names to what they state; the name of the background is empty.
    """
    names = smallest(
        sorted(claims),
        lambda part: hermit.consistent(background.union(*(claims[name] for name in part))),
    )
    if not names:
        rows = smallest(sorted(background), hermit.consistent)
        return [("", fact) for fact in rows]
    stated = [(name, fact) for name in names for fact in sorted(claims[name])]
    return smallest(
        stated, lambda part: hermit.consistent(background.union(fact for _, fact in part))
    )


def inconsistent(
    what: str, found: Sequence[tuple[str, Fact]], versions: Mapping[str, ClaimVersion], root: Path
) -> InconsistentOntology:
    """Return the error that names the contradicting statements, their claims, files and lines."""
    lines = [f"  {_sentence(fact)}  ({_place(name, versions, root)})" for name, fact in found]
    return InconsistentOntology(
        f"{what} contradicts itself: these statements cannot all hold.\n"
        + "\n".join(lines)
        + "\nCorrect the one that is wrong; if a party denies what another says, write the denial "
        "as an owl:NegativePropertyAssertion in the denying claim."
    )


def _sentence(fact: Fact) -> str:
    denied = "NOT " if fact.negative else ""
    return f"{denied}{short_iri(fact.subject)} {short_iri(fact.predicate)} {short_iri(fact.object)}"


def _place(name: str, versions: Mapping[str, ClaimVersion], root: Path) -> str:
    if name not in versions:
        return "vocabulary or entities"
    version = versions[name]
    line = line_of(root / version.file, version.iri)
    return f"{short_iri(name)}, {version.file}" + (f":{line}" if line else "")
