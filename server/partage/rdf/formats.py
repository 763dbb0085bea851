"""
The one table of formats: media types, file extensions, what each can carry.

Media types: SPARQL 1.1 Protocol §2.2, RDF 1.1 Turtle/TriG/N-Triples/N-Quads, JSON-LD 1.1.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pyoxigraph import QueryResultsFormat, RdfFormat

FormatKind = Literal["graph", "dataset", "solutions"]


@dataclass(frozen=True, slots=True)
class Format:
    """A serialization: its key (as in `?format=`), media type, extension and label."""

    key: str
    media_type: str
    extension: str
    label: str
    kind: FormatKind
    rdf: RdfFormat | None = None
    results: QueryResultsFormat | None = None


GRAPH_FORMATS: tuple[Format, ...] = (
    Format("turtle", "text/turtle", "ttl", "Turtle", "graph", rdf=RdfFormat.TURTLE),
    Format("jsonld", "application/ld+json", "jsonld", "JSON-LD", "graph", rdf=RdfFormat.JSON_LD),
    Format("ntriples", "application/n-triples", "nt", "N-Triples", "graph",
           rdf=RdfFormat.N_TRIPLES),
    Format("rdfxml", "application/rdf+xml", "rdf", "RDF/XML", "graph", rdf=RdfFormat.RDF_XML),
    Format("trig", "application/trig", "trig", "TriG", "dataset", rdf=RdfFormat.TRIG),
    Format("nquads", "application/n-quads", "nq", "N-Quads", "dataset", rdf=RdfFormat.N_QUADS),
)  # fmt: skip

RESULT_FORMATS: tuple[Format, ...] = (
    Format("json", "application/sparql-results+json", "srj", "JSON", "solutions",
           results=QueryResultsFormat.JSON),
    Format("xml", "application/sparql-results+xml", "srx", "XML", "solutions",
           results=QueryResultsFormat.XML),
    Format("csv", "text/csv", "csv", "CSV", "solutions", results=QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", "tsv", "TSV", "solutions",
           results=QueryResultsFormat.TSV),
)  # fmt: skip

# Typed columns, for data frames: https://arrow.apache.org/docs/format/IPC.html and
# https://parquet.apache.org/docs/file-format/; they need the extra `arrow`.
COLUMNAR_FORMATS: tuple[Format, ...] = (
    Format("arrow", "application/vnd.apache.arrow.stream", "arrows", "Arrow", "solutions"),
    Format("parquet", "application/vnd.apache.parquet", "parquet", "Parquet", "solutions"),
)

ALL_FORMATS = GRAPH_FORMATS + RESULT_FORMATS + COLUMNAR_FORMATS

_BY_KEY = {fmt.key: fmt for fmt in ALL_FORMATS}
_BY_MEDIA_TYPE = {fmt.media_type: fmt for fmt in ALL_FORMATS}
_BY_EXTENSION = {fmt.extension: fmt for fmt in ALL_FORMATS} | {
    "json": _BY_KEY["jsonld"],
    "owl": _BY_KEY["rdfxml"],
    "xml": _BY_KEY["rdfxml"],
}


def by_key(key: str) -> Format | None:
    """Return the format named in `?format=`, or None."""
    return _BY_KEY.get(key)


def by_media_type(media_type: str) -> Format | None:
    """Return the format of a media type without parameters, in any case, or None."""
    return _BY_MEDIA_TYPE.get(media_type.strip().lower())


def is_compressed(path: Path) -> bool:
    """Return whether a file's name says that it is compressed by gzip."""
    return path.suffix.lower() == ".gz"


def by_path(path: Path) -> Format | None:
    """Return the format that a file's name tells (a final `.gz` is passed over), or None."""
    suffixes = [suffix.lstrip(".").lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == "gz":
        suffixes.pop()
    return _BY_EXTENSION.get(suffixes[-1]) if suffixes else None
