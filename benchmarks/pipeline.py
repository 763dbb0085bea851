"""
Show where the time of the pipeline goes, in seconds of processor, which other work disturbs less.

    PYTHONPATH=server python benchmarks/pipeline.py               a build of all that is committed
    PYTHONPATH=server python benchmarks/pipeline.py made.nq       validation and materialization

`made.nq` is a synthetic graph in its committed form (`benchmarks/generate.py --form committed`).
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

from partage import assets
from partage.pipeline import run
from partage.pipeline.closure import entailed
from partage.pipeline.committed import CommittedFile
from partage.pipeline.materialize import ruled
from partage.pipeline.projection import facts, terminology
from partage.pipeline.shapes import load
from partage.pipeline.state import State
from partage.pipeline.validate import by_rules, by_shapes, current
from partage.rdf.namespaces import GRAPH
from partage.store.embedded import EmbeddedEngine

T = TypeVar("T")


class Shares:
    """Runs work, and tells the share of each at the end."""

    def __init__(self) -> None:
        self.seconds: dict[str, tuple[float, float]] = {}

    def of(self, name: str, work: Callable[[], T]) -> T:
        clock, processor = time.perf_counter(), time.process_time()
        result = work()
        self.seconds[name] = (time.perf_counter() - clock, time.process_time() - processor)
        return result

    def state(self, step: run.Step, state: State) -> State:
        """Carry out a step of a build."""
        return self.of(step.name, lambda: step.function(state))

    def tell(self) -> None:
        total = sum(used for _, used in self.seconds.values())
        for name, (passed, used) in self.seconds.items():
            print(f"{name:<34} {used:7.2f} s {used / total:5.0%}   ({passed:.2f} s passed)")
        print(f"{'all':<34} {total:7.2f} s")


def build() -> Shares:
    """Build what is committed into a folder that goes; the reasoner's JVM counts too."""
    shares = Shares()
    steps = tuple(run.Step(step.name, partial(shares.state, step)) for step in run.STEPS)
    with tempfile.TemporaryDirectory() as folder:
        shares.of("all steps, and write release", lambda: run.build(
            assets.root(), Path(folder) / "release", force=True, steps=steps))  # fmt: skip
    clock, used = shares.seconds.pop("all steps, and write release")
    before = [sum(part) for part in zip(*shares.seconds.values(), strict=True)]
    shares.seconds["write release"] = (clock - before[0], used - before[1])
    return shares


def scale(path: Path) -> Shares:
    """Validate and materialize a synthetic graph; whole graphs are held, as in a build."""
    shares = Shares()
    quads = shares.of("read", lambda: tuple(parse(path=str(path), format=RdfFormat.N_QUADS)))
    ontology = [quad for quad in quads if str(quad.graph_name) == f"<{GRAPH}ontology>"]
    dataset = shares.of("current view", lambda: current([CommittedFile(path, path.name, quads)]))
    view = [Quad(quad.subject, quad.predicate, quad.object) for quad in dataset]
    store, shapes = Store(), load(assets.root() / "shapes")
    named = [quad for quad in dataset if not isinstance(quad.graph_name, DefaultGraph)]
    shares.of("load", lambda: store.bulk_extend(chain(view, named)))
    with closing(EmbeddedEngine(store)) as engine:
        broken = shares.of("shapes", lambda: len(list(by_shapes(engine, shapes))))
        broken += shares.of("rules", lambda: len(list(by_rules(engine, shapes.rules))))
    terms = terminology(ontology)
    known = shares.of("facts", lambda: facts(view, terms))
    inferred = shares.of("inferred", lambda: entailed(known, terms))
    derived = shares.of("derived", lambda: list(ruled(State(assets.root(), view=tuple(view)))))
    print(
        f"{len(dataset):,} statements: {broken} findings; {len(known):,} facts, "
        f"{len(inferred) - len(known):,} inferred, {len(derived):,} derived"
    )
    return shares


if __name__ == "__main__":
    (scale(Path(sys.argv[1])) if sys.argv[1:] else build()).tell()
