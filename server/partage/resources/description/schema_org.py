"""
A resource in the words that search engines read (schema.org, https://schema.org/docs/datamodel.html).

Two tables and what the dataset states; nothing is made up. A claim's author is whoever makes the
claim; who disputes it reviews it, without a rating: Partage takes no side.
"""

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import BASE, EDITORS, ID, LICENSE, RELEASES, VOC, iri
from partage.releases.record import ReleaseRecord
from partage.resources.description.describe import Description
from partage.resources.labels import Labels, labels
from partage.store.engine import Engine, Term

SCHEMA = "https://schema.org"
Json = dict[str, object]

# The first that applies; everything is at least a Thing.
TYPES = {
    iri(ours): schema
    for ours, schema in (
        ("ds:Claim", "Claim"),
        ("ds:ClaimVersion", "Claim"),
        ("ds:Person", "Person"),
        ("ds:Organization", "Organization"),
        ("ds:PlatformOperator", "Organization"),
        ("foaf:Group", "Organization"),
        ("ds:Source", "CreativeWork"),
        ("ds:Passage", "CreativeWork"),
        ("dcat:Dataset", "Dataset"),
        ("skos:ConceptScheme", "DefinedTermSet"),
        ("owl:Ontology", "DefinedTermSet"),
        ("skos:Concept", "DefinedTerm"),
        ("owl:Class", "DefinedTerm"),
        ("owl:ObjectProperty", "DefinedTerm"),
        ("owl:DatatypeProperty", "DefinedTerm"),
        ("owl:AnnotationProperty", "DefinedTerm"),
    )
}
# What a thing is that is only referred to, by where its IRI lies.
KINDS = {
    ID + "org/": "Organization",
    ID + "person/": "Person",
    ID + "agent/": "Organization",
    ID + "claim/": "Claim",
    ID + "source/": "CreativeWork",
    ID + "passage/": "CreativeWork",
    VOC: "DefinedTermSet",
}
PROPERTIES = (
    ("skos:definition", "description"),
    ("rdfs:comment", "description"),
    ("dct:description", "description"),
    ("skos:altLabel", "alternateName"),
    ("skos:exactMatch", "sameAs"),
    ("foaf:homepage", "url"),
    ("schema:url", "url"),
    ("skos:inScheme", "inDefinedTermSet"),
    ("dct:issued", "datePublished"),
    ("dct:created", "dateCreated"),
    ("dct:license", "license"),
    ("dct:creator", "creator"),
    ("dct:publisher", "publisher"),
    ("ds:assertedBy", "author"),
    ("prov:wasDerivedFrom", "appearance"),
    ("oa:hasSource", "isPartOf"),
    ("dct:isVersionOf", "exampleOfWork"),
    ("dcat:version", "version"),
    ("void:dataDump", "distribution"),
)
NAMES = tuple(iri(name) for name in ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name"))
# Of these a reader wants one, in his language.
SINGLE = ("description",)
LINKS = ("sameAs", "url", "license")
# What a review shares with the claim that it is.
REVIEWED = ("author", "datePublished", "description")
# What a release shares with the dataset that it is a state of.
OF_DATASET = ("description", "license", "creator", "publisher")
DISPUTES = iri("ds:disputes")


def schema_type(types: Iterable[str]) -> str:
    """Return the schema.org type of what has these types."""
    mine = set(types)
    return next((schema for ours, schema in TYPES.items() if ours in mine), "Thing")


def structured(
    engine: Engine, description: Description, languages: Sequence[str], page: str
) -> list[Json]:
    """Return what a page at the address `page` tells search engines about its resource."""
    own = {s for s in description.statements if s.subject == NamedNode(description.iri)}
    own |= {s for part in description.parts.values() for s in part
            if s.subject == NamedNode(description.iri)}  # fmt: skip
    values: dict[str, list[Term]] = {}
    for statement in sorted(own, key=lambda s: str(s.object)):
        values.setdefault(statement.predicate.value, []).append(statement.object)
    referred = {o.value for objects in values.values() for o in objects if isinstance(o, NamedNode)}
    found = labels(engine, {*referred, description.iri, EDITORS}, languages)
    kind = schema_type(str(getattr(t, "value", "")) for t in values.get(iri("rdf:type"), ()))
    thing: Json = {
        "@context": SCHEMA,
        "@type": kind,
        "@id": description.iri,
        "identifier": description.iri,
        "name": found[description.iri].text,
        "mainEntityOfPage": page,
    }
    others = [v.value for name in NAMES for v in values.get(name, ()) if isinstance(v, Literal)]
    _add(thing, "alternateName", [name for name in others if name != thing["name"]])
    for ours, schema in PROPERTIES:
        terms = _preferred(values.get(iri(ours), ()), languages)
        told = [_schema_value(term, found, schema) for term in terms]
        _add(thing, schema, told[:1] if schema in SINGLE else told)
    if kind == "DefinedTerm":
        thing["termCode"] = description.iri.replace("#", "/").rpartition("/")[2]
    disputed = [term for term in values.get(DISPUTES, ()) if isinstance(term, NamedNode)]
    if kind != "Claim":
        return [thing]
    thing["claimInterpreter"] = _reference(EDITORS, found)
    return [thing, *(_review(thing, _reference(term.value, found)) for term in disputed)]


def downloads(quads: Iterable[Quad]) -> list[Json]:
    """Return the files of the dataset, of those that DCAT describes, whose format is known."""
    files: dict[str, dict[str, str]] = {}
    for quad in quads:
        node, value = str(quad.subject), str(getattr(quad.object, "value", ""))
        files.setdefault(node, {})[quad.predicate.value] = value
    url, kind = iri("dcat:downloadURL"), iri("dcat:mediaType")
    return [
        {
            "@type": "DataDownload",
            "contentUrl": facts[url],
            "encodingFormat": facts[kind].partition("/media-types/")[2],
        }
        for facts in files.values()
        if url in facts and kind in facts
    ]


def of_release(record: ReleaseRecord, dataset: Json) -> Json:
    """Return what the page of a release tells search engines; `dataset` is told by its data."""
    name = RELEASES + record.version
    return {
        "@context": SCHEMA,
        "@type": "Dataset",
        "@id": name,
        "identifier": name,
        "name": f"Partage, release {record.version}",
        "description": "A public knowledge graph of data-sharing agreements, and who reports them.",
        "version": record.version,
        "datePublished": record.issued.isoformat(),
        "license": LICENSE,
        "isPartOf": {"@type": "Dataset", "@id": BASE},
        **{key: dataset[key] for key in OF_DATASET if key in dataset},
    }


def _review(claim: Json, disputed: Json) -> Json:
    """Return the claim as a review of another that it disputes."""
    kept: Json = {key: claim[key] for key in REVIEWED if key in claim}
    return {
        "@context": SCHEMA,
        "@type": "ClaimReview",
        "url": claim["mainEntityOfPage"],
        "claimReviewed": disputed["name"],
        "itemReviewed": disputed,
        **kept,
    }


def _add(thing: Json, key: str, values: Sequence[object]) -> None:
    known = thing.get(key, [])
    every = [*known, *values] if isinstance(known, list) else [known, *values]
    unique = [value for number, value in enumerate(every) if value not in every[:number]]
    if unique and not (key in SINGLE and key in thing):
        thing[key] = unique[0] if len(unique) == 1 else unique


def _preferred(terms: Sequence[Term], languages: Sequence[str]) -> list[Term]:
    def rank(term: Term) -> int:
        language = (term.language or "") if isinstance(term, Literal) else ""
        return languages.index(language) if language in languages else len(languages)

    return sorted(terms, key=rank)


def _schema_value(term: Term, found: Labels, key: str) -> object:
    if not isinstance(term, NamedNode):
        return str(getattr(term, "value", term))
    if key == "distribution":
        return {"@type": "DataDownload", "contentUrl": term.value}
    return term.value if key in LINKS else _reference(term.value, found)


def _reference(name: str, found: Labels) -> Json:
    kind = next((kind for space, kind in KINDS.items() if name.startswith(space)), None)
    return {**({"@type": kind} if kind else {}), "@id": name, "name": found[name].text}
