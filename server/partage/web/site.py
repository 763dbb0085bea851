"""What the views of one application share: engine, settings, release, and facts about them."""

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import cast

from flask import current_app
from pyoxigraph import Quad

from partage.rdf.namespaces import SPARQL_PREFIXES
from partage.resources.describe import ask
from partage.resources.identifiers import is_iri
from partage.settings import Settings
from partage.sparql.description import describe
from partage.store.engine import Engine, Query

OF_PARTAGE = "ASK { ?claim a ds:Claim }"


@dataclass(frozen=True, slots=True)
class Example:
    """A query to start from: its name in `?example=`, its question, and its text."""

    name: str
    question: str
    note: str
    text: str


class Site:
    """One engine and what is known of its dataset, which never changes while we serve it."""

    def __init__(self, settings: Settings, engine: Engine, release: Path | None) -> None:
        self.settings = settings
        self.engine = engine
        self.release = release
        self._descriptions: dict[str, list[Quad]] = {}

    @cached_property
    def manifest(self) -> dict[str, object]:
        """The release's manifest; empty where no release is served."""
        path = self.release / "manifest.json" if self.release else None
        if path is None or not path.is_file():
            return {}
        read = json.loads(path.read_text(encoding="utf-8"))
        return read if isinstance(read, dict) else {}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many members the classes have, the largest first; at most a dozen classes."""
        rows = ask(
            self.engine,
            "SELECT ?class (COUNT(DISTINCT ?x) AS ?n) { ?x a ?class } "
            "GROUP BY ?class ORDER BY DESC(?n) LIMIT 60",
        )
        return {
            name: int(row["n"].value)  # type: ignore[union-attr]  # COUNT gives a literal
            for row in rows
            if is_iri(name := str(getattr(row["class"], "value", "")))
        }

    @cached_property
    def triples(self) -> int:
        """How many triples the default graph holds."""
        rows = ask(self.engine, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        return int(rows[0]["n"].value)  # type: ignore[union-attr]  # COUNT gives a literal

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Queries to start from: ours where our dataset is served, else ones for any dataset."""
        return read_examples("partage" if self.of_partage else "any")

    @cached_property
    def of_partage(self) -> bool:
        """Whether the dataset holds claims of our kind, or is somebody else's."""
        return self.engine.query(Query(SPARQL_PREFIXES + OF_PARTAGE)).answer is True

    def description(self, endpoint: str) -> list[Quad]:
        """Return the service description for an endpoint's address, computed once."""
        if endpoint not in self._descriptions:
            self._descriptions = {endpoint: describe(self.engine, endpoint)}
        return self._descriptions[endpoint]


def read_examples(folder: str) -> tuple[Example, ...]:
    """Read the queries of a folder of `partage/queries`, in the order of their names."""
    found = []
    paths = (files("partage") / "queries" / folder).iterdir()
    for path in sorted(paths, key=lambda path: path.name):
        text = path.read_text(encoding="utf-8")
        head = dict(
            line.removeprefix("# ").split(": ", 1)
            for line in text.splitlines()
            if line.startswith("# ")
        )
        body = "\n".join(line for line in text.splitlines() if not line.startswith("# "))
        name = path.name.removesuffix(".rq").partition("-")[2]
        found.append(Example(name, head["question"], head.get("note", ""), body + "\n"))
    return tuple(found)


def site() -> Site:
    """Return the site that the current application serves."""
    return cast("Site", current_app.extensions["partage"])
