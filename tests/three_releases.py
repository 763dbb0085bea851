"""
Three releases of the small dataset, in a temporary root: archives, catalog, the newest as built.

2026.12.0 merges `org:netflix-inc` into `org:netflix`, and so gives claim c0003 a second version.
2027.01.0 withdraws claim c0004 with its flow, corrects the French label of `org:gazette`, and adds
a term. The recipients of messages, an example query, change in 2026.12.0 and in 2027.01.0.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

import small_dataset
from partage.pipeline.checks import compatibility
from partage.pipeline.checks import registry as identifiers
from partage.pipeline.checks.registry import RegistryRow
from partage.rdf.canonical import canonical_nquads, nquads_digest
from partage.rdf.namespaces import BASE, GRAPH, ID, PREFIXES, iri
from partage.rdf.parsing import read_rdf
from partage.releases import archive
from partage.releases.catalog import DIRECTORY, Catalog
from partage.releases.record import ReleaseRecord
from partage.store.factory import DATASET

VERSIONS = FIRST, SECOND, THIRD = ("2026.11.0", "2026.12.0", "2027.01.0")
ISSUED = {
    FIRST: datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    SECOND: datetime(2026, 12, 9, 14, 0, tzinfo=UTC),
    THIRD: datetime(2027, 1, 20, 8, 15, 30, tzinfo=UTC),
}
ONTOLOGY = {FIRST: "0.1.0", SECOND: "0.1.0", THIRD: "0.2.0"}
COMMIT = {version: hashlib.sha1(version.encode()).hexdigest() for version in VERSIONS}

MERGED, SUCCESSOR = ID + "org/netflix-inc", ID + "org/netflix"
CHANGED, CHANGED_FLOW = ID + "claim/c0003", ID + "flow/f0002"
WITHDRAWN, WITHDRAWN_FLOW = ID + "claim/c0004", ID + "flow/f0003"
CORRECTED = ID + "org/gazette"
NEW_TERM = PREFIXES["ds"] + "DataTransfer"
EXAMPLE = BASE + ".well-known/sparql-examples/recipients"

_MISREAD = "The Gazette says that Facebook got messages from The Gazette."
_PREFIXES = f"@base <{ID}> .\n" + "".join(
    f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items()
)
_ALWAYS = '''
graph:dataset {
    <https://w3id.org/partage/> a dcat:Dataset ; dct:title "Partage"@en , "Partage"@fr ;
        dct:creator <agent/editors> ; dct:publisher <agent/editors> ;
        dct:description "Who gave which data to whom, and who says so: a small part of it."@en ,
            "Qui a donné quelles données à qui, et qui le dit : une petite partie."@fr ;
        dct:license <https://creativecommons.org/licenses/by/4.0/> .
    <agent/editors> a foaf:Group ;
        skos:prefLabel "Partage editors"@en , "Les éditeurs de Partage"@fr .
}
graph:sources { p:p0003 a ds:Passage ; oa:hasSource s:s0001 ; ds:locator "page 3"@en . }
graph:examples {
    <https://w3id.org/partage/.well-known/sparql-examples/recipients> a sh:SPARQLExecutable ,
            sh:SPARQLSelectExecutable ; dct:identifier "recipients" ;
        rdfs:comment "Who receives data?"@en , "Qui reçoit des données ?"@fr ;
        sh:select """PREFIX ds: <https://w3id.org/partage/ns#>
SELECT ?who { ?flow ds:hasRecipient ?who } ORDER BY ?who""" .
    <https://w3id.org/partage/.well-known/sparql-examples/denied> a sh:SPARQLExecutable ,
            sh:SPARQLAskExecutable ; dct:identifier "denied" ;
        rdfs:comment "Is anything denied?"@en , "Quelque chose est-il démenti ?"@fr ;
        sh:ask "PREFIX ds: <https://w3id.org/partage/ns#> ASK { ?claim ds:disputes ?other }" .
}
'''
_NETFLIX_INC = """graph:entities {
    org:netflix-inc a ds:Organization ; skos:prefLabel "Netflix Inc."@en , "Netflix Inc."@fr .
}
"""
_TRANSFER = """graph:ontology {
    ds:DataTransfer a owl:Class ; rdfs:subClassOf ds:DataFlow ;
        rdfs:label "transfer"@en , "transfert"@fr ;
        skos:definition "A flow that hands over a copy."@en , "Un flux qui remet une copie."@fr .
}
"""


@dataclass(frozen=True, slots=True)
class Releases:
    """A root with `data/releases/`, its catalog, and the directory of the newest as built."""

    root: Path
    catalog: Catalog
    release: Path


def build(root: Path) -> Releases:
    """Write the three archives below `root`, and the third release to `root/out/release`."""
    return Releases(root, write_archives(root), write_release(root / "out/release", THIRD))


def write_archives(root: Path, versions: tuple[str, ...] = VERSIONS) -> Catalog:
    """Write the archives of the versions; return the catalog that reads them again."""
    catalog = Catalog(root / DIRECTORY)
    before = ""
    for version in versions:
        text = dataset(version)
        change = archive.change_set(archive.lines(before), archive.lines(text))
        catalog = archive.write(catalog, record(version, change, text, catalog), change)
        before = text
    return Catalog.read(root)


def record(version: str, change: archive.ChangeSet, text: str, before: Catalog) -> ReleaseRecord:
    return ReleaseRecord(
        version=version,
        issued=ISSUED[version],
        ontology=ONTOLOGY[version],
        software="0.1.0",
        commit=COMMIT[version],
        rdfc10=hashlib.sha256(text.encode()).hexdigest(),
        quads=text.count("\n"),
        previous=before.newest.version if before.newest else None,
        changes=hashlib.sha256(change.text.encode()).hexdigest(),
    )


def write_release(directory: Path, version: str) -> Path:
    """Write one version as `partage build` writes a release: the dataset and a manifest."""
    directory.mkdir(parents=True)
    text = dataset(version)
    data = gzip.compress(text.encode("utf-8"), mtime=0)
    (directory / DATASET).write_bytes(data)
    (directory / "ontology.ttl").write_text("# nothing\n", encoding="utf-8")
    artefact = {"name": DATASET, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {
        "software": "0.1.0",
        "ontology": ONTOLOGY[version],
        "data": version,
        "commit": COMMIT[version],
        "modified": False,
        "inputs": "",
        "tools": {},
        "rdfc10": hashlib.sha256(text.encode()).hexdigest(),
        "quads": text.count("\n"),
        "graphs": {},
        "classes": {},
        "checks": {},
        "artefacts": [artefact],
    }
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return directory


@cache
def dataset(version: str) -> str:
    """Return a version's whole dataset in canonical N-Quads."""
    return canonical_nquads(quads(version))


def quads(version: str) -> list[Quad]:
    """Return a version's named graphs, and in the default graph the current view."""
    named = [quad for quad in read_rdf(small_dataset.FILE) if quad not in _dropped(version)]
    named += parse((_PREFIXES + _text(version)).encode("utf-8"), format=RdfFormat.TRIG)
    current = {q.object for q in named if q.predicate.value == iri("np:hasAssertion")
               and q.graph_name == NamedNode(GRAPH + "claims")}  # fmt: skip
    view = [
        Quad(q.subject, q.predicate, q.object)
        for q in named
        if q.graph_name in current or str(getattr(q.graph_name, "value", "")).startswith(GRAPH)
    ]
    return [*dict.fromkeys(named), *dict.fromkeys(view)]


def registry(version: str) -> list[RegistryRow]:
    """Return the registry as it stands after a release was frozen."""
    found: dict[str, RegistryRow] = {}
    for released in VERSIONS[: VERSIONS.index(version) + 1]:
        held = quads(released)
        for name in identifiers.mentioned(compatibility.names(held)):
            if (kind := identifiers.kind_of(name)) and name not in found:
                own = [q for q in held if str(q.graph_name).startswith(f"<{name}#")]
                sha256 = nquads_digest(own) if kind == "version" else ""
                found[name] = RegistryRow(name, kind, "2026-11-23", released, sha256=sha256)
    if version != FIRST:
        found[MERGED] = replace(found[MERGED], status="merged", successor=SUCCESSOR,
                                reason="The same company, entered twice.")  # fmt: skip
    for name in (WITHDRAWN, WITHDRAWN + "/v1", WITHDRAWN_FLOW) if version == THIRD else ():
        found[name] = replace(found[name], status="withdrawn", reason="The source was misread.")
    return list(found.values())


def _text(version: str) -> str:
    first, third = version == FIRST, version == THIRD
    parts = [_ALWAYS, _described(version), _claim(CHANGED, 1, "org:facebook", "org:netflix-inc")]
    if first:
        parts.append(_NETFLIX_INC)
    else:
        reason = "The same company, entered twice."
        label = 'rdfs:label "Netflix Inc."@en , "Netflix Inc."@fr ; dct:isReplacedBy org:netflix ;'
        parts.append(_tombstone(MERGED, "merged", reason, SECOND, label))
        parts.append(_claim(CHANGED, 2, "org:facebook", "org:netflix"))
    parts.append(_current(CHANGED, 1 if first else 2, "Facebook gave Netflix lists of friends."))
    if third:
        reason = "The source was misread."
        label = f'rdfs:label "{_MISREAD}"@en ;'
        for name, more in ((WITHDRAWN, label), (WITHDRAWN + "/v1", ""), (WITHDRAWN_FLOW, "")):
            parts.append(_tombstone(name, "withdrawn", reason, THIRD, more))
        parts.append(_TRANSFER)
        parts.append('graph:entities { org:gazette skos:prefLabel "La Gazette & Cie"@fr . }')
    else:
        parts.append(_claim(WITHDRAWN, 1, "org:gazette", "org:facebook"))
        parts.append(_current(WITHDRAWN, 1, _MISREAD))
    return "\n".join(parts)


def _dropped(version: str) -> list[Quad]:
    label = NamedNode(iri("skos:prefLabel"))
    old = Literal("La Gazette", language="fr")
    gone = Quad(NamedNode(CORRECTED), label, old, NamedNode(GRAPH + "entities"))
    return [gone] if version == THIRD else []


def _described(version: str) -> str:
    return (
        f'graph:dataset {{ <{BASE}> dcat:version "{version}" ; '
        f'dct:issued "{ISSUED[version]:%Y-%m-%d}"^^xsd:date . }}\n'
        f'graph:ontology {{ <{BASE}ns> owl:versionInfo "{ONTOLOGY[version]}" ; '
        f"owl:versionIRI <{BASE}ns/{ONTOLOGY[version]}> . }}\n"
    )


def _tombstone(name: str, status: str, reason: str, version: str, more: str) -> str:
    """Return what `partage build` writes of a retired identifier; `version` no longer has it."""
    last = VERSIONS[VERSIONS.index(version) - 1]
    return f"""graph:registry {{
    <{name}> owl:deprecated true ; schema:creativeWorkStatus "{status}" ; {more}
        rdfs:comment "{reason}" ; dct:isPartOf <{BASE}release/{last}> ;
        prov:invalidatedAtTime "{ISSUED[version]:%Y-%m-%d}T00:00:00Z"^^xsd:dateTime .
}}
"""


def _claim(claim: str, number: int, provider: str, recipient: str) -> str:
    name = f"{claim}/v{number}"
    flow = CHANGED_FLOW if claim == CHANGED else WITHDRAWN_FLOW
    previous = f"<{name}> pav:previousVersion <{claim}/v{number - 1}> ." if number > 1 else ""
    return f"""
<{name}#head> {{
    <{name}> a np:Nanopublication ; np:hasAssertion <{name}#assertion> ;
        np:hasProvenance <{name}#provenance> ; np:hasPublicationInfo <{name}#pubinfo> .
}}
<{name}#assertion> {{
    <{flow}> a ds:AccessGrant ; ds:hasProvider {provider} ; ds:hasRecipient {recipient} ;
        ds:principalCategory dc:messages .
}}
<{name}#provenance> {{
    <{name}#assertion> ds:assertedBy org:gazette ; prov:wasDerivedFrom p:p0003 .
}}
<{name}#pubinfo> {{
    <{name}> a ds:ClaimVersion ; dct:isVersionOf <{claim}> ; pav:version "{number}" . {previous}
}}
"""


def _current(claim: str, number: int, description: str) -> str:
    flow = CHANGED_FLOW if claim == CHANGED else WITHDRAWN_FLOW
    return f"""graph:claims {{
    <{claim}> a ds:Claim ; pav:hasCurrentVersion <{claim}/v{number}> ; ds:about <{flow}> ;
        np:hasAssertion <{claim}/v{number}#assertion> ; ds:assertedBy org:gazette ;
        ds:claimType ct:data-flow ;
        dct:description "{description}"@en ; prov:wasDerivedFrom p:p0003 .
}}
"""
