"""Read the committed files into a state: the plain graphs, the registry, the claim versions."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from pyoxigraph import NamedNode, Quad

from partage.errors import CanonicalFormError, IdentifierError
from partage.pipeline.checks import committed, registry
from partage.pipeline.derivation import claim_versions
from partage.pipeline.state import State
from partage.rdf.namespaces import GRAPH

CLAIMS = "data/claims/*.trig"
GRAPHS: tuple[tuple[str, str], ...] = (
    ("ontology/partage.ttl", "ontology"),
    ("ontology/alignments.ttl", "alignments"),
    ("ontology/voc/*.ttl", "vocabulary"),
    ("data/dataset.ttl", "dataset"),
    ("data/sources.ttl", "sources"),
    ("data/passages/*.ttl", "sources"),
    ("data/*.ttl", "entities"),
)
"""Which graph a file's triples go to; the first pattern that fits decides."""


def parse(root: Path) -> State:
    """
    Read `ontology/` and `data/` below `root`; literals that are kept by value are told of.

    Raises
    ------
    RdfSyntaxError
        A file does not parse.
    CanonicalFormError
        A file has no place in the dataset, or a claims file holds something else than versions.
    IdentifierError
        The registry cannot be read.
    """
    files = tuple(committed.files(root))
    committed.warn_of_changes(files)
    graphs: dict[str, list[Quad]] = defaultdict(list)
    versions = []
    for file in files:
        if fits(file.name, CLAIMS):
            versions += claim_versions.versions(file.name, file.quads)
        else:
            graphs[GRAPH + graph_of(file.name)] += file.quads
    return State(
        root=root,
        committed=files,
        registry=tuple(registry.read_registry(root / registry.PATH)),
        versions=tuple(sorted(versions, key=lambda version: (version.claim, version.number))),
        graphs={name: tuple(_named(name, quads)) for name, quads in graphs.items()},
    )


def graph_of(name: str) -> str:
    """
    Return the graph that a file's triples go to.

    Raises
    ------
    CanonicalFormError
        No graph is made of such a file.
    """
    for pattern, graph in GRAPHS:
        if fits(name, pattern):
            return graph
    raise CanonicalFormError(
        f"{name}: no graph is made of this file. Move it to one of "
        f"{', '.join(pattern for pattern, _ in GRAPHS)} or {CLAIMS}."
    )


def fits(name: str, pattern: str) -> bool:
    """Return whether a path fits a pattern; a star stands for one part of the path."""
    return PurePosixPath(name).match(pattern)


def _named(name: str, quads: Sequence[Quad]) -> list[Quad]:
    """Put the quads into their graph, each once."""
    graph = NamedNode(name)
    return list(dict.fromkeys(Quad(q.subject, q.predicate, q.object, graph) for q in quads))


def check(state: State) -> State:
    """
    Check the form of every file, and every identifier against the registry.

    Raises
    ------
    CanonicalFormError
        A file is not in the committed form.
    IdentifierError
        An identifier is malformed, unregistered, reused or changed.
    """
    found = [finding for file in state.committed if (finding := committed.check_form(file))]
    if found:
        raise CanonicalFormError("\n".join(found))
    found = committed.check_identifiers(state.root, list(state.committed), state.registry)
    if found:
        raise IdentifierError("\n".join(found))
    counts = {"files": len(state.committed), "identifiers": len(state.registry)}
    return state.noting("committed form and identifiers", counts)
