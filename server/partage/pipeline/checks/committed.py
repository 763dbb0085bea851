"""The committed files: their form, their identifiers, and the digests of claim versions."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad

from partage.atomic_files import locked, replace_file
from partage.errors import CanonicalFormError
from partage.pipeline.checks import compatibility, registry
from partage.pipeline.derivation import claim_versions
from partage.rdf import layout
from partage.rdf.by_value import value_changes
from partage.rdf.parsing import read_rdf
from partage.releases.catalog import Catalog

FOLDERS = ("ontology", "data")
ONTOLOGY = "ontology/partage.ttl"
FREE_FORM = (ONTOLOGY, "ontology/alignments.ttl")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """A file of ontology/ or data/: its path, the path people read, its quads."""

    path: Path
    name: str
    quads: tuple[Quad, ...]


def files(root: Path) -> list[CommittedFile]:
    """
    Read every Turtle and TriG file below ontology/ and data/, in order of their names.

    Raises
    ------
    RdfSyntaxError
        A file does not parse.
    """
    paths = sorted(
        path
        for folder in FOLDERS
        for pattern in ("*.ttl", "*.trig")
        for path in (root / folder).rglob(pattern)
    )
    return [
        CommittedFile(path, str(path.relative_to(root)), tuple(read_rdf(path))) for path in paths
    ]


def warn_of_changes(files: Iterable[CommittedFile]) -> None:
    """Say in the log which literals the engine will answer otherwise than they are written."""
    for file in files:
        for change in value_changes(file.path):
            log.warning("%s", replace(change, file=Path(file.name)))


def check_form(file: CommittedFile) -> str | None:
    """Return what is wrong with the form of a file, or None; ontology files are free in form."""
    if file.name in FREE_FORM:
        return None
    try:
        wanted = layout.committed_form(file.quads)
    except CanonicalFormError as error:
        return f"{file.name}: {error}"
    text = file.path.read_text(encoding="utf-8")
    if text == wanted:
        return None
    line = next(
        (
            number
            for number, (a, b) in enumerate(
                zip(text.splitlines(), wanted.splitlines(), strict=False), 1
            )
            if a != b
        ),
        min(text.count("\n"), wanted.count("\n")) + 1,
    )
    return f"{file.name}:{line}: not in the committed form; run `partage ids check --write`."


def iris(quads: tuple[Quad, ...]) -> Iterator[str]:
    """Yield every IRI in the quads, the datatypes of literals aside."""
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode):
                yield term.value


def mentioned(committed: list[CommittedFile]) -> set[str]:
    """Return the identifiers that the files speak of; a claim version speaks of its claim."""
    found = {iri for file in committed for iri in registry.mentioned(iris(file.quads))}
    claims = {iri.rpartition("/")[0] for iri in found if registry.kind_of(iri) == "version"}
    editors = {registry.KINDS["agent"].namespace + "editors"}
    ontology = registry.KINDS["term"].namespace.rstrip("#")
    return {iri for iri in found | claims | editors if not iri.startswith(ontology + "/")}


def current(committed: Iterable[CommittedFile]) -> list[CommittedFile]:
    """Return the files without what superseded claim versions say; these can never change."""
    files = list(committed)
    numbers: dict[str, int] = {}
    for file in files:
        for quad in file.quads:
            claim, number = _version(quad)
            numbers[claim] = max(number, numbers.get(claim, 0))
    return [
        replace(file, quads=tuple(quad for quad in file.quads if _stands(quad, numbers)))
        for file in files
    ]


def _stands(quad: Quad, numbers: dict[str, int]) -> bool:
    claim, number = _version(quad)
    return number == numbers[claim]


def _version(quad: Quad) -> tuple[str, int]:
    """Return which claim's which version a statement is part of; an empty claim for none."""
    graph = quad.graph_name
    owner = quad.subject if isinstance(graph, DefaultGraph) else graph
    match = claim_versions.VERSION.match(str(getattr(owner, "value", "")))
    return (match["claim"], int(match["number"])) if match else ("", 0)


def check(root: Path, *, write: bool = False) -> list[str]:
    """
    Return what is wrong with the identifiers or the form of the committed files.

    With `write`, files and registry are rewritten in the committed form first.
    """
    committed = files(root)
    if write:
        rewrite(root, committed)
    rows = registry.read_registry(root / registry.PATH)
    found = [finding for file in committed if (finding := check_form(file))]
    return found + check_identifiers(root, committed, rows)


def check_identifiers(
    root: Path, committed: list[CommittedFile], rows: Sequence[registry.RegistryRow]
) -> list[str]:
    """Return what is wrong with the identifiers, by themselves and against earlier releases."""
    digests, current_files = version_digests(committed, rows), current(committed)
    found = registry.check(rows, mentioned(committed), digests, mentioned(current_files))
    quads = [quad for file in committed for quad in file.quads]
    ontology = [quad for file in committed if file.name == ONTOLOGY for quad in file.quads]
    return found + compatibility.check(Catalog.read(root), rows, quads, ontology)


def rewrite(root: Path, committed: list[CommittedFile]) -> None:
    """Put every file and the registry into the committed form."""
    for file in committed:
        if file.name not in FREE_FORM:
            replace_file(file.path, layout.committed_form(file.quads))
    path = root / registry.PATH
    with locked(path.parent):
        replace_file(path, registry.format_registry(registry.read_registry(path)))


def version_digests(
    committed: Iterable[CommittedFile], rows: Iterable[registry.RegistryRow]
) -> dict[str, str]:
    """Return the SHA-256 of every claim version as it would be published."""
    minted = {row.iri: row.minted for row in rows}
    versions = [
        version
        for file in committed
        if file.name.startswith("data/claims/")
        for version in claim_versions.versions(file.name, file.quads)
    ]
    return claim_versions.digests(versions, minted)
