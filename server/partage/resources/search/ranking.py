"""
Searching: what a few words find, the likeliest first.

Every word must be in some text of a thing, whole or as a beginning; a word that no text has is
replaced by those most like it. Where nothing has all of the words, what has most of them is found.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from partage.rdf.namespaces import ID, PREFIXES
from partage.resources.description.existence import holds
from partage.resources.search.index import (
    NAME,
    OTHER_NAME,
    IndexedText,
    SearchIndex,
    kind_of,
    read,
)
from partage.store.engine import Engine

LONGEST = 200
MOST_WORDS = 12
SNIPPET = 240
# How well a text fits: exactly, from its beginning, all its words, in several texts.
EXACT, BEGINNING, WITHIN, ACROSS = 0, 1, 2, 9
# The identifiers of things, by their first letter.
SPACES = {"c": "claim", "f": "flow", "a": "agreement", "x": "agreement-set", "s": "source",
          "p": "passage"}  # fmt: skip
_NUMBERED = re.compile(rf"([{''.join(SPACES)}])[0-9]{{4,}}")


@dataclass(frozen=True, slots=True)
class SearchWord:
    """One word of a question: what counts as it, and what begins with it."""

    word: str
    meant: tuple[str, ...]
    beginning: frozenset[str]

    @property
    def replaced(self) -> bool:
        """Say whether other words stand for it."""
        return bool(self.meant) and self.word not in self.meant and not self._begins

    @property
    def _begins(self) -> bool:
        return any(other.startswith(self.word) for other in self.beginning)


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, and the text that fits best; None where its identifier was given."""

    iri: str
    kind: str
    text: IndexedText | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """
    What was found: `kinds` counts all of it, `hits` are those of the kind asked for.

    `replaced` says which words stand for which; `partial` that nothing has all of the words;
    `instead` is a question that finds something where this one finds nothing.
    """

    hits: tuple[Hit, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()
    sought: tuple[SearchWord, ...] = ()
    partial: bool = False
    instead: str = ""

    @property
    def replaced(self) -> tuple[tuple[str, str], ...]:
        """The words that no text has, each with the likeliest that stands for it."""
        return tuple((each.word, each.meant[0]) for each in self.sought if each.replaced)


def search(
    index: SearchIndex, question: str, kind: str = "", named: str | None = None
) -> SearchResult:
    """Return what the words of a question find; `named` is a thing whose identifier it is."""
    sought = tuple(_sought(index, word) for word in words_of(question))
    found = _found(index, sought)
    most = max(found.values(), default=0)
    chosen = [thing for thing, number in found.items() if number == most]
    ranked = sorted((_rank(index, thing, sought), thing) for thing in chosen)
    hits = [Hit(thing, kind_of(thing), index.texts[rank[-1]]) for rank, thing in ranked]
    if named:
        hits = [Hit(named, kind_of(named), None), *(hit for hit in hits if hit.iri != named)]
    return SearchResult(
        hits=tuple(hit for hit in hits if kind in {"", hit.kind}),
        kinds=tuple(Counter(hit.kind for hit in hits).most_common()),
        sought=sought,
        partial=0 < most < len(sought),
        instead="" if hits else _instead(index, sought),
    )


def words_of(question: str) -> list[str]:
    """Return the words that a question asks for."""
    return list(read("", question[:LONGEST]).telling[:MOST_WORDS])


def identified(engine: Engine, question: str) -> str | None:
    """Return the thing of the dataset whose identifier, CURIE or IRI a question is."""
    text = question.strip().strip("<>")
    prefix, colon, local = text.partition(":")
    if numbered := _NUMBERED.fullmatch(text.lower()):
        iri = f"{ID}{SPACES[numbered[1]]}/{text.lower()}"
    elif colon and local and prefix in PREFIXES:
        iri = PREFIXES[prefix] + local
    else:
        iri = text
    return iri if holds(engine, iri) else None


def marked(
    text: str, sought: Sequence[SearchWord], longest: int = SNIPPET
) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is a word that was sought; long ones cut."""
    taken = read("", text)
    meant = {word for each in sought for word in (*each.meant, *each.beginning)}
    spans = [span for word, span in zip(taken.words, taken.spans, strict=True) if word in meant]
    start, end = _window(text, spans, longest)
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for left, right in spans:
        if start <= left and right <= end:
            pieces += [(text[at:left], False), (text[left:right], True)]
            at = right
    pieces += [(text[at:end], False)] + ([(" …", False)] if end < len(text) else [])
    return [piece for piece in pieces if piece[0]]


def fits(text: str, sought: Sequence[SearchWord]) -> bool:
    """Return whether a text has all the words that were sought."""
    words = read("", text).words
    return not any(each.beginning.isdisjoint(words) for each in sought)


def _window(text: str, spans: Sequence[tuple[int, int]], longest: int) -> tuple[int, int]:
    """Return from where to where a text is shown: around the first word that was sought."""
    if len(text) <= longest:
        return 0, len(text)
    first = spans[0][0] if spans else 0
    start = max(0, min(first - longest // 3, len(text) - longest))
    start = text.find(" ", start) + 1 if start else 0
    end = start + longest
    return start, len(text) if end >= len(text) else text.rfind(" ", start, end)


def _sought(index: SearchIndex, word: str) -> SearchWord:
    beginning = index.beginning(word)
    if beginning:
        return SearchWord(word, (word,) if word in index.postings else (), frozenset(beginning))
    meant = index.nearest(word)
    return SearchWord(word, meant, frozenset(meant))


def _found(index: SearchIndex, sought: Sequence[SearchWord]) -> Counter[str]:
    """Return how many of the words each thing has."""
    found: Counter[str] = Counter()
    for each in sought:
        texts = {number for word in each.beginning for number in index.postings[word]}
        found.update({index.texts[number].thing for number in texts})
    return found


def _rank(
    index: SearchIndex, thing: str, sought: Sequence[SearchWord]
) -> tuple[int, int, int, int]:
    """Return how well a thing fits (the least is best), and last which of its texts fits best."""
    best = min((*_fit(index.texts[number], sought), number) for number in index.things[thing])
    missing, fit, length, number = best
    return fit if not missing else ACROSS, -index.weights.get(thing, 0), length, number


def _fit(text: IndexedText, sought: Sequence[SearchWord]) -> tuple[int, int, int]:
    """Return how many words a text lacks, how well it has the others, and how long it is."""
    missing = sum(each.beginning.isdisjoint(text.words) for each in sought)
    pairs = list(zip(text.telling, sought, strict=False))
    if text.role <= OTHER_NAME and len(pairs) == len(sought):
        if len(text.telling) == len(sought) and all(word in each.meant for word, each in pairs):
            return missing, EXACT, len(text.words)
        if all(word in each.beginning for word, each in pairs):
            return missing, BEGINNING, len(text.words)
    return missing, WITHIN + text.role - NAME, len(text.words)


def _instead(index: SearchIndex, sought: Sequence[SearchWord]) -> str:
    """Return a question of words that are somewhat like those that nothing was found for."""
    near = [index.nearest(each.word, max(2, len(each.word) // 3)) for each in sought]
    return " ".join(words[0] for words in near if words)
