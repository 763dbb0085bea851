"""The small dataset in the shape of a release: as quads, as a store, as a release directory."""

import gzip
import hashlib
import json
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from partage.rdf.canonical import canonical_nquads
from partage.rdf.namespaces import GRAPH
from partage.rdf.parsing import read_rdf
from partage.store.factory import DATASET

FILE = Path(__file__).with_suffix(".trig")


def quads() -> list[Quad]:
    """Return the named graphs, and in the default graph the current view."""
    named = read_rdf(FILE)
    view = [Quad(q.subject, q.predicate, q.object) for q in named if in_view(q)]
    return [*named, *dict.fromkeys(view)]


def in_view(quad: Quad) -> bool:
    assert isinstance(quad.graph_name, NamedNode)
    name = quad.graph_name.value
    return name.startswith(GRAPH) or name.endswith("#assertion")


def store() -> Store:
    made = Store()
    made.bulk_extend(quads())
    return made


def release(directory: Path, *more: Quad) -> Path:
    """Write a release directory with the dataset, `more` quads and a manifest."""
    directory.mkdir(parents=True, exist_ok=True)
    data = gzip.compress(canonical_nquads([*quads(), *more]).encode("utf-8"), mtime=0)
    files = {DATASET: data, "ontology.ttl": b"# nothing\n"}
    for name, content in files.items():
        (directory / name).write_bytes(content)
    manifest = {
        "data": "2026.11.0",
        "ontology": "0.1.0",
        "quads": len(quads()) + len(more),
        "artefacts": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
    }
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return directory
