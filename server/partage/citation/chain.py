"""
The chain of a claim: who says it, as reported by whom, and where.

A claim is somebody's. A source reports it (`ds:reportedBy`, else the publisher of the source, where
that is another); the source may rest on the work of a third (`ds:citesWork`), and the editors may
have found it through a fourth (`ds:citedThrough`). A passage is a place in a source: code points
(Web Annotation, https://www.w3.org/TR/annotation-model/#text-position-selector), or words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from partage.citation.model import NOTHING, BilingualText
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

WHO = BilingualText("claim of {}", "assertion de {}")
REPORTED = BilingualText("as reported by {}", "rapportée par {}")
WORK = BilingualText("citing the work of {}", "d’après le travail de {}")
SOURCE = BilingualText("source {} ({})", "source {} ({})")
QUOTED = BilingualText("“{}”", "« {} »")
SPANS = BilingualText("code points {}", "points de code {}")
THROUGH = BilingualText("cited through {}", "citée d’après {}")


@dataclass(frozen=True, slots=True)
class Chain:
    """Who says it (`who`, for the title), the whole chain (`note`), and the sources."""

    who: BilingualText
    note: BilingualText
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CitedSource:
    """One source, what is told of it, and the passages in it that are meant."""

    source: str
    facts: CitationFacts
    passages: tuple[CitationFacts, ...]


def chain_of(reader: CitationReader, claim: CitationFacts) -> Chain:
    """Return the chain of a claim, from its facts and those of its passages."""
    places = places_of(reader, claim.iris("prov:wasDerivedFrom", "prov:wasQuotedFrom"))
    speakers = claim.iris("ds:assertedBy")
    names = reader.names(
        {
            *claim.iris("ds:assertedBy", "ds:reportedBy", "ds:citesWork"),
            *(p for place in places for p in place.facts.iris("dct:publisher")),
        }
    )

    def people(curie: str) -> list[BilingualText]:
        return [names[thing] for thing in claim.iris(curie)]

    reporters = people("ds:reportedBy") or [
        publisher
        for place in places
        if not set(place.facts.iris("dct:publisher")) & set(speakers)
        and (publisher := _publisher(place.facts, names))
    ]
    through = sorted(
        {
            *claim.iris("ds:citedThrough"),
            *(s for place in places for s in place.facts.iris("ds:citedThrough")),
        }
    )
    authors = [*_said(WHO, people("ds:assertedBy")), *_said(REPORTED, reporters)]
    note = [*authors, *_said(WORK, people("ds:citesWork")), *located(reader, places)]
    note += _said(THROUGH, [both(local(source)) for source in through])
    return Chain(
        who=joined(authors, COMMA),
        note=_capital(joined(note, COMMA)),
        sources=tuple(place.source for place in places),
    )


def places_of(reader: CitationReader, passages: Sequence[str]) -> tuple[CitedSource, ...]:
    """Return where some passages are: each source once."""
    facts = reader.facts(passages)
    sources = reader.facts(sorted({s for told in facts.values() for s in _sources(told)}))
    return tuple(
        CitedSource(source, told, tuple(p for p in facts.values() if source in _sources(p)))
        for source, told in sources.items()
    )


def located(reader: CitationReader, places: Iterable[CitedSource]) -> list[BilingualText]:
    """Say where places are: each source, then the positions and the words that lead to them."""
    said = []
    for place in places:
        selectors = [s for told in place.passages for s in told.iris("oa:hasSelector")]
        spans = sorted(
            (int(start), int(end))
            for told in reader.facts(selectors).values()
            if (start := told.plain("oa:start")) and (end := told.plain("oa:end"))
        )
        said.append(filled(SOURCE, both(local(place.source)), entitled(place.facts)))
        if spans:
            said.append(filled(SPANS, both(", ".join(f"{start}–{end}" for start, end in spans))))
        said += [words for told in place.passages if (words := told.text("ds:locator"))]
    return said


def entitled(source: CitationFacts) -> BilingualText:
    """Return the title of a source, which is not translated, and its date."""
    title, issued = source.plain("dct:title"), source.plain("dct:issued")
    quoted = [filled(QUOTED, both(title))] if title else []
    return joined([*quoted, *([both(issued)] if issued else [])], COMMA)


def _sources(passage: CitationFacts) -> tuple[str, ...]:
    return passage.iris("oa:hasSource")


def _publisher(source: CitationFacts, names: dict[str, BilingualText]) -> BilingualText:
    publishers = source.iris("dct:publisher")
    return source.text("ds:publisherName") or (names[publishers[0]] if publishers else NOTHING)


def _said(pattern: BilingualText, things: Sequence[BilingualText]) -> list[BilingualText]:
    return [filled(pattern, listed(dict.fromkeys(things)))] if things else []


def _capital(words: BilingualText) -> BilingualText:
    return BilingualText(words.en[:1].upper() + words.en[1:], words.fr[:1].upper() + words.fr[1:])
