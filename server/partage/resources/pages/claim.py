"""
A claim as a reader wants it: who says what, in which source, and who says otherwise.

It answers for any resource that the dataset calls a claim of our ontology, and leaves out what the
dataset does not say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Literal, NamedNode

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.resources.description.describe import Description, Statement, ask
from partage.resources.labels import Labels, labels
from partage.resources.pages.term_texts import PropertyRow, TermText, TermWriter, shown_iris
from partage.store.engine import Engine, Solution, Term

RELATIONS = ("ds:disputes", "ds:supports", "ds:qualifies")
# In the order of the page; those that are missing are left out.
ATTRIBUTION = (
    "ds:claimType", "ds:confidence", "ds:attributionMode", "ds:mood", "ds:accessModality",
    "ds:quotationIs", "ds:listCompleteness", "ds:citedThrough", "ds:citesWork", "dct:identifier",
)  # fmt: skip
DENIED = ("owl:sourceIndividual", "owl:assertionProperty", "owl:targetIndividual")


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a claim stands: a place in a source, by locator or by positions and digests."""

    passage: TermText
    source: TermText | None
    facts: dict[str, tuple[TermText, ...]]
    digests: tuple[PropertyRow, ...]

    def first(self, name: str) -> TermText | None:
        """Return the first value of a property named by its CURIE, or None."""
        return next(iter(self.facts.get(iri(name), ())), None)


@dataclass(frozen=True, slots=True)
class AboutThing:
    """What a claim says about one thing: rows, and the denial it makes, if any."""

    subject: TermText
    rows: tuple[PropertyRow, ...]
    denied: tuple[TermText, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """Another claim, how it relates to this one, and who makes it."""

    relation: str
    outgoing: bool
    claim: TermText
    speakers: tuple[TermText, ...]
    in_logic: bool


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """All that the page of a claim shows."""

    gloss: TermText | None
    speakers: tuple[TermText, ...]
    attribution: tuple[PropertyRow, ...]
    passages: tuple[Passage, ...]
    sayings: tuple[AboutThing, ...]
    relations: tuple[Relation, ...]
    about: tuple[TermText, ...]
    version: TermText | None
    contested: bool


def claim_page(
    engine: Engine, description: Description, languages: Sequence[str]
) -> tuple[ClaimPage, Labels]:
    """Return what the page of a claim shows, and the labels it was written with."""
    assertion = description.parts.get("assertion", ())
    passages = _passage_rows(engine, description.iri)
    relations = _relation_rows(engine, description.iri)
    names = shown_iris((*description.statements, *assertion)) | {
        term.value
        for row in (*passages, *relations)
        for term in row.values()
        if isinstance(term, NamedNode)
    }
    found = labels(engine, names, languages)
    write = TermWriter(found)

    def named(curie: str) -> tuple[TermText, ...]:
        return tuple(write.value(term) for term in description.values(iri(curie)))

    chosen = {iri(curie) for curie in ATTRIBUTION}
    page = ClaimPage(
        gloss=_in_language(description.values(iri("dct:description")), languages),
        speakers=named("ds:assertedBy"),
        attribution=write.rows(
            Statement(s.subject, s.predicate, s.object)
            for s in description.statements
            if s.predicate.value in chosen
        ),
        passages=_passages(passages, write),
        sayings=_sayings(assertion, write),
        relations=_relations(relations, write),
        about=named("ds:about"),
        version=next(iter(named("pav:hasCurrentVersion")), None),
        contested=NamedNode(iri("ds:ContestedClaim")) in description.values(iri("rdf:type")),
    )
    return page, found


def _in_language(terms: Sequence[Term], languages: Sequence[str]) -> TermText | None:
    texts = [term for term in terms if isinstance(term, Literal)]
    if not texts:
        return None

    def rank(term: Literal) -> int:
        language = (term.language or "").lower()
        return languages.index(language) if language in languages else len(languages)

    best = min(texts, key=rank)
    return TermText(best.value, None, (best.language or "").lower())


def _passage_rows(engine: Engine, claim: str) -> list[Solution]:
    name = iriref(claim)
    return ask(
        engine,
        f"""SELECT ?passage ?thing ?p ?o {{
        {name} prov:wasDerivedFrom ?passage .
        {{ ?passage ?p ?o BIND(?passage AS ?thing) }}
        UNION {{ ?passage oa:hasSource ?thing . ?thing ?p ?o }}
        UNION {{ ?passage oa:hasSelector ?thing . ?thing ?p ?o }} }}""",
    )


def _passages(rows: Sequence[Solution], write: TermWriter) -> tuple[Passage, ...]:
    found = []
    for passage, group in groupby(sorted(rows, key=_by_passage), _by_passage):
        facts: dict[str, list[Term]] = {}
        digests = []
        for row in group:
            thing, predicate, value = row["thing"], row["p"], row["o"]
            assert isinstance(thing, NamedNode)
            assert isinstance(predicate, NamedNode)
            if thing.value == passage or not thing.value.startswith(passage + "#"):
                facts.setdefault(predicate.value, []).append(value)
            elif predicate.value != iri("rdf:type"):
                digests.append(Statement(thing, predicate, value))
        sources = facts.pop(iri("oa:hasSource"), [])
        found.append(
            Passage(
                passage=write.named(passage),
                source=write.value(sources[0]) if sources else None,
                facts={
                    predicate: tuple(write.value(term) for term in terms)
                    for predicate, terms in facts.items()
                },
                digests=write.rows(digests),
            )
        )
    return tuple(found)


def _by_passage(row: Solution) -> str:
    passage = row["passage"]
    assert isinstance(passage, NamedNode)
    return passage.value


def _sayings(assertion: Sequence[Statement], write: TermWriter) -> tuple[AboutThing, ...]:
    denied = [iri(curie) for curie in DENIED]
    found = []
    for subject, group in groupby(assertion, lambda statement: statement.subject):
        members = list(group)
        parts = {s.predicate.value: s.object for s in members if s.predicate.value in denied}
        rest = [s for s in members if s.predicate.value not in denied]
        complete = len(parts) == len(denied)
        found.append(
            AboutThing(
                subject=write.value(subject),
                rows=write.rows(
                    Statement(s.subject, s.predicate, s.object)
                    for s in (rest if complete else members)
                ),
                denied=tuple(write.value(parts[name]) for name in denied) if complete else (),
            )
        )
    return tuple(sorted(found, key=lambda saying: (not saying.denied, -len(saying.rows))))


def _relation_rows(engine: Engine, claim: str) -> list[Solution]:
    name = iriref(claim)
    return ask(
        engine,
        f"""SELECT DISTINCT ?relation ?outgoing ?other ?speaker ?in_logic {{
        VALUES ?relation {{ {" ".join(RELATIONS)} }}
        {{ {name} ?relation ?other BIND(true AS ?outgoing) }}
        UNION {{ ?other ?relation {name} BIND(false AS ?outgoing) }}
        OPTIONAL {{ ?other ds:assertedBy ?speaker }}
        BIND(EXISTS {{ {name} ds:logicallyContradicts|^ds:logicallyContradicts ?other }}
          AS ?in_logic) }}""",
    )


def _relations(rows: Sequence[Solution], write: TermWriter) -> tuple[Relation, ...]:
    order = [iri(curie) for curie in RELATIONS]

    def key(row: Solution) -> tuple[int, bool, str]:
        relation = str(getattr(row["relation"], "value", ""))
        return (order.index(relation), _true(row["outgoing"]), str(row["other"]))

    found = []
    for (number, outgoing, _), group in groupby(sorted(rows, key=key), key):
        members = list(group)
        found.append(
            Relation(
                relation=RELATIONS[number].partition(":")[2],
                outgoing=outgoing,
                claim=write.value(members[0]["other"]),
                speakers=tuple(write.value(row["speaker"]) for row in members if "speaker" in row),
                in_logic=any(_true(row["in_logic"]) for row in members),
            )
        )
    return tuple(found)


def _true(term: Term) -> bool:
    return isinstance(term, Literal) and term.value == "true"
