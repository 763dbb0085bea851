"""
Which part of a description a reader wants: the profiles of a document
(Content Negotiation by Profile, https://www.w3.org/TR/dx-prof-conneg/).

One table; what is not in it does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from partage.errors import Message, message
from partage.rdf.formats import GRAPH_FORMATS, Format, by_key
from partage.rdf.namespaces import BASE, iri
from partage.resources.description.describe import Description, Statement

PROFILES_IRI = BASE + "profiles"
ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
PROF = "http://www.w3.org/ns/dx/prof/"
PREFIXES = {"altr": ALTR, "prof": PROF}
ALL = tuple(fmt.key for fmt in GRAPH_FORMATS)


@dataclass(frozen=True, slots=True)
class Profile:
    """
    One profile.

    `formats` are the keys of the formats it comes in, `listed` those that a `Link` header names;
    with `html` there is a page of it too.
    """

    token: str
    iri: str
    label: Message
    comment: Message
    formats: tuple[str, ...]
    listed: tuple[str, ...]
    html: bool = False

    @property
    def graph_formats(self) -> tuple[Format, ...]:
        """Return the formats in the order of the table of formats."""
        return tuple(fmt for key in self.formats if (fmt := by_key(key)))


FULL = Profile(
    "full", PROFILES_IRI + "#full", message("Everything"),
    message(
        "What is stated of the resource, what follows from it, what links to it, "
        "and the names of all."
    ),
    ALL, ALL, html=True,
)  # fmt: skip
OWN = Profile(
    "own", PROFILES_IRI + "#own", message("Its own statements"),
    message("The statements about the resource alone, without the links that come in."),
    ALL, ("turtle", "jsonld"),
)  # fmt: skip
ASSERTED = Profile(
    "asserted", PROFILES_IRI + "#asserted", message("Without inference"),
    message("What somebody stated or the editors recorded; nothing that was inferred or derived."),
    ALL, ("turtle", "jsonld"),
)  # fmt: skip
SCHEMA = Profile(
    "schema", "https://schema.org/", message("schema.org"),
    message("The resource in the vocabulary that search engines read."),
    ("jsonld",), ("jsonld",),
)  # fmt: skip
ALT = Profile(
    "alt", ALTR.removesuffix("#"), message("Alternates"),
    message("The list of all profiles and formats in which the resource is told."),
    ALL, ("turtle", "jsonld"), html=True,
)  # fmt: skip
PROFILES = (FULL, OWN, ASSERTED, SCHEMA, ALT)
# A graph is its triples, whoever asks.
OF_GRAPHS = (FULL, ALT)


def find(name: str, profiles: Sequence[Profile] = PROFILES) -> Profile | None:
    """Return the profile of a token or an IRI, or None."""
    return next((profile for profile in profiles if name in (profile.token, profile.iri)), None)


def select(description: Description, profile: Profile) -> list[Quad]:
    """Return what a profile tells of a resource."""
    if profile is OWN:
        coming = frozenset(description.incoming)
        return description.quads(lambda statement: statement not in coming)
    if profile is ASSERTED:
        return description.quads(_stated)
    return description.quads()


def _stated(statement: Statement) -> bool:
    return statement.origin == "asserted"


@dataclass(frozen=True, slots=True)
class Representation:
    """One profile in one format, at an address that gives it whatever the headers say."""

    href: str
    media_type: str
    profile: Profile

    def at(self, root: str) -> "Representation":
        """Return it with an absolute address, below `root`."""
        return Representation(root + self.href, self.media_type, self.profile)


def alternates(resource: str, representations: Iterable[Representation]) -> list[Quad]:
    """
    Return the list of representations in the Alternates vocabulary
    (https://www.w3.org/TR/dx-prof-conneg/#altr).
    """
    subject = NamedNode(resource)
    quads: list[Quad] = []
    profiles: dict[str, Profile] = {}
    for representation in representations:
        node, profile = NamedNode(representation.href), representation.profile
        profiles[profile.token] = profile
        default = profile is FULL and not quads
        quads += [
            Quad(subject, NamedNode(ALTR + "hasRepresentation"), node),
            Quad(node, NamedNode(iri("rdf:type")), NamedNode(ALTR + "Representation")),
            Quad(node, NamedNode(iri("dct:format")), Literal(representation.media_type)),
            Quad(node, NamedNode(iri("dct:conformsTo")), NamedNode(profile.iri)),
        ]
        if default:
            quads.append(Quad(subject, NamedNode(ALTR + "hasDefaultRepresentation"), node))
    return quads + [quad for profile in profiles.values() for quad in described(profile)]


def described(profile: Profile) -> list[Quad]:
    """Return the description of a profile (Profiles Vocabulary, https://www.w3.org/TR/dx-prof/)."""
    node = NamedNode(profile.iri)
    facts = (
        ("rdf:type", NamedNode(PROF + "Profile")),
        ("rdfs:label", Literal(str(profile.label), language="en")),
        ("rdfs:comment", Literal(str(profile.comment), language="en")),
    )
    return [
        *(Quad(node, NamedNode(iri(name)), value) for name, value in facts),
        Quad(node, NamedNode(PROF + "hasToken"), Literal(profile.token)),
    ]


def all_profiles() -> list[Quad]:
    """Return the document about the profiles."""
    title = Quad(
        NamedNode(PROFILES_IRI),
        NamedNode(iri("dct:title")),
        Literal("Profiles of the documents of Partage", language="en"),
    )
    return [title, *(quad for profile in PROFILES for quad in described(profile))]
