"""
Write a release: the dataset, its parts for other tools, and the manifest.

Files are written to a directory of their own beside the last release, which is replaced only when
all are there. The dataset is in canonical form (W3C RDF Dataset Canonicalization, RDFC-1.0),
its quads sorted, and compressed without a date: one commit makes the same bytes.
"""

import gzip
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    serialize,
)

from partage import __version__
from partage.atomic_files import locked
from partage.errors import IntegrityError
from partage.pipeline.reasoning.projection import TYPE
from partage.pipeline.state import State
from partage.pipeline.writing.manifest import NAME, Family, Manifest, commit, tools
from partage.rdf import layout
from partage.rdf.canonical import canonical_nquads, nquads_digest
from partage.rdf.namespaces import BASE, GRAPH, PREFIXES
from partage.rdf.parsing import short_iri, value_of
from partage.releases.artefact import Artefact

FORMER = "-former"
DEFAULT = DefaultGraph()
COPIED = ("ontology/partage.ttl", "ontology/alignments.ttl", "ontology/context.jsonld")


def write(state: State, directory: Path, inputs: str) -> Manifest:
    """Write the release's files into an empty directory; return the manifest, written too."""
    dataset = canonical(state)
    default = [
        Quad(q.subject, q.predicate, q.object) for q in dataset.quads_for_graph_name(DEFAULT)
    ]
    text = canonical_nquads(dataset)
    _compressed(directory / "dataset.nq.gz", text)
    _compressed(directory / "current-view.nt.gz", canonical_nquads(default))
    for name in COPIED:
        if (state.root / name).is_file():
            shutil.copyfile(state.root / name, directory / Path(name).name)
    (directory / "partage.ttl").rename(directory / "ontology.ttl")
    ontology = sorted(dataset.quads_for_graph_name(NamedNode(GRAPH + "ontology")), key=str)
    (directory / "ontology.jsonld").write_bytes(_json_ld(ontology))
    vocabulary = layout.committed_form(
        Quad(q.subject, q.predicate, q.object) for q in state.graph("vocabulary")
    )
    (directory / "vocabulary.ttl").write_text(vocabulary, encoding="utf-8")
    source, modified = commit(state.root)
    manifest = Manifest(
        software=__version__,
        ontology=value_of(state.graph("ontology"), PREFIXES["ds"].rstrip("#"), "owl:versionInfo"),
        data=value_of(state.graph("dataset"), BASE, "dcat:version"),
        commit=source,
        modified=modified,
        inputs=inputs,
        tools=tools(),
        rdfc10=nquads_digest(dataset),
        quads=len(dataset),
        graphs=families(dataset),
        classes=classes(default),
        checks=state.report,
        artefacts=tuple(Artefact.of(path) for path in sorted(directory.iterdir())),
    )
    (directory / NAME).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


def canonical(state: State) -> Dataset:
    """Return the whole dataset, its blank nodes (the ontology's) named as RDFC-1.0 names them."""
    dataset = Dataset(state.view)
    for quads in state.graphs.values():
        for quad in quads:
            dataset.add(quad)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def families(dataset: Iterable[Quad]) -> dict[str, Family]:
    """Count graphs and quads by family: each plain graph, and the four of the nanopublications."""
    quads = Counter(quad.graph_name for quad in dataset)
    members: dict[str, list[int]] = {}
    for name, count in quads.items():
        if isinstance(name, DefaultGraph):
            family = "default graph"
        elif name.value.startswith(GRAPH):
            family = "graph:" + name.value.removeprefix(GRAPH)
        else:
            family = "claim version #" + str(name.value).rpartition("#")[2]
        members.setdefault(family, []).append(count)
    return {name: Family(len(rows), sum(rows)) for name, rows in sorted(members.items())}


def classes(view: Iterable[Quad]) -> dict[str, int]:
    """Count the members of each of our classes in the current view."""
    counts = Counter(
        short_iri(quad.object.value)
        for quad in view
        if quad.predicate.value == TYPE
        and isinstance(quad.object, NamedNode)
        and quad.object.value.startswith(PREFIXES["ds"])
    )
    return dict(sorted(counts.items()))


@contextmanager
def staging(release: Path) -> Iterator[Path]:
    """
    Give an empty directory beside the release, which goes with the block where it is still there.

    One process at a time has one. What a killed build left goes; the release that it had put aside
    comes back.
    """
    release.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{release.name}-"
    with locked(release.parent):
        for former in release.parent.glob(f"{prefix}*{FORMER}"):
            if not release.exists():
                former.rename(release)
        for left in release.parent.glob(f"{prefix}*"):
            shutil.rmtree(left, ignore_errors=True)
        staged = Path(tempfile.mkdtemp(prefix=prefix, dir=release.parent))
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def promote(staged: Path, release: Path) -> None:
    """
    Put the staged directory in the release's place; on failure the last release stays.

    Raises
    ------
    IntegrityError
        The release's place is taken by something that is not a release.
    """
    if release.exists() and not (release / NAME).is_file() and any(release.iterdir()):
        raise IntegrityError(
            f"{release} is not empty and holds no release. Choose another directory with --out."
        )
    staged.chmod(0o755)  # mkdtemp makes it private
    former = staged.with_name(staged.name + FORMER)
    if release.exists():
        release.rename(former)
    try:
        staged.rename(release)
    except OSError as error:
        if former.exists():
            former.rename(release)
        raise IntegrityError(f"{release} could not be written: {error}") from error
    shutil.rmtree(former, ignore_errors=True)


def _compressed(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=6, mtime=0))


def _json_ld(quads: Iterable[Quad]) -> bytes:
    triples = [quad.triple for quad in quads]
    text = serialize(triples, format=RdfFormat.JSON_LD, prefixes=PREFIXES)
    assert text is not None  # serialize without an output returns bytes
    return text
