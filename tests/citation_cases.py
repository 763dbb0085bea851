"""The citations that are kept in full: what is cited, and from which release."""

from datetime import UTC, datetime
from pathlib import Path

import small_dataset
from partage.citation.citable import cite
from partage.citation.citation_formats import CITATION_FORMATS, printable, text
from partage.citation.model import BilingualText, Citation, of_query, of_result, of_statement
from partage.rdf.namespaces import BASE, ID
from partage.releases.record import ReleaseRecord
from partage.store.embedded.oxigraph import EmbeddedEngine

DIRECTORY = Path(__file__).parent / "golden" / "citations"
RECORD = ReleaseRecord(
    version="2026.11.0",
    issued=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    ontology="0.1.0",
    software="0.1.0",
    commit="0" * 40,
    rdfc10="ab" * 32,
    quads=100,
    previous="2026.10.0",
    changes="cd" * 32,
)
IRIS = {
    "release": BASE + "release/2026.11.0",
    "dataset": BASE,
    "ontology": BASE + "ns",
    "term": BASE + "ns#hasRecipient",
    "scheme": BASE + "voc/data-category",
    "concept": BASE + "voc/data-category/private-messages",
    "organization": ID + "org/gazette",
    "agreement": ID + "agreement/a0001",
    "flow": ID + "flow/f0001",
    "claim": ID + "claim/c0001",
    "claim-version": ID + "claim/c0002/v1",
    "source": ID + "source/s0001",
    "passage": ID + "passage/p0001",
    "graph": BASE + "graph/claims",
}
QUERY = of_query(
    BASE + "query/" + "ef" * 32,
    BilingualText("Who had messages?", "Qui en eut ?"),
    release=RECORD,
)
PLAIN = {
    "query": QUERY,
    "result": of_result(
        QUERY, executed=datetime(2026, 11, 26, tzinfo=UTC), digest="SHA-256 " + "01" * 32, rows=3
    ),
    "statement": of_statement(
        BASE + "statement/" + "ef" * 32,
        BilingualText("Facebook has recipient Netflix", "Facebook a pour destinataire Netflix"),
        release=RECORD,
        chain=BilingualText("Claim of The Gazette", "Assertion de La Gazette"),
        claims=[ID + "claim/c0001/v1"],
    ),
}
CASES = (*IRIS, *PLAIN)
STYLES = {"claim": ("apa", "chicago", "mla"), "release": ("apa", "chicago", "mla")}


def citation(case: str) -> Citation:
    """Return the citation of a case."""
    if case in PLAIN:
        return PLAIN[case]
    engine = EmbeddedEngine(small_dataset.store())
    return printable(cite(engine, IRIS[case], RECORD))


def files(case: str) -> dict[str, str]:
    """Return what a case's golden files hold, by their names."""
    made = citation(case)
    written = {
        f"{case}.{fmt.suffix}": fmt.render(made, "en")
        for fmt in CITATION_FORMATS
        if fmt.key != "text"
    }
    texts = {
        f"{case}.{style}.{language}.txt": text(made, language, style)
        for style in STYLES.get(case, ("apa",))
        for language in ("en", "fr")
    }
    return written | texts


def write() -> None:
    """Write all golden files anew: `python -c "import citation_cases as c; c.write()"`."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        for name, told in files(case).items():
            (DIRECTORY / name).write_bytes(told.encode())
