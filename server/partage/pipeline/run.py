"""
The build: a list of steps, each a function from state to state, and what surrounds it.

A step that fails says what, where and what to do; the last good release stays as it is. When
nothing has changed since the last release, nothing is done.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from partage.atomic_files import replace_file
from partage.errors import BuildError, IntegrityError, NonConformance
from partage.pipeline import parse
from partage.pipeline.checks import competency
from partage.pipeline.derivation import current_view, materialize, query_examples, tombstones, void
from partage.pipeline.reasoning import entailment, owl_profiles, viewpoints
from partage.pipeline.state import State
from partage.pipeline.writing import release_files
from partage.pipeline.writing.manifest import Manifest, inputs_digest

T = TypeVar("T")
Progress = Callable[[str, int, int, float | None], None]
"""Called as a step begins (step, done, total, None) and ends (step, done, total, seconds)."""


@dataclass(frozen=True, slots=True)
class BuildStep:
    """A step of the build: its name for people, and what it does."""

    name: str
    function: Callable[[State], State]


def conform(state: State) -> State:
    """
    Check the committed files against the shapes, by pySHACL, and the rules.

    Raises
    ------
    NonConformance
        There are violations; warnings and infos are counted only.
    """
    from partage.pipeline.checks import validate
    from partage.pipeline.checks.shapes import SEVERITIES, load

    judge = validate.judge_of(state.committed)
    report = validate.check(load(state.root / "shapes"), state.committed, judge=judge)
    if not report.conforms:
        grave = tuple(found for found in report.results if found.severity == "Violation")
        raise NonConformance(validate.report_text(replace(report, results=grave)), report)
    return state.noting("shapes and rules", {name: report.count(name) for name in SEVERITIES})


STEPS: tuple[BuildStep, ...] = (
    BuildStep("read files and registry", lambda state: parse.parse(state.root)),
    BuildStep("committed form and identifiers", parse.check),
    BuildStep("nanopublications and view", current_view.publish),
    BuildStep("OWL 2 DL profile", owl_profiles.check),
    BuildStep("shapes and rules", conform),
    BuildStep("consistency and inference", entailment.reason),
    BuildStep("viewpoints and disputes", viewpoints.weigh),
    BuildStep("materialize", materialize.materialize),
    BuildStep("examples and prefixes", query_examples.publish),
    BuildStep("tombstones and releases", tombstones.publish),
    BuildStep("statistics", void.publish),
    BuildStep("competency questions", competency.check),
)


def silent(step: str, done: int, total: int, seconds: float | None) -> None:
    """Show nothing."""


def build(
    root: Path,
    target: Path,
    progress: Progress = silent,
    *,
    force: bool = False,
    steps: tuple[BuildStep, ...] = STEPS,
) -> Manifest:
    """
    Build the release in `target` from the files below `root`; return its manifest.

    Raises
    ------
    BuildError
        A step failed; its note names the step. The last release is untouched.
    """
    inputs = inputs_digest(root)
    last = None if force else unchanged(target, inputs)
    if last:
        progress("nothing has changed", 1, 1, 0.0)
        return last
    clock = _Clock(progress, len(steps) + 1)
    state = State(root)
    for step in steps:
        state = clock.timed(step.name, partial(step.function, state))
    try:
        with release_files.staging(target) as staged:
            manifest = clock.timed(
                "write release", lambda: release_files.write(state, staged, inputs)
            )
            release_files.promote(staged, target)
        clock.report(target.with_name("build-report.json"), manifest)
    except OSError as error:
        raise IntegrityError(
            f"{target} could not be written ({error.strerror or error}). What was built before "
            "is as it was. Mend that and build again."
        ) from error
    return manifest


def unchanged(target: Path, inputs: str) -> Manifest | None:
    """Return the manifest of the last release if it was made of the same inputs and is whole."""
    try:
        last = Manifest.read(target)
    except IntegrityError:
        return None
    return last if last.inputs == inputs and last.complete(target) else None


class _Clock:
    """Runs work, tells how long it took, and writes the build report."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress = progress
        self.total = total
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], T]) -> T:
        """Return the result of some work; a failure is told in which step it happened."""
        self.progress(name, len(self.seconds), self.total, None)
        begin = time.perf_counter()
        try:
            result = work()
        except BuildError as error:
            error.add_note(f"The build stopped at: {name}.")
            raise
        self.seconds[name] = time.perf_counter() - begin
        self.progress(name, len(self.seconds), self.total, self.seconds[name])
        return result

    def report(self, path: Path, manifest: Manifest) -> None:
        """Write how long each step took and what it counted."""
        report = {
            "total_seconds": round(sum(self.seconds.values()), 2),
            "seconds": {name: round(seconds, 2) for name, seconds in self.seconds.items()},
            "counts": manifest.checks,
        }
        replace_file(path, json.dumps(report, indent=2) + "\n")
