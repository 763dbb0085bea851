"""One document: what it tells, at which addresses, and what it links to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast
from urllib.parse import urlencode

from flask import request
from pyoxigraph import NamedNode, Quad

from partage.errors import UnknownResource
from partage.rdf.canonical import STATEMENTS
from partage.rdf.formats import GRAPH_FORMATS, Format
from partage.rdf.namespaces import BASE, GRAPH, RELEASES, iri
from partage.releases.artefact import Artefact
from partage.releases.record import ReleaseRecord
from partage.resources.description.describe import (
    Description,
    describe,
    exists_graph,
    graph_contents,
)
from partage.resources.description.profiles import (
    ALT,
    FULL,
    OF_GRAPHS,
    PROFILES,
    PROFILES_IRI,
    SCHEMA,
    Profile,
    Representation,
    all_profiles,
    select,
)
from partage.resources.description.release_series import before, ontology_history
from partage.resources.description.schema_org import SCHEMA as SCHEMA_ORG
from partage.resources.description.schema_org import schema_type
from partage.resources.description.shapes_graph import SHAPES, shapes
from partage.resources.downloads.dcat import contact, distributions
from partage.resources.ontology.term_reference import ONTOLOGY
from partage.web.dataset import ServedDataset, served_datasets
from partage.web.http.links import DESCRIBING, LINKSETS, Link
from partage.web.http.negotiation import HTML
from partage.web.http.release_paths import RELEASE
from partage.web.views.citations import negotiation

# What is described by what we ship, whatever the dataset.
SHIPPED: Mapping[str, Callable[[], tuple[Quad, ...]]] = MappingProxyType(
    {SHAPES: shapes, PROFILES_IRI: lambda: tuple(all_profiles())}
)
# Where readers are told how to report a fault.
CORRECTIONS = "/about/corrections"
ABOUT_PAGE = SCHEMA_ORG + "/AboutPage"
# XHTML's vocabulary of links, for what a header alone would tell (https://www.w3.org/1999/xhtml/vocab).
NEXT = "http://www.w3.org/1999/xhtml/vocab#next"


@dataclass(frozen=True, slots=True)
class Document:
    """
    What is told of one IRI: its description, and triples that are no part of one.

    `path` is where its document is; None for a resource of others. `kind` is the schema.org type
    of what is told in one profile only.
    """

    iri: str
    path: str | None
    description: Description | None
    triples: tuple[Quad, ...] = ()
    fixed_schema_type: str = ""

    @property
    def profiles(self) -> Sequence[Profile]:
        """The profiles it comes in."""
        if self.fixed_schema_type:
            return (FULL,)
        return OF_GRAPHS if self.description is None else PROFILES

    @property
    def is_publication(self) -> bool:
        """Whether this is several graphs, which a format that has graphs tells best."""
        return self.description is not None and self.description.is_publication

    @property
    def is_truncated(self) -> bool:
        """Whether more links come in than this tells."""
        return self.description is not None and self.description.pages > 1

    def quads(self, profile: Profile, host: str) -> list[Quad]:
        """Return what a profile tells; `here` is this host, for what a cut description links to."""
        if self.description is None:
            return list(self.triples)
        quads = [*select(self.description, profile), *self.triples]
        page, pages = self.description.page, self.description.pages
        if pages > 1 and page < pages:
            following = NamedNode(host.rstrip("/") + self.address(page=page + 1))
            quads.append(Quad(NamedNode(self.iri), NamedNode(NEXT), following))
        return quads

    def address(
        self, fmt: Format | None = None, profile: Profile = FULL, page: int = 0, html: bool = False
    ) -> str:
        """Return the path of one representation, or of the document itself."""
        extension = fmt.extension if fmt else "html" if html else ""
        values = {"iri": self.iri, "format": extension} if self.path is None else {}
        if profile is not FULL:
            values["_profile"] = profile.token
        if page > 1:
            values["page"] = str(page)
        parameters = {name: value for name, value in values.items() if value}
        path = "/resource" if self.path is None else self.path + ("." + extension) * bool(extension)
        return path + ("?" + urlencode(parameters) if parameters else "")

    def representations(self) -> list[Representation]:
        """Return every profile in every format."""
        found = []
        for profile in self.profiles:
            found += [
                Representation(self.address(fmt, profile), fmt.media_type, profile)
                for fmt in profile.graph_formats
            ]
            if profile.html:
                found.append(Representation(self.address(None, profile, html=True), HTML, profile))
        return found

    def alternates(self) -> list[Link]:
        """Return the representations that a header lists; the alternates list the others."""
        keys = {fmt.media_type: fmt.key for fmt in GRAPH_FORMATS}
        return [
            Link(
                "alternate",
                told.href,
                told.media_type,
                "" if told.profile is FULL else told.profile.iri,
            )
            for told in self.representations()
            if keys.get(told.media_type, HTML) in (*told.profile.listed, HTML)
        ]

    def links(self, site: ServedDataset) -> list[Link]:
        """Return the typed links of its landing page; see `partage.web.http.links`."""
        known = site.metadata
        cited = negotiation.cited_address(self.iri)
        # What a release holds is not what the current page tells (RFC 6596 §3).
        of_release = self.path is not None and RELEASE in request.environ
        links = [Link("canonical", cited if of_release else self.iri)]
        if self.path is not None or negotiation.citable(self.iri):
            links.append(Link("cite-as", cited))
        links += [Link("type", ABOUT_PAGE), Link("type", f"{SCHEMA_ORG}/{self.schema_type}")]
        if site.is_partage:
            links += [Link("license", name) for name in known.values("dct:license")]
            links += [Link("author", name) for name in known.values("dct:creator")]
            links.append(Link("help", CORRECTIONS))
            if self.iri != BASE and self.path is not None:
                links.append(Link("collection", BASE))
        described = {fmt.key: fmt for fmt in FULL.graph_formats}
        links += [
            Link("describedby", self.address(described[key]), described[key].media_type)
            for key in DESCRIBING
        ]
        if self.iri == ONTOLOGY and (earlier := previous_ontology(site)):
            links.append(Link("predecessor-version", f"{ONTOLOGY}/{earlier.ontology}"))
        if self.iri.startswith(RELEASES):
            links.append(Link("item", f"{self.path}/download/dataset.nq.gz", "application/gzip"))
        if self.path is not None:
            linkset = "/linkset/" + self.path.removeprefix("/doc").lstrip("/")
            links += [Link("linkset", linkset, media_type) for media_type in LINKSETS]
        return [*links, *self.page_links(), *self.alternates()]

    def page_links(self) -> list[Link]:
        """Return the links between the pages of what comes in (RFC 8288 §2.1.1)."""
        if self.description is None or not self.is_truncated:
            return []
        page, pages = self.description.page, self.description.pages
        numbers = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
        return [
            Link(rel, self.address(page=number))
            for rel, number in numbers.items()
            if 1 <= number <= pages
        ]

    @property
    def schema_type(self) -> str:
        """The schema.org type of the resource."""
        if self.fixed_schema_type:
            return self.fixed_schema_type
        if self.iri in {ONTOLOGY, SHAPES, PROFILES_IRI}:
            return "DefinedTermSet"
        if self.description is None:
            return "Dataset"
        members = [s for part in self.description.parts.values() for s in part]
        return schema_type(
            str(getattr(s.object, "value", ""))
            for s in (*self.description.statements, *members)
            if s.predicate.value == iri("rdf:type") and s.subject == NamedNode(self.iri)
        )


def statement_document(digest: str) -> Document:
    """Return the document about a statement, for its links."""
    return Document(STATEMENTS + digest, f"/doc/statement/{digest}", None, (), "Statement")


def release_document(version: str) -> Document:
    """Return the document about a release, for its links; it is at its own path."""
    return Document(RELEASES + version, f"/release/{version}", None, (), "Dataset")


def find_document(
    site: ServedDataset, iri: str, path: str | None, page: int | None, host: str
) -> Document:
    """
    Return the document about an IRI.

    Raises
    ------
    UnknownResource
        Nothing is known of it.
    """
    if iri in SHIPPED:
        return Document(iri, path, None, SHIPPED[iri]())
    if iri == ONTOLOGY:
        triples = site.ontology
        if not triples:
            raise UnknownResource(iri)
        history = ontology_history(previous_ontology(site), site.record)
        return Document(
            iri, path, None, (*triples, *(quad for quad in history if quad not in triples))
        )
    if iri.startswith(GRAPH) and exists_graph(site.engine, iri):
        return Document(iri, path, None, tuple(graph_contents(site.engine, iri)))
    if iri == BASE and site.is_partage:
        return _dataset_document(site, path, page, host)
    return Document(iri, path, describe(site.engine, iri, page))


def _dataset_document(
    site: ServedDataset, path: str | None, page: int | None, host: str
) -> Document:
    """Return the document about the dataset, there even where it says nothing of itself."""
    try:
        description = describe(site.engine, BASE, page)
    except UnknownResource:
        if page is not None and page > 1:
            raise
        description = Description(BASE, ())
    # A release never changes; who runs the server may.
    address = "" if site.release is None else site.settings.contact
    triples = [*distributions(_artefacts(site), host), *contact(address)]
    return Document(BASE, path, description, tuple(triples))


def previous_ontology(site: ServedDataset) -> ReleaseRecord | None:
    """Return the last release with another version of the ontology than a site has."""
    version = site.record.ontology if site.record else str(site.manifest.get("ontology", ""))
    return before(version, served_datasets().releases_until(site)) if version else None


def has_canonical_digest(profile: Profile) -> bool:
    """Say whether a profile is told in quads of the dataset, and so has a canonical digest."""
    return profile not in (SCHEMA, ALT)


def _artefacts(site: ServedDataset) -> list[Artefact]:
    listed = cast("list[dict[str, object]]", site.manifest.get("artefacts", []))
    return [
        Artefact(str(file["name"]), int(str(file["bytes"])), str(file["sha256"])) for file in listed
    ]
