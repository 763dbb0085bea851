"""Answers of the site as quads, whatever the format; JSON-LD with our context put in its place."""

import json

from pyoxigraph import Quad, RdfFormat, parse

from partage.rdf.formats import Format
from partage.rdf.jsonld import context_bytes


def quads(body: bytes, fmt: Format) -> list[Quad]:
    assert fmt.rdf is not None
    if fmt.rdf == RdfFormat.JSON_LD:
        body = inlined(body)
    return list(parse(body, format=fmt.rdf))


def inlined(body: bytes) -> bytes:
    """Put the context in the place of its address: parsers must not fetch it."""
    document = json.loads(body)
    if isinstance(document, dict) and "@context" in document:
        document["@context"] = json.loads(context_bytes())["@context"]
    return json.dumps(document).encode()
