"""
What a citation says, in the variables of CSL
(https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables) and the
relations of DataCite (https://datacite-metadata-schema.readthedocs.io/en/4.6/appendices/appendix-1/relationType/).

The editors of Partage are the authors of every record. Who is reported to have said something is
never an author: the note tells the chain (who, as reported by whom, where).

Things in the graph are cited by `partage.citation.citable.cite`. Statements, queries and results
are cited from plain values, by `of_statement`, `of_query` and `of_result`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from partage.rdf.namespaces import BASE, LICENSE, RELEASES
from partage.releases.record import ReleaseRecord

PUBLISHER = "Partage"
LANGUAGES = ("en", "fr")
# Of a text that was not written to be a title.
LONGEST = 300
_SEPARATING = re.compile(r"[^A-Za-z0-9._]+")


@dataclass(frozen=True, slots=True)
class BilingualText:
    """One text in English and French; an empty one is missing."""

    en: str
    fr: str = ""

    def spoken(self, language: str) -> str:
        """Return the language that a reader of `language` gets: his, where there is a text."""
        return language if getattr(self, language) else next(c for c in LANGUAGES if c != language)

    def said(self, language: str) -> str:
        """Return the text for a reader of `language`, in the other one where there is no choice."""
        text: str = getattr(self, self.spoken(language))
        return text

    def __bool__(self) -> bool:
        return bool(self.en or self.fr)


NOTHING = BilingualText("")
EDITORS = BilingualText("Partage editors", "Les éditeurs de Partage")
RESULT = BilingualText("query result", "résultat de requête")
QUERY = BilingualText("query", "requête")
STATEMENT = BilingualText("statement record", "fiche d’énoncé")


@dataclass(frozen=True, slots=True)
class RelatedIdentifier:
    """Another thing and what the cited one is to it: `relation` is a relationType of DataCite."""

    relation: str
    iri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """
    One citation.

    `iri` is the thing, `url` the persistent address of the state that is cited: that in a release
    wherever there is one; `draft` says that it may still change. `genre` says what the record is;
    `note` whatever its reader must not miss (the chain of a claim, that it was withdrawn); `digest`
    by what the cited thing is known again, with the name of the method: `SHA-256 ff71…`.
    """

    iri: str
    url: str
    genre: BilingualText
    title: BilingualText
    version: str | None = None
    issued: date | None = None
    accessed: date | None = None
    note: BilingualText = NOTHING
    draft: bool = False
    digest: str | None = None
    related: tuple[RelatedIdentifier, ...] = ()
    license: str = LICENSE
    authors: tuple[BilingualText, ...] = (EDITORS,)
    publisher: str = PUBLISHER

    def details(self, language: str) -> tuple[str, ...]:
        """Return the note and the digest, where there are any."""
        return tuple(text for text in (self.note.said(language), self.digest) if text)

    @property
    def key(self) -> str:
        """The name of the citation in a bibliography: `partage-id-claim-c0026-v1`."""
        return "partage-" + (_SEPARATING.sub("-", self.url.removeprefix(BASE)).strip("-") or "data")


def versioned(iri: str, release: ReleaseRecord | None) -> str:
    """Return the address of one of our IRIs in a release, where it never changes."""
    if release is None:
        return iri
    return f"{RELEASES}{release.version}/{iri.removeprefix(BASE)}".removesuffix("/")


def shortened(text: str) -> str:
    """Return a text in one line, cut where it is too long for a title."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[:LONGEST].rsplit(" ", 1)[0] + " …"


def of_statement(
    iri: str,
    text: BilingualText,
    *,
    release: ReleaseRecord | None = None,
    chain: BilingualText = NOTHING,
    claims: Sequence[str] = (),
) -> Citation:
    """
    Cite one statement.

    Parameters
    ----------
    iri
        Of the statement: `https://w3id.org/partage/statement/{hash}`.
    text
        The statement as its page says it: `Facebook has recipient Netflix`.
    release
        The release that it is cited from, None for the current state.
    chain
        Who claims so and where, for the note: `Claim of …, source s0001, code points 1–9`.
    claims
        The IRIs of the claims or claim versions that make it.
    """
    return Citation(
        iri=iri,
        url=versioned(iri, release),
        genre=STATEMENT,
        title=BilingualText(shortened(text.en), shortened(text.fr)),
        version=release.version if release else None,
        issued=release.issued.date() if release else None,
        note=chain,
        related=(
            RelatedIdentifier("IsPartOf", versioned(BASE, release)),
            *(RelatedIdentifier("IsDerivedFrom", claim) for claim in claims),
        ),
    )


def of_query(iri: str, title: BilingualText, *, release: ReleaseRecord | None = None) -> Citation:
    """
    Cite a query, whatever it answers.

    Parameters
    ----------
    iri
        Of the query: `https://w3id.org/partage/query/{hash}`; it names one release already.
    title
        What it asks: the question where it has one, else the text, which is shortened here.
    release
        The release that it asks, None for the current state.
    """
    return Citation(
        iri=iri,
        url=iri,
        genre=QUERY,
        title=BilingualText(shortened(title.en), shortened(title.fr)),
        version=release.version if release else None,
        issued=release.issued.date() if release else None,
        related=(RelatedIdentifier("References", versioned(BASE, release)),),
    )


def of_result(
    query: Citation, *, executed: datetime, digest: str, rows: int | None = None
) -> Citation:
    """
    Cite what a query answered (RDA data citation, https://doi.org/10.15497/RDA00016, R10).

    Parameters
    ----------
    query
        The citation of the query, by `of_query`: result and query have one address.
    executed
        When it was first answered; the day becomes the date of publication.
    digest
        Of the result, with the name of the method: `SHA-256 ff71…`.
    rows
        How many solutions or triples there are; None for a boolean.
    """
    asked = query.related[0].iri
    at = executed.isoformat(timespec="seconds")
    return replace(
        query,
        genre=RESULT,
        issued=executed.date(),
        note=BilingualText(
            f"Answered on {at} by {asked}{'' if rows is None else f', rows: {rows}'}",
            f"Répondu le {at} par {asked}{'' if rows is None else f', lignes : {rows}'}",
        ),
        digest=digest,
        related=(RelatedIdentifier("IsDerivedFrom", asked),),
    )
