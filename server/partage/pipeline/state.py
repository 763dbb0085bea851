"""What passes from step to step of a build: one frozen value, replaced and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from pyoxigraph import NamedNode, Quad, Triple

from partage.pipeline.checks.committed import CommittedFile
from partage.pipeline.checks.registry import RegistryRow
from partage.pipeline.derivation.claim_versions import ClaimVersion
from partage.pipeline.reasoning.closure import Inferences
from partage.pipeline.reasoning.hermit import Hermit
from partage.pipeline.reasoning.projection import Fact
from partage.rdf.namespaces import GRAPH

Report = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class State:
    """
    The build so far.

    `graphs` are the named graphs by IRI, their quads with the graph's name; `current` maps each
    claim to its current version; `report` counts what the steps found, for the build report.
    """

    root: Path
    committed: tuple[CommittedFile, ...] = ()
    registry: tuple[RegistryRow, ...] = ()
    versions: tuple[ClaimVersion, ...] = ()
    current: Mapping[str, ClaimVersion] = field(default_factory=dict)
    graphs: Mapping[str, tuple[Quad, ...]] = field(default_factory=dict)
    view: tuple[Quad, ...] = ()
    reasoner: Hermit | None = None
    asserted: frozenset[Fact] = frozenset()
    inferences: Inferences | None = None
    disputes: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    report: Report = field(default_factory=dict)

    def graph(self, name: str) -> tuple[Quad, ...]:
        """Return the quads of `graph:name`, none if there is no such graph."""
        return self.graphs.get(GRAPH + name, ())

    def with_graph(self, name: str, triples: Iterable[Triple]) -> Self:
        """Return the state with `graph:name` holding the triples."""
        graph = NamedNode(GRAPH + name)
        quads = tuple(Quad(t.subject, t.predicate, t.object, graph) for t in triples)
        return replace(self, graphs={**self.graphs, graph.value: quads})

    def noting(self, step: str, counts: Mapping[str, int]) -> Self:
        """Return the state with a step's counts in the report."""
        return replace(self, report={**self.report, step: dict(counts)})
