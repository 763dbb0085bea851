"""
Check the passages of a source against somebody's copy of its text.

A passage is cited by numbers only: its position in the captured text (code points, end exclusive,
W3C Web Annotation TextPositionSelector) with the SHA-256 of that slice, and the SHA-256 of its
word tokens. The first proves the captured copy; the second finds the passage again in a copy that
was typeset anew.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from pyoxigraph import Quad

from partage.errors import IdentifierError
from partage.rdf.namespaces import ID, PREFIXES, iri

Outcome = OneOf["exact", "moved", "missing"]


@dataclass(frozen=True, slots=True)
class CheckedPassage:
    """A passage's locators: code point positions, SHA-256 of the slice, word tokens."""

    iri: str
    start: int
    end: int
    sha256: str
    token_count: int
    token_sha256: str


@dataclass(frozen=True, slots=True)
class PassageFinding:
    """What became of a passage: `exact` at its position, `moved` to `places`, or `missing`."""

    passage: CheckedPassage
    outcome: Outcome
    places: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PassageVerification:
    """The outcome for one source; `capture` tells whether the copy is the captured one."""

    source: str
    capture: bool
    findings: tuple[PassageFinding, ...]

    @property
    def verified(self) -> bool:
        """Whether every passage was found."""
        return all(finding.outcome != "missing" for finding in self.findings)


def tokens(text: str) -> list[tuple[int, int, str]]:
    r"""Return (start, end, token) of each `\w+` run, NFKC-normalized and case-folded."""
    return [
        (m.start(), m.end(), unicodedata.normalize("NFKC", m.group()).casefold())
        for m in re.finditer(r"\w+", text)
    ]


def sha256(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def passages(quads: Iterable[Quad], source: str) -> tuple[CheckedPassage, ...]:
    """
    Return the passages of `source` (an IRI) that have a position, in the order of the text.

    Raises
    ------
    IdentifierError
        No passage of this source has a position; there is nothing to verify.
    """
    rows: Mapping[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        subject = getattr(quad.subject, "value", "")
        rows[subject][quad.predicate.value] = getattr(quad.object, "value", "")
    found = []
    for subject, row in rows.items():
        selector = rows.get(row.get(iri("oa:hasSelector"), ""))
        if row.get(iri("oa:hasSource")) != source or not selector:
            continue
        found.append(
            CheckedPassage(
                subject,
                int(selector[iri("oa:start")]),
                int(selector[iri("oa:end")]),
                selector[iri("ds:sha256")],
                int(selector[iri("ds:tokenCount")]),
                selector[iri("ds:tokenSha256")],
            )
        )
    if not found:
        raise IdentifierError(
            f"No passage of <{source}> is cited by position; only such passages can be verified."
        )
    return tuple(sorted(found, key=lambda passage: (passage.start, passage.end)))


def captured_digest(quads: Iterable[Quad], source: str) -> str | None:
    """Return the SHA-256 of the captured bytes of `source`, if it was captured."""
    wanted = iri("ds:captureSha256")
    return next(
        (
            getattr(quad.object, "value", None)
            for quad in quads
            if quad.predicate.value == wanted and getattr(quad.subject, "value", "") == source
        ),
        None,
    )


def verify(quads: Iterable[Quad], source: str, copy: bytes) -> PassageVerification:
    """
    Check every passage of `source` against `copy`, the bytes of a UTF-8 text.

    Raises
    ------
    IdentifierError
        The source has no passage cited by position.
    UnicodeDecodeError
        The copy is not UTF-8 text.
    """
    known = list(quads)
    text = copy.decode("utf-8")
    words = tokens(text)
    findings = []
    for passage in passages(known, source):
        if sha256(text[passage.start : passage.end]) == passage.sha256:
            findings.append(PassageFinding(passage, "exact", ((passage.start, passage.end),)))
            continue
        places = locate(words, passage)
        findings.append(PassageFinding(passage, "moved" if places else "missing", places))
    capture = hashlib.sha256(copy).hexdigest() == captured_digest(known, source)
    return PassageVerification(source, capture, tuple(findings))


def locate(
    words: list[tuple[int, int, str]], passage: CheckedPassage
) -> tuple[tuple[int, int], ...]:
    """Return every (start, end) in the copy whose tokens have the passage's digest."""
    size = passage.token_count
    return tuple(
        (words[at][0], words[at + size - 1][1])
        for at in range(len(words) - size + 1)
        if sha256(" ".join(word for _, _, word in words[at : at + size])) == passage.token_sha256
    )


def source_iri(name: str) -> str:
    """Return the IRI of a source given as `s0001`, `s:s0001` or the IRI itself."""
    if name.startswith(ID):
        return name
    return PREFIXES["s"] + name.removeprefix("s:")
