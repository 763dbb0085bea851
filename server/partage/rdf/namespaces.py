"""The one prefix table, and the way between IRIs and CURIEs (W3C CURIE Syntax 1.0)."""

import re

BASE = "https://w3id.org/partage/"
ID = BASE + "id/"
VOC = BASE + "voc/"
GRAPH = BASE + "graph/"
RELEASES = BASE + "release/"
EDITORS = ID + "agent/editors"
# Not among our prefixes, which are part of every release: what checksums are told in.
SPDX = "http://spdx.org/rdf/terms#"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"

PREFIXES: dict[str, str] = {
    "ds": BASE + "ns#",
    "org": ID + "org/",
    "person": ID + "person/",
    "set": ID + "set/",
    "ft": ID + "feature/",
    "c": ID + "claim/",
    "f": ID + "flow/",
    "a": ID + "agreement/",
    "x": ID + "agreement-set/",
    "s": ID + "source/",
    "p": ID + "passage/",
    "dc": VOC + "data-category/",
    "sg": VOC + "subject-group/",
    "pm": VOC + "permission/",
    "cn": VOC + "condition/",
    "pu": VOC + "purpose/",
    "me": VOC + "mechanism/",
    "st": VOC + "state/",
    "ct": VOC + "claim-type/",
    "cf": VOC + "confidence/",
    "da": VOC + "denied-aspect/",
    "am": VOC + "attribution-mode/",
    "md": VOC + "mood/",
    "mo": VOC + "access-modality/",
    "qt": VOC + "quantifier/",
    "ok": VOC + "organization-kind/",
    "co": VOC + "country/",
    "sy": VOC + "source-type/",
    "al": VOC + "access-level/",
    "voc": VOC,
    "graph": GRAPH,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "pav": "http://purl.org/pav/",
    "oa": "http://www.w3.org/ns/oa#",
    "np": "http://www.nanopub.org/nschema#",
    "npx": "http://purl.org/nanopub/x/",
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "vann": "http://purl.org/vocab/vann/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "wd": "http://www.wikidata.org/entity/",
}

# A local name that every syntax with prefixes takes as it is.
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")

SPARQL_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def iri(curie: str) -> str:
    """Expand a CURIE; raises KeyError for an undeclared prefix."""
    prefix, _, local = curie.partition(":")
    return PREFIXES[prefix] + local


# Each of our namespaces ends in # or /, which no plain local name holds.
_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}


def curie(iri: str) -> str | None:
    """Shorten an IRI with the namespace that leaves a plain local name, or return None."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix, local = _BY_NAMESPACE.get(iri[:cut]), iri[cut:]
    return f"{prefix}:{local}" if prefix is not None and PLAIN.fullmatch(local) else None
