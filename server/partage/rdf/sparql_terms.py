"""
IRIs and strings written into the text of a query
(SPARQL 1.1 Query Language §19.8, https://www.w3.org/TR/sparql11-query/#sparqlGrammar).

Nothing else in Partage puts a value between `<` and `>`, or between quotes, in a query.
"""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from partage.errors import UnknownResource


def is_iri(text: str) -> bool:
    """Return whether a text is an absolute IRI (RFC 3987 §2.2), as the engine reads one."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def iriref(iri: str) -> str:
    """
    Return an IRI as a query writes it: `<https://w3id.org/partage/>`.

    Raises
    ------
    UnknownResource
        The text is no absolute IRI, so no statement can be about it.
    """
    try:
        return str(NamedNode(iri))
    except ValueError:
        raise UnknownResource(iri) from None


def string(text: str) -> str:
    """Return a text as a query writes a string: in quotes, with what needs it escaped."""
    return str(Literal(text))


def values(name: str, iris: Iterable[str]) -> str:
    """Return a VALUES clause; a text that is no IRI is left out, for nothing can be about it."""
    return f"VALUES ?{name} {{ {' '.join(iriref(iri) for iri in iris if is_iri(iri))} }}"
