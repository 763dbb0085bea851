"""
IRIs in our namespace and the paths this host answers them at
(Cool URIs for the Semantic Web, https://www.w3.org/TR/cooluris/).

The data keep their https://w3id.org/partage/ IRIs on any host; a host only maps paths. `id/org/x`
names the thing; `/id/org/x` sends on to `/doc/org/x`, the document about it. The
mapping is one to one: `iri_of(document(iri)) == iri` wherever `document` gives a path.
"""

import re
from urllib.parse import quote

from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import BASE
from partage.rdf.sparql_terms import is_iri

DOCUMENTS = "/doc/"
HTML = "html"
SUFFIXES = (HTML, *(fmt.extension for fmt in GRAPH_FORMATS))

# `id/` is what documents are about unless their path says otherwise.
SPACES = ("voc", "graph", "statement")
# What is one thing and no space of things, and the document about it.
SINGLE = {"": "dataset", "ns": "ns", "shapes": "shapes", "profiles": "profiles"}
# What is itself a document or a service here, at the path of its IRI.
DIRECT = ("sparql", "context.jsonld", ".well-known/", "release/", "download/", "ns/")
_THINGS = {path: local for local, path in SINGLE.items()}
_SEGMENT = r"[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9_~-])?"
_LOCAL = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*")
_FRAGMENT = re.compile(r"[A-Za-z0-9._~:=/?@!$&'()*+,;%-]+")


def document(iri: str) -> str | None:
    """Return the path of the document about an IRI of ours, its fragment kept, else None."""
    local, mark, fragment = iri.removeprefix(BASE).partition("#")
    if not iri.startswith(BASE) or (mark and not _FRAGMENT.fullmatch(fragment)):
        return None
    path = SINGLE.get(local) or _path(local)
    return DOCUMENTS + path + mark + fragment if path else None


def _path(local: str) -> str | None:
    space, _, rest = local.partition("/")
    path = rest if space == "id" else local
    reserved = path.partition("/")[0] in (*SPACES, *_THINGS)
    fits = (space == "id" and not reserved) or (space in SPACES and rest)
    return path if fits and split(path)[1] is None and _LOCAL.fullmatch(path) else None


def iri_of(path: str) -> str | None:
    """Return the IRI that the document at `/doc/…` is about, None where there can be none."""
    path, mark, fragment = path.partition("#")
    if not path.startswith(DOCUMENTS):
        return None
    local = path.removeprefix(DOCUMENTS)
    space = "" if local.partition("/")[0] in SPACES else "id/"
    iri = BASE + _THINGS.get(local, space + local) + mark + fragment
    return iri if document(iri) == path + mark + fragment else None


def split(path: str) -> tuple[str, str | None]:
    """Split a format's suffix from a path: `/doc/org/x.ttl` is `/doc/org/x` and `ttl`."""
    stem, _, suffix = path.rpartition(".")
    return (stem, suffix) if stem and suffix in SUFFIXES else (path, None)


def here(iri: str) -> str | None:
    """Return the path at which this host answers an IRI of ours: its document's, or its own."""
    local = iri.removeprefix(BASE)
    direct = iri.startswith(BASE) and local.startswith(DIRECT)
    return document(iri) or ("/" + local if direct and is_iri(iri) else None)


def link(iri: str, *, known: bool) -> str | None:
    """
    Return where a page should link an IRI to: our document, else the web, else nowhere.

    An IRI of others that the dataset knows gets a page of ours about it.
    """
    if path := here(iri):
        return path
    if known:
        return "/resource?iri=" + quote(iri, safe="")
    return iri if iri.startswith(("https://", "http://")) else None
