"""
The texts of a dataset by their words: names, glosses, definitions and notes, in every language.

Built once for a dataset and kept in memory. Words are compared without case and accents.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode
from rapidfuzz import process
from rapidfuzz.distance import OSA

from partage.errors import DatasetTooLarge
from partage.rdf.namespaces import BASE
from partage.resources.description.describe import ask
from partage.resources.labels import labels
from partage.store.engine import Engine

# A text with its words takes about 2 kB.
MOST = 100_000
# What a text is to its thing, the weightiest first.
ROLES: tuple[tuple[str, ...], ...] = (
    ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "schema:name"),
    ("skos:altLabel", "skos:hiddenLabel", "ds:publisherName"),
    ("dct:description", "skos:definition", "rdfs:comment"),
    ("skos:note", "skos:scopeNote", "skos:editorialNote"),
)
NAME, OTHER_NAME = 0, 1
# What is called after its parts, and what makes claims count for a thing.
COMPOSED = "{ ?thing a ds:DataFlow } UNION { ?thing a ds:DataSharingAgreement }"
CLAIMED = (
    "ds:about", "ds:assertedBy", "prov:wasDerivedFrom/oa:hasSource", "ds:about/ds:hasProvider",
    "ds:about/ds:hasRecipient", "ds:about/ds:principalCategory",
)  # fmt: skip
# So many letters may be wrong in words so long.
WRONG = ((8, 2), (4, 1))
ALIKE = 4
# Words that say little, passed over where others remain.
STOPS = frozenset({
    "a", "an", "and", "are", "by", "did", "do", "does", "for", "from", "gave", "get", "got",
    "in", "is", "it", "of", "on", "or", "say", "says", "that", "the", "to", "was", "what",
    "which", "who", "whom", "with", "au", "aux", "avec", "ce", "ces", "d", "de", "des",
    "donne", "du", "en", "est", "et", "l", "la", "le", "les", "ont", "ou", "par", "pour",
    "qu", "que", "quel", "quelle", "quelles", "quels", "qui", "s", "sur", "un", "une",
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(re.escape(BASE) + r"(?:id/([a-z-]+)/|(voc)/|(ns)#)")
_KINDS = {"voc": "concept", "ns": "term"}


@dataclass(frozen=True, slots=True)
class IndexedText:
    """One text of a thing: its role, its words, where each stands, and those that say something."""

    thing: str
    text: str
    language: str
    role: int
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    telling: tuple[str, ...]


def fold(text: str) -> str:
    """Return a text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def read(thing: str, text: str, language: str = "", role: int = NAME) -> IndexedText:
    """Take a text apart into its words."""
    found = [(fold(word[0]), word.span()) for word in _WORD.finditer(text)]
    words = tuple(word for word, _ in found)
    telling = tuple(word for word in words if word not in STOPS) or words
    return IndexedText(
        thing, text, language, role, words, tuple(span for _, span in found), telling
    )


def kind_of(thing: str) -> str:
    """Return what kind of thing an IRI names: by the space it is in, else `other`."""
    space = _SPACE.match(thing)
    name = next(filter(None, space.groups())) if space else "other"
    return _KINDS.get(name, name)


class SearchIndex:
    """Texts by their words."""

    def __init__(self, texts: Iterable[IndexedText], weights: dict[str, int]) -> None:
        """`weights` says how much is claimed about a thing."""
        self.texts = tuple(texts)
        self.weights = weights
        postings: dict[str, list[int]] = {}
        things: dict[str, list[int]] = {}
        for number, text in enumerate(self.texts):
            things.setdefault(text.thing, []).append(number)
            for word in dict.fromkeys(text.words):
                postings.setdefault(word, []).append(number)
        self.postings = postings
        self.things = things
        self.vocabulary = sorted(postings)
        self.nearest = lru_cache(1000)(self._nearest)

    def beginning(self, word: str) -> Sequence[str]:
        """Return the words that begin with a word."""
        start = bisect_left(self.vocabulary, word)
        end = bisect_left(self.vocabulary, word + "\U0010ffff", start)
        return self.vocabulary[start:end]

    def _nearest(self, word: str, wrong: int | None = None) -> tuple[str, ...]:
        """Return the words that are most like one that no text has, if any is like it."""
        most = wrong or next((most for length, most in WRONG if len(word) >= length), 0)
        if not most:
            return ()
        found = process.extract(
            word, self.vocabulary, scorer=OSA.distance, score_cutoff=most, limit=ALIKE * 4
        )
        best = min((distance for _, distance, _ in found), default=0)
        alike = [other for other, distance, _ in found if distance == best]
        # Of words as near as each other, those that more texts have are meant more often.
        return tuple(sorted(alike, key=lambda other: -len(self.postings[other]))[:ALIKE])


def build(engine: Engine, most: int = MOST) -> SearchIndex:
    """
    Read the texts of a dataset.

    Raises
    ------
    TooLarge
        It has more texts than are kept in memory.
    """
    texts, unnamed = _texts(engine, most), _unnamed(engine, most)
    if len(texts) + len(unnamed) > most:
        raise DatasetTooLarge(
            "This dataset has more than %(most)s texts, too many to search in. Query it instead.",
            most=most,
        )
    return SearchIndex([*texts, *_composed(engine, unnamed)], _weights(engine))


def _texts(engine: Engine, most: int) -> list[IndexedText]:
    branches = " UNION ".join(
        f"{{ ?thing {predicate} ?text BIND({role} AS ?role) }}"
        for role, predicates in enumerate(ROLES)
        for predicate in predicates
    )
    # A dataset may keep everything in named graphs.
    for pattern in (branches, f"GRAPH ?graph {{ {branches} }}"):
        rows = ask(engine, f"SELECT DISTINCT ?thing ?text ?role {{ {pattern} }} LIMIT {most + 1}")
        if rows:
            break
    found = [(row["thing"], row["text"], row["role"]) for row in rows]
    return [
        read(thing.value, text.value, (text.language or "").lower(), int(role.value))
        for thing, text, role in found
        if isinstance(thing, NamedNode) and isinstance(text, Literal) and isinstance(role, Literal)
    ]


def _unnamed(engine: Engine, most: int) -> list[str]:
    """Return what has no name of its own."""
    rows = ask(engine, f"SELECT DISTINCT ?thing {{ {COMPOSED} }} LIMIT {most + 1}")
    return sorted(term.value for row in rows if isinstance(term := row["thing"], NamedNode))


def _composed(engine: Engine, things: Sequence[str]) -> list[IndexedText]:
    """Return what things are called that have no name of their own, in both languages."""
    found = []
    for languages in (("en", "fr", ""), ("fr", "en", "")):
        named = labels(engine, things, languages)
        found += [read(thing, named[thing].text, languages[0]) for thing in things]
    return found


def _weights(engine: Engine) -> dict[str, int]:
    branches = " UNION ".join(f"{{ ?claim {path} ?thing }}" for path in CLAIMED)
    rows = ask(
        engine,
        f"SELECT ?thing (COUNT(DISTINCT ?claim) AS ?n) {{ ?claim a ds:Claim . {branches} }} "
        "GROUP BY ?thing",
    )
    return {
        thing.value: int(number.value)
        for row in rows
        if isinstance(thing := row.get("thing"), NamedNode)
        and isinstance(number := row["n"], Literal)
    }
