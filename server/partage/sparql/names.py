"""The terms of a query as IRIs, and the terms of a dataset as a query may write them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from partage.rdf.namespaces import PLAIN, curie, iri
from partage.rdf.terms import iriref, is_iri
from partage.sparql.pieces import Term
from partage.sparql.protocol import prefixes
from partage.sparql.tokens import Lexer
from partage.store.engine import Term as RdfTerm

PLAIN_TYPES = {iri(f"xsd:{name}") for name in ("integer", "boolean")}


@dataclass(frozen=True, slots=True)
class Named:
    """An IRI in the text of a query, and where it is written."""

    iri: str
    text: str
    start: int
    end: int


class Names:
    """The names that one query declares."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def declared(self) -> Mapping[str, str]:
        """The namespaces by their prefixes."""
        return dict(prefixes(self.text))

    def within(self, term: Term) -> Iterator[Named]:
        """Yield the IRIs that a term is or, being a path, is made of."""
        if term.nature not in {"iri", "path"} or term.start == term.end:
            return
        at, lexer = term.start, Lexer(self.text)
        while at < term.end:
            token = lexer.at(at)
            at = token.end
            if found := self._iri(token.kind, token.text):
                yield Named(found, token.text, token.start, token.end)

    def iri(self, term: Term) -> str | None:
        """Return the IRI that a term is."""
        found = list(self.within(term)) if term.nature == "iri" else []
        return found[0].iri if len(found) == 1 else None

    def spelled(self, term: Term) -> str:
        """Return a term with its IRIs in full."""
        text = term.text
        for one in reversed([*self.within(term)]):
            at = one.start - term.start
            text = f"{text[:at]}{iriref(one.iri)}{text[at + len(one.text) :]}"
        return text

    def _iri(self, kind: str, text: str) -> str | None:
        if text == "a":
            return iri("rdf:type")
        prefix, colon, local = text.partition(":")
        if kind == "iri":
            found = text[1:-1]
        elif kind == "name" and colon and prefix in self.declared:
            found = self.declared[prefix] + local
        else:
            return None
        return found if is_iri(found) else None  # a relative one, or one with escapes, is none

    def write(self, term: RdfTerm) -> str | None:
        """Return how the query may write a term; None where it has no words for it."""
        if isinstance(term, NamedNode):
            return self.name(term.value)
        if isinstance(term, BlankNode | Triple):
            return None
        if term.language or term.datatype.value == iri("xsd:string"):
            return str(term)
        if term.datatype.value in PLAIN_TYPES:
            return term.value
        quoted = str(Literal(term.value))
        return f"{quoted}^^{self.name(term.datatype.value)}"

    def name(self, name: str) -> str:
        """Return an IRI as the query may write it, with the longest of its namespaces."""
        spaces = sorted(self.declared.items(), key=lambda pair: -len(pair[1]))
        for prefix, space in spaces:
            local = name.removeprefix(space)
            if space and local != name and PLAIN.fullmatch(local):
                return f"{prefix}:{local}"
        return iriref(name)


def told(name: str) -> str:
    """Return an IRI for a sentence, whatever the query declares."""
    return curie(name) or f"<{name}>"
