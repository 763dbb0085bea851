"""
The smallest queries: one triple pattern about one thing, as most programs ask.

What may be read from such a text is read by one expression. The engine has the last word on it: a
text that only looks like one of these fails there.
"""

import re
from dataclasses import dataclass

from partage.rdf.namespaces import iri
from partage.sparql.tokens import IRI, NAME, SPACE, VARIABLE

LONGEST = 2_000
# Atomic groups: what was once read as a term is not read in another way, which would take for ever.
_IRI, _NAME, _VARIABLE = rf"(?>{IRI})", rf"(?>{NAME})", rf"(?>{VARIABLE})"
_LITERAL = rf"\"[^\"\r\n]*+\"(?>@[A-Za-z0-9\-]+|\^\^(?>{IRI}|{NAME}))?"
_TERM = rf"(?>{IRI}|{NAME}|{VARIABLE})"
_PREFIX = rf"PREFIX{SPACE}{_NAME}{SPACE}{_IRI}{SPACE}"
_LOOKUP = re.compile(
    rf"{SPACE}(?P<prologue>(?:{_PREFIX})*+)"
    rf"(?:ASK|SELECT{SPACE}(?:\*|(?:{_VARIABLE}{SPACE})++)){SPACE}(?:WHERE{SPACE})?"
    rf"\{{{SPACE}(?P<s>{_TERM}){SPACE}(?P<p>{_TERM}|a\b){SPACE}(?P<o>{_TERM}|{_LITERAL}){SPACE}"
    rf"(?:\.{SPACE})?\}}{SPACE}(?:LIMIT{SPACE}\d+{SPACE})?",
    re.IGNORECASE,
)
_DECLARED = re.compile(rf"PREFIX{SPACE}({_NAME}){SPACE}({_IRI}){SPACE}", re.IGNORECASE)
_ABSOLUTE = re.compile(r"<[a-z][a-z0-9+.\-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    A query that has as many solutions as one thing has triples.

    `iris` are those of its pattern.
    """

    text: str
    iris: tuple[str, ...]


def lookup(text: str) -> Lookup | None:
    """
    Return the lookup that a text is; None for what is none, or asks more than a look at it tells.

    Its subject or object is an IRI or a literal, and no variable stands twice: so each triple that
    the engine comes by is a solution.
    """
    if len(text) > LONGEST or "\\" in text:
        return None
    read = _LOOKUP.fullmatch(text)
    if read is None:
        return None
    terms = read.group("s", "p", "o")
    variables = [term[1:] for term in terms if term.startswith(("?", "$"))]
    if len(set(variables)) < len(variables) or all(term[0] in "?$" for term in terms[::2]):
        return None
    declared = dict(_DECLARED.findall(read["prologue"]))
    found = []
    for term in terms:
        if term[0] in '?$"':
            continue
        whole = term if term[0] == "<" else _whole(term, declared)
        if whole is None or not _ABSOLUTE.match(whole):
            return None
        found.append(whole[1:-1])
    return Lookup(text, tuple(found))


def _whole(name: str, declared: dict[str, str]) -> str | None:
    """Return a name as an IRI."""
    if name.lower() == "a":
        return f"<{iri('rdf:type')}>"
    prefix, _, local = name.partition(":")
    space = declared.get(f"{prefix}:")
    return f"{space[:-1]}{local}>" if space else None
