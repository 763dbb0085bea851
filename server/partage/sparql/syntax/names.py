"""The terms of a query as IRIs, and the terms of a dataset as a query may write them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from partage.rdf.namespaces import PLAIN, curie, iri
from partage.rdf.sparql_terms import iriref, is_iri
from partage.sparql.syntax.tree import Path, QueryTree, Term
from partage.store.engine import Term as RdfTerm

PLAIN_TYPES = {iri(f"xsd:{name}") for name in ("integer", "boolean")}


@dataclass(frozen=True, slots=True)
class NamedIri:
    """An IRI in the text of a query, and where it is written."""

    iri: str
    text: str
    start: int
    end: int


class Names:
    """The names that one query declares."""

    def __init__(self, tree: QueryTree) -> None:
        self._tree = tree
        self.declared = tree.prefixes

    def within(self, term: Term) -> Iterator[NamedIri]:
        """Yield the IRIs that a term is or, being a path, is made of."""
        if term.start == term.end:
            return  # a verb of a list, which nobody wrote
        if term.path is not None:
            yield from self._steps(term.path)
        elif found := self.iri(term):
            yield NamedIri(found, term.text, term.start, term.end)

    def _steps(self, path: Path) -> Iterator[NamedIri]:
        if path.text:
            found = self.iri(Term("iri", path.text, path.start, path.end))
            if found:
                end = path.start + len(path.text)
                yield NamedIri(found, path.text, path.start, end)
        for step in path.steps:
            yield from self._steps(step)

    def iri(self, term: Term) -> str | None:
        """Return the absolute IRI that a term is."""
        found = self._tree.iri(term) if term.start < term.end else None
        return found if found is not None and is_iri(found) else None

    def spelled(self, term: Term) -> str:
        """Return a term with its IRIs in full."""
        text = term.text
        for one in reversed([*self.within(term)]):
            at = one.start - term.start
            text = f"{text[:at]}{iriref(one.iri)}{text[at + len(one.text) :]}"
        return text

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


def known_prefixes(name: str) -> str:
    """Return an IRI for a sentence, whatever the query declares."""
    return curie(name) or f"<{name}>"
