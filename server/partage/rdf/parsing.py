"""Read RDF files; every fault names its file, line and column."""

import re
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Literal, Quad, parse

from partage.errors import RdfSyntaxError
from partage.rdf.formats import by_path
from partage.rdf.input_files import open_rdf_file
from partage.rdf.namespaces import BASE, ID, curie, iri


def read_rdf(path: Path) -> list[Quad]:
    """
    Parse one RDF file (Turtle, TriG, N-Triples, N-Quads, RDF/XML, JSON-LD; also `.gz`).

    Relative IRIs resolve against the base of things, `https://w3id.org/partage/id/`.

    Raises
    ------
    RdfSyntaxError
        The file cannot be read, its ending names no RDF format, or its text does not parse.
    """
    fmt = by_path(path)
    if fmt is None or fmt.rdf is None:
        raise RdfSyntaxError(
            path, "no RDF format has this ending; use .ttl, .trig, .nt, .nq, .rdf or .jsonld"
        )
    with open_rdf_file(path, fmt.rdf) as source:
        return list(parse(source, format=fmt.rdf, base_iri=ID))


def value_of(quads: Iterable[Quad], subject: str, predicate: str) -> str:
    """Return the first text that quads give a subject for a property, or an empty string."""
    name = iri(predicate)
    found = (
        quad.object.value
        for quad in quads
        if quad.predicate.value == name
        and getattr(quad.subject, "value", "") == subject
        and isinstance(quad.object, Literal)
    )
    return min(found, default="")


def subject_lines(path: Path) -> dict[str, int]:
    """
    Map each subject or graph opened at the start of a Turtle or TriG line to its line number.

    The committed form opens every subject on a line of its own, so a scan of line starts finds
    them; the first opening wins. Keys are full IRIs.
    """
    opening = re.compile(r"\s*(?:<([^>]*)>|([A-Za-z][\w-]*):([\w/-]*))\s+(?:a\s|\S+:\S|\{)")
    prefixes = {}
    lines: dict[str, int] = {}
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"(?m)^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", text, re.IGNORECASE):
        prefixes[match.group(1)] = match.group(2)
    for number, line in enumerate(text.splitlines(), 1):
        found = opening.match(line)
        if not found:
            continue
        relative, prefix, local = found.groups()
        if relative is not None:
            subject = relative if "://" in relative else ID + relative
        elif prefix in prefixes:
            subject = prefixes[prefix] + local
        else:
            continue
        lines.setdefault(subject, number)
    return lines


def line_of(path: Path, iri: str) -> int | None:
    """Return the line on which `iri` is opened as a subject or graph, or None."""
    return subject_lines(path).get(iri)


def short_iri(iri: str) -> str:
    """Return how people write the IRI here: a CURIE, a path in our base, or the IRI itself."""
    return curie(iri) or iri.removeprefix(BASE)
