"""
Time a step of the pipeline on a synthetic graph in its committed form, in a process of its own:
`python -m benchmarks.steps validate|materialize FILE`. Reading the file is not counted.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from benchmarks.servers import ROOT
from partage.pipeline.checks.committed import CommittedFile
from partage.rdf.namespaces import GRAPH

ONTOLOGY = NamedNode(GRAPH + "ontology")


def read(path: Path) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    """Return what is the ontology's, and the rest."""
    ontology: list[Quad] = []
    rest: list[Quad] = []
    for quad in parse(path=str(path), format=RdfFormat.N_QUADS):
        if quad.graph_name == ONTOLOGY:
            ontology.append(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))
        else:
            rest.append(quad)
    return tuple(ontology), tuple(rest)


def validate(ontology: tuple[Quad, ...], rest: tuple[Quad, ...]) -> Callable[[], int]:
    """Check against every shape and rule; return how many findings there are."""
    from partage.pipeline.checks.shapes import load
    from partage.pipeline.checks.validate import check

    shapes, nowhere = load(ROOT / "shapes"), Path("/dev/null")
    files = [CommittedFile(nowhere, "made", part) for part in (ontology, rest)]
    return lambda: len(check(shapes, files).results)


def materialize(ontology: tuple[Quad, ...], rest: tuple[Quad, ...]) -> Callable[[], int]:
    """Infer all that follows; return how many facts there are."""
    from partage.pipeline.reasoning.closure import entailed
    from partage.pipeline.reasoning.projection import affirmed, facts, terminology

    terms = terminology(ontology)
    known = affirmed(facts(rest, terms))
    return lambda: len(entailed(known, terms))


def main(name: str, path: str) -> None:
    """Print seconds and results as JSON."""
    work = {"validate": validate, "materialize": materialize}[name](*read(Path(path)))
    began = time.perf_counter()
    results = work()
    print(json.dumps({"seconds": round(time.perf_counter() - began, 2), "results": results}))


if __name__ == "__main__":
    main(*sys.argv[1:])
