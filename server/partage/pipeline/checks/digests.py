"""
Every digest that a citation of ours may print, computed again from a downloaded file.

A file has its SHA-256 and its FA code (https://trustyuri.net/spec); RDF has its RDFC-1.0 SHA-256
(https://www.w3.org/TR/rdf-canon/), that of each claim version in it, and that of each statement; a
nanopublication has its trusty URI; a query result has that of its sorted rows.
"""

import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)

from partage.errors import CanonicalFormError, IntegrityError, RdfSyntaxError
from partage.rdf.canonical import ntriples_line, rdfc10, statement_digest
from partage.rdf.formats import Format, by_path, is_compressed
from partage.rdf.input_files import checked
from partage.rdf.namespaces import ID
from partage.rdf.nanopublication import PARTS, artifact_code, faults, nanopublication_iris
from partage.rdf.trusty import file_code, graph_code
from partage.sparql.cited.result_digest import LOSSLESS, head, row, sha256, truth
from partage.store.factory import DATASET

SHA256 = "SHA-256"
RDFC10 = "RDFC-1.0 SHA-256"
TRUSTY = "Trusty URI code"
MANIFEST = "manifest.json"
_WANTED = re.compile(r"(?P<hex>[0-9A-Fa-f]{64})|(?P<code>(?:RA|FA)[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class DigestFinding:
    """
    One digest of a file or of something in it.

    `holds` tells whether the file itself claims this digest and it is so; None where it claims
    none. A `detail` (one statement among many) is worth a line only if it is looked for.
    """

    method: str
    what: str
    values: tuple[str, ...]
    holds: bool | None = None
    detail: bool = False

    @property
    def value(self) -> str:
        """Return the digest as it is shown."""
        return self.values[0]


def wanted(text: str) -> str | None:
    """Return the digest in what somebody copied from a citation: the last one, None if none."""
    found = [*_WANTED.finditer(text)]
    if not found:
        return None
    return found[-1]["code"] or found[-1]["hex"].lower()


def recompute(path: Path, data: bytes) -> list[DigestFinding]:
    """
    Return every digest of a file, `-` being N-Quads; the name tells the format.

    Raises
    ------
    RdfSyntaxError
        It is not of the format that its name tells.
    IntegrityError
        It is called a manifest and is none.
    """
    found = [DigestFinding(SHA256, "the file", (hashlib.sha256(data).hexdigest(), file_code(data)))]
    if is_compressed(path):
        with checked(io.BytesIO(data), path, None) as source:
            data = source.read()
        inside = hashlib.sha256(data).hexdigest(), file_code(data)
        found.append(DigestFinding(SHA256, "what is compressed in it", inside))
    if path.name == MANIFEST:
        return [*found, *_manifest(path, data)]
    fmt = by_path(path)
    if fmt is not None and fmt.results is not None:
        return [*found, *_result(path, data, fmt.results, lossless=fmt.key in LOSSLESS)]
    if str(path) != "-" and (fmt is None or fmt.rdf is None):
        return found
    return [*found, *_rdf(_quads(path, data, fmt))]


def _quads(path: Path, data: bytes, fmt: Format | None) -> list[Quad]:
    rdf = RdfFormat.N_QUADS if fmt is None or fmt.rdf is None else fmt.rdf
    plain = path.with_suffix("") if is_compressed(path) else path
    with checked(io.BytesIO(data), plain, rdf) as source:
        return list(parse(source, format=rdf, base_iri=ID))


def _rdf(quads: list[Quad]) -> Iterator[DigestFinding]:
    yield DigestFinding(RDFC10, f"the data, {len(quads):,} statements", (rdfc10(quads),))
    yield from _nanopublications(quads)
    for version, graphs in _versions(quads):
        yield DigestFinding(RDFC10, f"the four graphs of <{version}>", (rdfc10(graphs),))
    by_digest = {digest: quad for quad in quads if (digest := statement_digest(quad))}
    for digest, quad in by_digest.items():
        yield DigestFinding(
            SHA256, f"the statement {ntriples_line(quad)}", (digest,), detail=len(by_digest) > 1
        )


def _nanopublications(quads: list[Quad]) -> Iterator[DigestFinding]:
    for name in nanopublication_iris(quads):
        code = artifact_code(name)
        if code is None:
            continue
        try:
            made = graph_code(quads, code)
        except CanonicalFormError as error:
            yield DigestFinding(TRUSTY, f"<{name}> ({error})", ("none",), holds=False)
            continue
        wrong = faults(quads)
        what = f"<{name}>" + (f" ({' '.join(wrong)})" if wrong else "")
        yield DigestFinding(TRUSTY, what, (made, name), holds=made == code and not wrong)


def _versions(quads: Iterable[Quad]) -> Iterator[tuple[str, list[Quad]]]:
    """Give each claim version of which all four graphs are there."""
    found: dict[str, dict[str, list[Quad]]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            version, _, part = quad.graph_name.value.partition("#")
            if version.startswith(ID + "claim/") and part in PARTS:
                found.setdefault(version, {}).setdefault(part, []).append(quad)
    for version, graphs in sorted(found.items()):
        if len(graphs) == len(PARTS):
            yield version, [quad for held in graphs.values() for quad in held]


def _result(
    path: Path, data: bytes, fmt: QueryResultsFormat, *, lossless: bool
) -> Iterator[DigestFinding]:
    if not lossless:  # CSV does not keep what terms are, so that nothing can be told of them
        return
    try:
        answer = parse_query_results(data, format=fmt)
        if isinstance(answer, QueryBoolean):
            yield DigestFinding(SHA256, "the answer", (sha256([truth(answer)]),))
            return
        assert isinstance(answer, QuerySolutions)
        names, rows = head(answer), [row(solution) for solution in answer]
    except (SyntaxError, ValueError) as error:
        raise RdfSyntaxError(path, str(error)) from error
    yield DigestFinding(
        SHA256, f"the {len(rows):,} solutions, sorted", (sha256([names, *sorted(rows)]),)
    )
    yield DigestFinding(
        SHA256, f"the {len(rows):,} solutions, as ordered", (sha256([names, *rows]),)
    )


def _manifest(path: Path, data: bytes) -> Iterator[DigestFinding]:
    """Check the files of a release beside their manifest, and the data against its digest."""
    try:
        manifest: dict[str, Any] = json.loads(data)
        listed = {str(row["name"]): str(row["sha256"]) for row in manifest["artefacts"]}
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"{path} is not the manifest of a release ({error}). Give the one that was published."
        ) from error
    for name, digest in listed.items():
        file = path.parent / name
        if not file.is_file():
            yield DigestFinding(
                SHA256, f"{name} (missing beside the manifest)", ("none",), holds=False
            )
            continue
        made = hashlib.sha256(file.read_bytes()).hexdigest()
        yield DigestFinding(SHA256, name, (made,), holds=made == digest)
    whole = path.parent / DATASET
    if "rdfc10" in manifest and whole.is_file():
        quads = parse(gzip.decompress(whole.read_bytes()), format=RdfFormat.N_QUADS)
        made = rdfc10(quads)
        yield DigestFinding(RDFC10, "the dataset", (made,), holds=made == manifest["rdfc10"])
