"""The citation of one statement: what it says, and the chain of each claim that makes it."""

from collections.abc import Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from partage.citation.chain import chain_of
from partage.citation.model import BilingualText, Citation, of_statement
from partage.citation.reader import CitationReader, both, filled, joined
from partage.rdf.canonical import STATEMENTS, statement_digest
from partage.releases.record import ReleaseRecord
from partage.store.engine import Engine, Term

DIGEST = "SHA-256 (N-Triples) {}"
# A note names so many claims; the page of the statement names all.
SHOWN = 3
MORE = BilingualText("and {} more", "et {} autres")
_SPACE, _SEMICOLON = BilingualText(" ", " "), BilingualText("; ", " ; ")


def cite_statement(
    engine: Engine, triple: Triple, versions: Sequence[str], release: ReleaseRecord | None = None
) -> Citation:
    """
    Cite a statement without blank nodes.

    `versions` are the claim versions that make it, `release` is what `engine` holds (None: a draft,
    which may change).
    """
    reader = CitationReader(engine)
    digest = statement_digest(triple)
    terms = (triple.subject, triple.predicate, triple.object)
    names = reader.names(term.value for term in terms if isinstance(term, NamedNode))
    told = reader.facts(f"{version}#assertion" for version in versions)
    chains = [note for facts in told.values() if (note := chain_of(reader, facts).note)]
    notes = list(dict.fromkeys(chains))
    more = len(notes) - SHOWN
    if more > 0:
        notes[SHOWN:] = [filled(MORE, both(str(more)))]
    made = of_statement(
        f"{STATEMENTS}{digest}",
        joined([_said(term, names) for term in terms], _SPACE),
        release=release,
        chain=joined(notes, _SEMICOLON),
        claims=versions,
    )
    return replace(made, draft=release is None, digest=DIGEST.format(digest))


def _said(term: Term, names: dict[str, BilingualText]) -> BilingualText:
    if isinstance(term, NamedNode):
        return names[term.value]
    return both(term.value if isinstance(term, Literal) else str(term))
