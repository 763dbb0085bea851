"""
One statement as a thing of its own: who makes it, where, who disputes it, why it holds, since when.

Its IRI is `https://w3id.org/partage/statement/{SHA-256 of its canonical N-Triples line}`; its RDF
is a reification (https://www.w3.org/TR/rdf-schema/#ch_reificationvocab) with its provenance
(https://www.w3.org/TR/prov-o/).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad, Triple

from partage.errors import EngineError, Message, UnknownRelease, message
from partage.rdf.canonical import STATEMENTS, statement_digest, statement_iri
from partage.rdf.namespaces import BASE, RELEASES, curie, iri
from partage.rdf.sparql_terms import values
from partage.resources.description.describe import UNITED, Statement, ask
from partage.resources.pages.inference import Reason, reasons
from partage.store.engine import Engine, Query, Term

ASSERTION = "#assertion"
# Of a claim that makes the statement, and of claims about that claim.
MAKES, DENIES = "makes", "denies"
RELATIONS = ("disputes", "supports", "qualifies")
CURRENT, FOUND = iri("np:hasAssertion"), iri("prov:wasDerivedFrom")
# The links of the chain from who says it to us, in words.
LINKS = (
    (message("as reported by"), "ds:reportedBy"),
    (message("citing the work of"), "ds:citesWork"),
    (message("cited through"), "ds:citedThrough"),
)
# How the RDF of a statement names a claim version in each relation.
PREDICATES = {
    MAKES: "prov:hadPrimarySource",
    DENIES: "cito:isDisputedBy",
    "disputes": "cito:isDisputedBy",
    "supports": "cito:isSupportedBy",
    "qualifies": "cito:isDiscussedBy",
}


@dataclass(frozen=True, slots=True)
class ClaimLocation:
    """Where a claim was found: a passage, its source, and the locators in it."""

    passage: str
    source: str | None = None
    locators: tuple[Literal, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementClaim:
    """
    A claim in its relation to the statement.

    `relation` is `makes` (the statement stands in its assertion), `denies` (it denies this very
    statement), or how it relates to a claim that makes it (`to`). `assertion` is the graph that
    was read; `current` is false where the claim has a newer version without it.
    """

    relation: str
    claim: str
    assertion: str
    current: bool
    speakers: tuple[str, ...]
    links: tuple[tuple[Message, tuple[str, ...]], ...] = ()
    places: tuple[ClaimLocation, ...] = ()
    to: str | None = None

    @property
    def version(self) -> str:
        """Return the IRI of the claim version."""
        return self.assertion.removesuffix(ASSERTION)


@dataclass(frozen=True, slots=True)
class HoldingReleases:
    """The releases that hold the statement, oldest first; `still`: the newest is among them."""

    versions: tuple[str, ...]
    still: bool


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """All that is known of one statement; `in_view` says whether it is part of the current view."""

    statement: Statement
    in_view: bool
    sayings: tuple[StatementClaim, ...] = ()
    reason: Reason | None = None
    seen: HoldingReleases | None = None

    @property
    def triple(self) -> Triple:
        """Return the statement itself."""
        return self.statement.triple().triple

    @property
    def iri(self) -> str:
        """Return the statement's IRI."""
        return STATEMENTS + self.digest

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the statement's canonical line."""
        digest = statement_digest(self.triple)
        assert digest is not None  # a statement with blank nodes has no record
        return digest

    def related(self, *relations: str) -> tuple[StatementClaim, ...]:
        """Return the claims that stand in one of these relations."""
        return tuple(saying for saying in self.sayings if saying.relation in relations)


def record(engine: Engine, triple: Triple, releases: Sequence[str] = ()) -> StatementRecord:
    """Return what is known of a statement; `releases` are the versions to look in, oldest first."""
    pattern = f"{triple.subject} {triple.predicate} {triple.object}"
    rows = ask(engine, f"SELECT ?g {{ GRAPH ?g {{ {pattern} }} }}")
    graphs = frozenset(_name(row["g"]) for row in rows) - {UNITED}
    in_view = bool(ask(engine, f"SELECT * {{ {pattern} }} LIMIT 1"))
    assert isinstance(triple.subject, NamedNode)
    statement = Statement(triple.subject, triple.predicate, triple.object, graphs)
    why = reasons(engine, [triple]) if statement.origin != "asserted" else {}
    return StatementRecord(
        statement,
        in_view,
        tuple(_sayings(engine, statement)),
        why.get(triple),
        seen(engine, triple, releases),
    )


def makers(engine: Engine, triple: Triple) -> list[str]:
    """Return the claim versions in whose assertion a statement stands."""
    pattern = f"{triple.subject} {triple.predicate} {triple.object}"
    rows = ask(engine, f"SELECT DISTINCT ?g {{ GRAPH ?g {{ {pattern} }} }}")
    names = {_name(row["g"]) for row in rows}
    return sorted(name.removesuffix(ASSERTION) for name in names if name.endswith(ASSERTION))


def seen(engine: Engine, triple: Triple, releases: Sequence[str]) -> HoldingReleases | None:
    """Return the releases that hold a statement, in any graph."""
    pattern = f"{triple.subject} {triple.predicate} {triple.object}"
    text = f"ASK {{ {{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }} }}"
    holding = tuple(version for version in releases if _holds(engine, text, version))
    return HoldingReleases(holding, holding[-1] == releases[-1]) if holding else None


def _holds(engine: Engine, text: str, version: str) -> bool:
    try:
        return engine.query(Query(text, release=version)).answer is True
    except (EngineError, UnknownRelease):
        return False  # a release that is not at hand here tells nothing


def disputed(engine: Engine, graphs: Iterable[str]) -> frozenset[str]:
    """Return those of the assertion graphs whose claim another claim disputes."""
    wanted = sorted({name for name in graphs if name.endswith(ASSERTION)})
    if not wanted:
        return frozenset()
    rows = ask(
        engine,
        f"SELECT DISTINCT ?a {{ {values('a', wanted)} "
        "?claim np:hasAssertion ?a . ?other ds:disputes ?claim }",
    )
    return frozenset(_name(row["a"]) for row in rows)


def _sayings(engine: Engine, statement: Statement) -> Iterator[StatementClaim]:
    made = sorted(name for name in statement.graphs if name.endswith(ASSERTION))
    found: list[tuple[str, str, str | None]] = [(MAKES, name, None) for name in made]
    found += [(DENIES, name, None) for name in _denials(engine, statement)]
    if made:
        rows = ask(
            engine,
            f"""SELECT DISTINCT ?relation ?a ?claim {{ {values("made", made)}
            ?claim np:hasAssertion ?made . ?other ?relation ?claim ; np:hasAssertion ?a .
            VALUES ?relation {{ {" ".join("ds:" + name for name in RELATIONS)} }} }}""",
        )
        found += sorted(
            (_name(row["relation"]).rpartition("#")[2], _name(row["a"]), _name(row["claim"]))
            for row in rows
        )
    chains = _chains(engine, {assertion for _, assertion, _ in found})
    places = _places(engine, {name for chain in chains.values() for name in chain.get(FOUND, ())})
    for relation, assertion, to in found:
        chain = chains.get(assertion, {})
        yield StatementClaim(
            relation,
            assertion.removesuffix(ASSERTION).rpartition("/")[0],
            assertion,
            CURRENT in chain,
            tuple(chain.get(iri("ds:assertedBy"), ())),
            tuple((words, tuple(chain[iri(p)])) for words, p in LINKS if iri(p) in chain),
            tuple(places.get(name, ClaimLocation(name)) for name in chain.get(FOUND, ())),
            to,
        )


def _denials(engine: Engine, statement: Statement) -> list[str]:
    """Return the assertion graphs that deny this very statement."""
    if not isinstance(statement.object, NamedNode):
        return []
    rows = ask(
        engine,
        f"""SELECT DISTINCT ?g {{ GRAPH ?g {{ ?denial owl:sourceIndividual {statement.subject} ;
        owl:assertionProperty {statement.predicate} ; owl:targetIndividual {statement.object} }}
        FILTER(STRENDS(STR(?g), "{ASSERTION}")) }}""",
    )
    return sorted(_name(row["g"]) for row in rows)


def _chains(engine: Engine, assertions: set[str]) -> dict[str, dict[str, list[str]]]:
    """Return what is said of each assertion graph: who, through whom, where; and of which claim."""
    found: dict[str, dict[str, list[str]]] = {}
    if not assertions:
        return found
    rows = ask(
        engine,
        f"""SELECT DISTINCT ?a ?p ?o {{ {values("a", sorted(assertions))}
        {{ GRAPH ?g {{ ?a ?p ?o }} }}
        UNION {{ ?o np:hasAssertion ?a BIND(np:hasAssertion AS ?p) }} }}""",
    )
    for row in rows:
        if isinstance(row["o"], NamedNode):
            chains = found.setdefault(_name(row["a"]), {})
            chains.setdefault(_name(row["p"]), []).append(row["o"].value)
    return {name: {p: sorted(told[p]) for p in told} for name, told in found.items()}


def _places(engine: Engine, passages: set[str]) -> dict[str, ClaimLocation]:
    if not passages:
        return {}
    rows = ask(
        engine,
        f"""SELECT ?passage ?source ?locator ?start ?end {{ {values("passage", sorted(passages))}
        OPTIONAL {{ ?passage oa:hasSource ?source }}
        OPTIONAL {{ ?passage ds:locator ?locator }}
        OPTIONAL {{ ?passage oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end }} }}""",
    )
    found: dict[str, ClaimLocation] = {}
    for row in rows:
        name = _name(row["passage"])
        known = found.get(name, ClaimLocation(name))
        place = [row[key] for key in ("locator", "start", "end") if key in row]
        locators = tuple(term for term in place if isinstance(term, Literal))
        found[name] = ClaimLocation(
            name,
            _name(row["source"]) if "source" in row else known.source,
            tuple(dict.fromkeys((*known.locators, *locators))),
        )
    return found


def _name(term: Term) -> str:
    """Return the IRI of a term that our own patterns bind to nothing else."""
    return str(getattr(term, "value", term))


def quads(found: StatementRecord) -> list[Quad]:
    """Return what is known of a statement as RDF."""
    node = NamedNode(found.iri)
    triple = found.triple
    pairs: list[tuple[str, Term]] = [
        ("rdf:type", NamedNode(iri("rdf:Statement"))),
        ("rdf:subject", triple.subject),
        ("rdf:predicate", triple.predicate),
        ("rdf:object", triple.object),
        ("dct:identifier", Literal(found.digest)),
        ("foaf:page", NamedNode(found.iri.replace(STATEMENTS, BASE + "doc/statement/"))),
    ]
    pairs += [("dct:isPartOf", NamedNode(name)) for name in sorted(found.statement.graphs)]
    if found.seen:
        pairs += [("dct:isPartOf", NamedNode(RELEASES + name)) for name in found.seen.versions]
    pairs += [(PREDICATES[s.relation], NamedNode(s.version)) for s in found.sayings]
    if found.reason:
        pairs.append(("prov:wasInfluencedBy", found.reason.axiom))
        pairs.append(("rdfs:comment", Literal(sentence(found.reason), language="en")))
        premises = [statement_iri(premise) for premise in found.reason.premises]
        pairs += [("prov:wasDerivedFrom", NamedNode(name)) for name in premises if name]
    return [Quad(node, NamedNode(iri(predicate)), value) for predicate, value in pairs]


def sentence(reason: Reason) -> str:
    """Return a reason in words: `ds:hasRecipient is the inverse of this property (prp-inv)`."""
    axiom = curie(reason.axiom.value) or reason.axiom.value
    return f"{reason.rule.words % {'term': axiom}} ({reason.rule.name})"
