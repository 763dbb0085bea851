"""Finds the file and the line that a finding of the validation is about."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.pipeline.checks.committed import CommittedFile
from partage.pipeline.checks.report import ValidationResult
from partage.pipeline.checks.shapes import SEVERITIES
from partage.pipeline.checks.turtle_positions import TurtlePositions, places
from partage.rdf.namespaces import iri

_TYPE = iri("rdf:type")
_WITH_LINES = (".ttl", ".trig", ".nt")
_SAYS = 4  # a statement that fits this well is itself what the finding is about


class Locator:
    """Knows which file says what; a file's lines are read when first needed."""

    def __init__(self, files: Sequence[CommittedFile]) -> None:
        self._said: dict[object, list[tuple[CommittedFile, Quad]]] = defaultdict(list)
        self._places: dict[Path, TurtlePositions] = {}
        for file in files:
            for quad in file.quads:
                self._said[quad.subject].append((file, quad))
                if isinstance(quad.graph_name, NamedNode):
                    self._said[quad.graph_name].append((file, quad))

    def locate(self, result: ValidationResult) -> ValidationResult:
        """Return the finding with the file and line that say it, or at least name its node."""
        said = self._said.get(result.focus)
        if not said:
            return result
        file, quad = max(said, key=lambda item: _fit(item[1], result))
        return replace(result, file=file.name, line=self._line(file, quad, result))

    def _line(self, file: CommittedFile, quad: Quad, result: ValidationResult) -> int | None:
        if file.path.suffix not in _WITH_LINES or not isinstance(result.focus, NamedNode):
            return None
        if file.path not in self._places:
            self._places[file.path] = places(file.path.read_text(encoding="utf-8"))
        graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None
        subject = result.focus.value
        known = self._places[file.path]
        if _fit(quad, result) < _SAYS:
            return known.line(subject, graph=graph)
        value = None if isinstance(quad.object, BlankNode) else _lexical(quad.object)
        return known.line(subject, quad.predicate.value, value, graph)


def _fit(quad: Quad, result: ValidationResult) -> int:
    """Rate how well a statement fits a finding: it names its value, its property or its node."""
    if quad.subject != result.focus:
        return 0
    rate = 2 if quad.graph_name == result.graph else 1
    if quad.predicate.value == _TYPE:
        rate += 1
    path = result.path_turtle
    if path is not None and str(quad.predicate) == path:
        rate += 8 if result.value == quad.object else _SAYS
    elif path is None and result.value is not None:
        rate += 8 if result.value in (quad.object, quad.predicate) else 0
    return rate


def _lexical(term: object) -> str | None:
    return term.value if isinstance(term, NamedNode | Literal) else None


def order(result: ValidationResult) -> tuple[str, int, int, str, str]:
    """Sort findings by place, then by severity."""
    return (
        result.file or "",
        result.line or 0,
        SEVERITIES.index(result.severity),
        result.shape,
        str(result.value),
    )
