"""
The citation of anything in the graph, made from what the graph says of it.

The fields are those of the DataCite Metadata Schema
(https://datacite-metadata-schema.readthedocs.io/en/4.6/): a record is cited as a dataset by the
editors, and what it is about, or who said it, never becomes its author.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from partage.citation.chain import chain_of, entitled, located, places_of
from partage.citation.model import NOTHING, BilingualText, Citation, RelatedIdentifier, versioned
from partage.citation.reader import (
    COMMA,
    CitationFacts,
    CitationReader,
    both,
    filled,
    joined,
    listed,
    local,
)
from partage.citation.record_kinds import RecordKind, kind_of, whole
from partage.errors import UnknownRelease, UnknownResource, message
from partage.rdf.canonical import nquads_digest
from partage.rdf.namespaces import BASE, RELEASES
from partage.rdf.nanopublication import PARTS
from partage.releases.record import ReleaseRecord
from partage.store.engine import Engine

DIGEST = "RDFC-1.0 SHA-256 {}"
DRAFT = "{}-draft"
# What is left of a claim's title where nobody is told to make it: of a tombstone.
NOBODY = " ()"
# By `schema:creativeWorkStatus` of the tombstone.
RETIRED = MappingProxyType(
    {
        "withdrawn": BilingualText("Withdrawn identifier", "Identifiant retiré"),
        "merged": BilingualText("Merged identifier", "Identifiant fusionné"),
        "deprecated": BilingualText("Deprecated identifier", "Identifiant déconseillé"),
    }
)
_LAST = BilingualText("last held by release {}", "présent pour la dernière fois dans la version {}")
_REPLACED = BilingualText("replaced by {}", "remplacé par {}")
_FLOW = BilingualText("{} → {}", "{} → {}")
_FLOW_OF = BilingualText("{} → {}: {}", "{} → {} : {}")
_COLON = BilingualText(": ", " : ")
_SENTENCE = BilingualText(". ", ". ")
_SLASH = BilingualText(" / ", " / ")
_SEMICOLON = BilingualText("; ", " ; ")


def cite(engine: Engine, iri: str, release: ReleaseRecord | None = None) -> Citation:
    """
    Return the citation of a thing of ours.

    Parameters
    ----------
    engine
        Of the dataset that is cited: that of `release`, where one is given.
    iri
        Of the thing; a node within something (`…/c0001#state`) is cited as the whole.
    release
        The release it is cited from. With None the state is a draft and may change.

    Raises
    ------
    UnknownResource
        The dataset says nothing of it, or it is none of ours.
    UnknownRelease
        The IRI names another release than the one given.
    """
    thing = whole(iri)
    kind = kind_of(thing)
    if kind is None:
        raise UnknownResource(iri)
    if kind.key == "release" and (release is None or local(thing) != release.version):
        raise UnknownRelease(
            "<%(iri)s> is not the release at hand (%(held)s). Name the release to cite "
            "from, or check its number in the list of releases.",
            iri=iri,
            held=release.version if release else message("a draft"),
        )
    reader = CitationReader(engine)
    facts = reader.facts([thing, BASE])
    if kind.key not in {"dataset", "release"} and not reader.exists(thing):
        raise UnknownResource(iri)
    case = _Subject(reader, thing, kind, facts[thing], facts[BASE], release)
    return MAKING.get(kind.key, _named)(case)


def cited_at(engine: Engine, iri: str, release: ReleaseRecord | None = None) -> str:
    """Return the `url` of the citation of a thing, by the parameters of `cite`."""
    thing = whole(iri)
    kind = kind_of(thing)
    key = kind.key if kind else ""
    if key in {"dataset", "release"}:
        return versioned(BASE, release)
    if key == "version":
        return thing
    if key == "ontology":
        return _ontology_version(CitationReader(engine).facts([thing])[thing]) or versioned(
            thing, release
        )
    return versioned(thing, release)


def _ontology_version(facts: CitationFacts) -> str | None:
    return next(iter(facts.iris("owl:versionIRI")), None)


@dataclass(frozen=True, slots=True)
class _Subject:
    """One thing to cite, with what is told of it and of the dataset."""

    reader: CitationReader
    thing: str
    kind: RecordKind
    facts: CitationFacts
    dataset: CitationFacts
    release: ReleaseRecord | None

    def citation(
        self,
        name: BilingualText = NOTHING,
        who: BilingualText = NOTHING,
        note: BilingualText = NOTHING,
        related: tuple[RelatedIdentifier, ...] = (),
    ) -> Citation:
        """Return what any thing's citation has, with what its kind adds."""
        own = both(local(self.thing))
        name = name or self.facts.name or own
        made = filled(self.kind.title, name=_open(name), local=own, who=who)
        made = BilingualText(made.en.removesuffix(NOBODY), made.fr.removesuffix(NOBODY))
        # A title is in the language of the name in it.
        title = BilingualText(made.en if name.en else "", made.fr if name.fr else "")
        draft = self.dataset.plain("dcat:version")
        release = self.release
        return Citation(
            iri=self.thing,
            url=cited_at(self.reader.engine, self.thing, release),
            genre=self.kind.genre,
            title=title,
            version=release.version if release else DRAFT.format(draft) if draft else None,
            issued=release.issued.date() if release else _day(self.dataset.plain("dct:issued")),
            draft=release is None,
            note=joined([words for words in (self._gone(), note) if words], _SENTENCE),
            related=(
                RelatedIdentifier("IsPartOf", versioned(BASE, release)),
                *related,
                *(
                    RelatedIdentifier("IsObsoletedBy", o)
                    for o in self.facts.iris("dct:isReplacedBy")
                ),
            ),
        )

    def _gone(self) -> BilingualText:
        """Say that the identifier was retired, since when, why, and what replaces it."""
        if self.facts.plain("owl:deprecated") not in {"true", "1"}:
            return NOTHING
        others = [both(other) for other in self.facts.iris("dct:isReplacedBy")]
        releases = [both(local(name)) for name in self.facts.iris("dct:isPartOf")]
        status = self.facts.plain("schema:creativeWorkStatus")
        said = [RETIRED.get(status, RETIRED["withdrawn"])]
        said += [filled(_LAST, listed(releases))] if releases else []
        said += [filled(_REPLACED, listed(others))] if others else []
        reason = _open(self.facts.text("rdfs:comment"))
        return joined([joined(said, _SEMICOLON), *([reason] if reason else [])], _COLON)


def _named(case: _Subject) -> Citation:
    return case.citation()


def _dataset(case: _Subject) -> Citation:
    release = case.release
    related: list[RelatedIdentifier] = []
    if release:
        related.append(RelatedIdentifier("IsVersionOf", BASE))
        if release.previous:
            related.append(RelatedIdentifier("IsNewVersionOf", RELEASES + release.previous))
        related.append(RelatedIdentifier("IsDocumentedBy", f"{BASE}ns/{release.ontology}"))
    return replace(
        case.citation(name=case.dataset.name or both("Partage")),
        digest=DIGEST.format(release.rdfc10) if release else None,
        related=tuple(related),
    )


def _ontology(case: _Subject) -> Citation:
    """Cite the version of the ontology, which has an IRI and a number of its own."""
    made = case.citation()
    return replace(made, version=case.facts.plain("owl:versionInfo") or made.version)


def _term(case: _Subject) -> Citation:
    ontology = case.thing.partition("#")[0]
    return case.citation(
        related=(RelatedIdentifier("IsPartOf", versioned(ontology, case.release)),)
    )


def _concept(case: _Subject) -> Citation:
    schemes = case.facts.iris("skos:inScheme")
    return case.citation(
        related=tuple(RelatedIdentifier("IsPartOf", versioned(s, case.release)) for s in schemes)
    )


def _composed(case: _Subject) -> Citation:
    """Cite what has no name of its own after its parts: who gives what to whom, or the parties."""
    parts = ("ds:hasProvider", "ds:hasRecipient", "ds:principalCategory", "ds:hasParty")
    names = case.reader.names(case.facts.iris(*parts))
    provider, recipient, category, parties = (
        listed(names[thing] for thing in case.facts.iris(curie)) for curie in parts
    )
    if provider and recipient:
        pattern = _FLOW_OF if category else _FLOW
        return case.citation(case.facts.name or filled(pattern, provider, recipient, category))
    by_name = joined((names[thing] for thing in case.facts.iris("ds:hasParty")), _SLASH)
    return case.citation(case.facts.name or (by_name if parties else NOTHING))


def _claim(case: _Subject) -> Citation:
    chain = chain_of(case.reader, case.facts)
    versions = case.facts.iris("pav:hasCurrentVersion")
    return case.citation(
        who=chain.who,
        note=chain.note,
        related=(
            *(RelatedIdentifier("HasVersion", version) for version in versions),
            *(RelatedIdentifier("IsDerivedFrom", source) for source in chain.sources),
        ),
    )


def _version(case: _Subject) -> Citation:
    """Cite a claim version: its IRI never changes meaning, its digest is that of its graphs."""
    assertion = f"{case.thing}#assertion"
    chain = chain_of(case.reader, case.reader.facts([assertion])[assertion])
    claims = case.facts.iris("dct:isVersionOf")
    before = case.facts.iris("pav:previousVersion")
    names = [told.name for told in case.reader.facts(claims).values() if told.name]
    made = case.citation(
        case.facts.name or (names[0] if names else NOTHING),
        who=chain.who,
        note=chain.note,
        related=(
            *(RelatedIdentifier("IsVersionOf", claim) for claim in claims),
            *(RelatedIdentifier("IsNewVersionOf", version) for version in before),
            *(RelatedIdentifier("IsDerivedFrom", source) for source in chain.sources),
        ),
    )
    quads = case.reader.graphs([f"{case.thing}#{part}" for part in PARTS])
    return replace(
        made,
        version=local(case.thing).removeprefix("v"),
        draft=False,
        issued=_day(case.facts.plain("dct:created")) or made.issued,
        digest=DIGEST.format(nquads_digest(quads)) if quads else None,
    )


def _source(case: _Subject) -> Citation:
    """Cite the record of a source; whoever quotes the source itself cites its address."""
    addresses = [term for term in [case.facts.plain("schema:url")] if term]
    return case.citation(
        entitled(case.facts),
        note=case.facts.text("ds:publisherName"),
        related=tuple(RelatedIdentifier("IsMetadataFor", address) for address in addresses),
    )


def _passage(case: _Subject) -> Citation:
    places = places_of(case.reader, [case.thing])
    where = joined(located(case.reader, places), COMMA)
    return case.citation(
        where,
        related=tuple(
            RelatedIdentifier("IsPartOf", versioned(p.source, case.release)) for p in places
        ),
    )


MAKING: Mapping[str, Callable[[_Subject], Citation]] = MappingProxyType(
    {
        "dataset": _dataset,
        "release": _dataset,
        "ontology": _ontology,
        "term": _term,
        "concept": _concept,
        "agreement": _composed,
        "flow": _composed,
        "claim": _claim,
        "version": _version,
        "source": _source,
        "passage": _passage,
    }
)


def _open(name: BilingualText) -> BilingualText:
    """Return a name without the full stop of a sentence, for a title to go on."""
    return BilingualText(name.en.removesuffix("."), name.fr.removesuffix("."))


def _day(text: str) -> date | None:
    """Return the day in an ISO 8601 date or time, None where there is no whole day."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
