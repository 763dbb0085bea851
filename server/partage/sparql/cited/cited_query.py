"""
What can be cited, and whether it is still answered as it was cited
(RDA Data Citation, https://doi.org/10.15497/RDA00016).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, Quad

from partage.errors import Message, NotCitable, message
from partage.rdf.namespaces import BASE, LICENSE, RELEASES, SPDX, iri
from partage.sparql.cited.normal_form import ENDPOINT, normalize
from partage.sparql.cited.query_store import CitedQuery, CitedResult
from partage.sparql.cited.result_digest import ResultDigest, digest, is_ordered
from partage.sparql.protocol.evaluation import evaluate, rewriter
from partage.sparql.protocol.graph_selection import CURRENT, DatasetParts
from partage.sparql.protocol.operation import QueryOperation
from partage.sparql.syntax import opening, tokens
from partage.store.engine import Engine, Query, Result
from partage.store.release_stores.release_stores import ReleaseEngine

CITED = BASE + "query/"
PREFIXES = {"spdx": SPDX}
# They answer otherwise each time; an escape may spell one (SPARQL 1.1 §19.2).
PASSING = ("NOW", "RAND", "UUID", "STRUUID")
_MAY_PASS = re.compile("|".join((*PASSING, r"\\u")), re.IGNORECASE)
# The specification leaves to the engine what they take.
FREE = ("SAMPLE", "GROUP_CONCAT")
CUTTING = ("LIMIT", "OFFSET")
# By SHACL, and by the vocabulary of the query examples where that has no word.
FORMS = {
    "SELECT": iri("sh:select"),
    "ASK": iri("sh:ask"),
    "CONSTRUCT": iri("sh:construct"),
    "DESCRIBE": "https://purl.expasy.org/sparql-examples/ontology#describe",
}


@dataclass(frozen=True, slots=True)
class ResultVerification:
    """A cited result, and what the same question is answered now."""

    cited: CitedResult
    found: ResultDigest

    @property
    def matches(self) -> bool:
        """Whether count and digest are those of the citation."""
        return (self.found.rows, self.found.sha256) == (self.cited.rows, self.cited.sha256)


def asked(operation: QueryOperation, release: str) -> CitedQuery:
    """
    Return what an operation asks a release, in the form that its address is made from.

    Raises
    ------
    NotCitable
        The query has no normal form, asks others, or answers otherwise each time.
    """
    normal = normalize(operation.query.text)
    words = {token.word for token in tokens(normal)}
    if "SERVICE" in words:
        raise NotCitable(
            "SERVICE asks another endpoint, whose answer may be another one tomorrow. Cite what "
            "this dataset answers."
        )
    if passing := sorted(words.intersection(PASSING)):
        raise NotCitable(
            "%(word)s answers otherwise each time, so the result could not be found again. "
            "Write the value into the query.",
            word=passing[0],
        )
    query = operation.query
    part = None if operation.graphs == CURRENT else operation.graphs
    return CitedQuery(
        normal, release, part, _unordered(query.default_graphs), _unordered(query.named_graphs)
    )


def caveat(normal: str) -> Message | None:
    """Return what may differ under another engine that is as right, None where nothing may."""
    words = {token.word for token in tokens(normal)}
    if words.intersection(CUTTING) and not is_ordered(normal):
        return message(
            "The query takes some of the solutions (LIMIT, OFFSET) without saying in which order: "
            "another engine may rightly take others. ORDER BY says it."
        )
    if free := sorted(words.intersection(FREE)):
        return message(
            "%(function)s leaves to the engine in which order it takes its values.",
            function=free[0],
        )
    return None


def is_lasting(operation: QueryOperation) -> bool:
    """Return whether an operation is surely answered the same as long as the dataset is."""
    return not operation.calls and lasts(operation.query.text)


def lasts(text: str) -> bool:
    """Return whether a query that calls no others is surely answered the same, time after time."""
    return not _MAY_PASS.search(text)


def may_be_planned(normal: str) -> bool:
    """
    Return whether a cited query may be asked as the planner writes it.

    Solutions that come in another order are the same result, but not where the order is part of it:
    ORDER BY may leave some in any.
    """
    return not is_ordered(normal) and caveat(normal) is None


def question(
    made: CitedQuery, current: str | None, parts: Callable[[str | None], DatasetParts]
) -> Query:
    """
    Return the query that asks it again.

    `current` is the release that is asked where a query names none; `parts` finds the parts of a
    release, of that one for None.

    Raises
    ------
    ProtocolError
        The release has no such part.
    EngineError
        As `Engine.query`.
    """
    query = Query(made.normal, made.default_graphs, made.named_graphs, base=ENDPOINT)
    if made.release != current:
        query = replace(query, release=made.release)
    if made.graphs is None:
        return query
    return parts(query.release).select(query, made.graphs)


def verify(engine: Engine, cited: CitedResult, current: str | None) -> ResultVerification:
    """
    Ask again and compare.

    Raises
    ------
    NotCitable
        The answer has become one that has no digest.
    UnknownRelease, EngineError
        As `Engine.query`.
    """

    def parts(release: str | None) -> DatasetParts:
        return DatasetParts(engine if release is None else ReleaseEngine(engine, release))

    query = question(cited.asked, current, parts)
    return compare(cited, evaluate(engine, query, rewriter(engine)))


def compare(cited: CitedResult, result: Result) -> ResultVerification:
    """Compare a cited result with the answer to the same question, which is read to its end."""
    try:
        return ResultVerification(cited, digest(result, ordered=is_ordered(cited.asked.normal)))
    finally:
        result.close()


def describe(cited: CitedResult) -> list[Quad]:
    """
    Return the description of a cited result
    (PROV-O, https://www.w3.org/TR/prov-o/; DCAT 3, https://www.w3.org/TR/vocab-dcat-3/).
    """
    name = CITED + cited.asked.id
    query, execution, checksum = (f"{name}#{part}" for part in ("query", "execution", "checksum"))
    release = RELEASES + cited.asked.release
    form = opening(cited.asked.normal).token.word
    at = Literal(cited.cited.isoformat(), datatype=NamedNode(iri("xsd:dateTime")))
    graphs = (*(cited.asked.default_graphs or ()), *(cited.asked.named_graphs or ()))
    facts: list[tuple[str, str, str | Literal]] = [
        (name, "rdf:type", iri("dcat:Dataset")),
        (name, "rdf:type", iri("schema:Dataset")),
        (name, "rdf:type", iri("prov:Entity")),
        (name, "dct:issued", at),
        (name, "dct:license", LICENSE),
        (name, "prov:wasDerivedFrom", release),
        (name, "prov:wasGeneratedBy", execution),
        (name, SPDX + "checksum", checksum),
        (execution, "rdf:type", iri("prov:Activity")),
        (execution, "prov:used", query),
        (execution, "prov:used", release),
        (execution, "prov:endedAtTime", at),
        *((execution, "prov:used", graph) for graph in graphs),
        (query, "rdf:type", iri("prov:Entity")),
        (query, FORMS[form], Literal(cited.text)),
        (checksum, "rdf:type", SPDX + "Checksum"),
        (checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256"),
        (checksum, SPDX + "checksumValue", Literal(cited.sha256)),
    ]
    if cited.title is not None:
        facts.append((name, "dct:title", Literal(cited.title)))
    if cited.asked.graphs is not None:
        facts.append((execution, "rdfs:comment", Literal(f"graphs={cited.asked.graphs}")))
    if cited.rows is not None:
        facts.append((name, "schema:size", Literal(cited.rows)))
    return [_quad(*fact) for fact in facts]


def _quad(subject: str, predicate: str, value: str | Literal) -> Quad:
    named = predicate if predicate.startswith("http") else iri(predicate)
    known = value if isinstance(value, Literal) else NamedNode(value)
    return Quad(NamedNode(subject), NamedNode(named), known)


def _unordered(graphs: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if graphs is None else tuple(sorted(set(graphs)))
