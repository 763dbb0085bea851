"""Why a query has no results: the join that empties it, and what may have been meant."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

import small_dataset
from partage.errors import QuerySyntaxError
from partage.rdf.namespaces import GRAPH, SPARQL_PREFIXES
from partage.sparql.diagnosis import pattern_counts
from partage.sparql.diagnosis.empty_results import Diagnosis, diagnose
from partage.sparql.diagnosis.join_graph import Join, JoinReport, explain, ordered
from partage.sparql.diagnosis.pattern_counts import MOST, PatternCounter
from partage.sparql.diagnosis.pattern_hints import PatternHint, corrected
from partage.sparql.diagnosis.term_suggestions import TermSuggestions
from partage.sparql.planner.planner import Planner
from partage.sparql.syntax import parse
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query

EX = "http://e.example/"


@pytest.fixture(scope="module", autouse=True)
def _patience() -> Iterator[None]:
    """Let no probe be given up because the machine has other work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pattern_counts, "SECONDS", 600.0)
        patch.setattr(pattern_counts, "SECONDS_IN_ALL", 600.0)
        yield


@pytest.fixture(scope="module")
def engine() -> Engine:
    return EmbeddedEngine(small_dataset.store())


@pytest.fixture(scope="module")
def spelling(engine: Engine) -> TermSuggestions:
    return TermSuggestions(engine)


@pytest.fixture
def ask(engine: Engine, spelling: TermSuggestions) -> "Ask":
    return Ask(engine, spelling)


class Ask:
    """Asks the small dataset with our prefixes, which are taken off the answers."""

    def __init__(self, engine: Engine, spelling: TermSuggestions) -> None:
        self._engine, self._spelling = engine, spelling

    def __call__(self, text: str, prefixes: str = SPARQL_PREFIXES) -> Diagnosis:
        query = Query(prefixes + text)
        return diagnose(self._engine, query, self._spelling, planner=Planner(self._engine))

    def report(self, text: str) -> JoinReport:
        report = self(text).report
        assert report is not None
        return report

    def best(self, text: str, prefixes: str = SPARQL_PREFIXES) -> PatternHint:
        """Return the first hint; its correction, where it has one, must do what it says."""
        found = self(text, prefixes)
        assert found.hints, found
        for hint in found.hints:
            if hint.edits:
                query = Query(corrected(prefixes + text, hint.edits))
                result = self._engine.query(query)
                answers = result.answer or bool(result.solutions(1))
                assert answers is hint.mends
        return found.hints[0]


# The join


def ends(report: JoinReport) -> tuple[int | None, str | None]:
    emptied = report.emptied
    if emptied is None:
        return None, None
    return report.number(emptied.element), emptied.clause.word if emptied.clause else None


@pytest.mark.parametrize(
    ("query", "number", "clause"),
    [
        ("SELECT * { ?c a ds:Claim ; ds:about ?f . ?f ds:hasRecipient ?r }", None, None),
        ("SELECT * { ?c a ds:Claim ; ds:hasRecipient ?r . ?r skos:prefLabel ?n }", 2, None),
        ("SELECT * { ?a ds:hasParty ?x . ?b skos:broader ?y . ?x ds:about ?z }", 3, None),
        ("SELECT * { ?c a ds:Claim OPTIONAL { ?c ds:nothing ?x } }", None, None),
        ("SELECT * { ?c a ds:Claim MINUS { ?c ds:about ?x } }", 2, None),
        ("SELECT * { ?c a ds:Claim VALUES ?c { org:netflix } }", 2, None),
        ("SELECT * { ?c a ds:Claim BIND(1 AS ?one) FILTER(?one > 1) }", 3, None),
        ("SELECT * { ?c a ds:Claim FILTER(true) FILTER NOT EXISTS { ?c ds:about ?f } }", 3, None),
        ("SELECT * { ?c ds:about ?f GRAPH ?g { ?f a ?k . ?f ds:underAgreement ?c } }", 4, None),
        ("SELECT * { ?c ds:about ?f { ?f a ?k FILTER(?k = ds:Claim) } }", 4, None),
        ("SELECT * { { ?c ds:abouts ?f } UNION { ?c a ds:Nothing } }", 1, None),
        ("SELECT * { { SELECT ?c { ?c a ds:Claim . ?c ds:nope ?x } } ?c ds:about ?f }", 3, None),
        ("SELECT * { { SELECT ?c { ?c a ds:Claim } LIMIT 0 } ?c ds:about ?f }", None, "LIMIT"),
        ("SELECT * { { SELECT ?f { ?f a ds:Claim } } ?c ds:about ?f }", 3, None),
        ("SELECT ?c { ?c a ds:Claim } LIMIT 0", None, "LIMIT"),
        ("SELECT ?c { ?c a ds:Claim } LIMIT 5 OFFSET 9", None, "OFFSET"),
        ("SELECT ?c { ?c a ds:Claim } GROUP BY ?c HAVING(COUNT(*) > 1)", None, "HAVING"),
        ("SELECT ?c { ?c a ds:Claim } VALUES ?c { org:netflix }", None, "VALUES"),
        ("ASK { ?c a ds:Claim . ?c ds:hasParty ?p }", 2, None),
        ("CONSTRUCT { ?c a ds:X } { ?c a ds:Claim . ?c ds:hasParty ?p }", 2, None),
        ("CONSTRUCT WHERE { ?c a ds:Claim . ?c ds:hasParty ?p }", 2, None),
        ("DESCRIBE ?c { ?c a ds:Claim . ?c ds:hasParty ?p }", 2, None),
        ("SELECT (COUNT(*) AS ?n) { ?c a ds:Claim . ?c ds:hasParty ?p }", 2, None),
        ("SELECT * FROM graph:claims { ?c a ds:Claim . ?f ds:hasRecipient ?r }", 2, None),
    ],
)
def test_the_place_where_nothing_is_left_is_named(
    ask: Ask, query: str, number: int | None, clause: str | None
) -> None:
    assert ends(ask.report(query)) == (number, clause)


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ("SELECT ?c { ?c a ds:Claim ; ?p ?o } GROUP BY ?c HAVING(COUNT(*) > 99)", 2),
        ("SELECT (COUNT(*) AS ?n) { ?c a ds:Claim } HAVING(COUNT(*) > 9)", 1),
    ],
)
def test_before_having_it_is_groups_that_are_counted(ask: Ask, query: str, groups: int) -> None:
    emptied = ask.report(query).emptied
    assert emptied is not None
    assert emptied.before == groups


@pytest.mark.parametrize(
    ("query", "results"),
    [
        ("ASK { ?c a ds:Claim FILTER(TRUE) }", True),
        ("SELECT ?c ?c { ?c a ds:Claim }", True),
        ("SELECT (COUNT(*) AS ?n) (?n / 2 AS ?half) { ?c a ds:Claim } HAVING(COUNT(*) > 9)", False),
        ("SELECT (CONCAT ('a') AS ?x) { ?c a ds:Nothing }", False),
        ("SELECT ?k { ?c a ?t } GROUP BY (?t AS ?k) HAVING(COUNT(*) > 99)", False),
        ("SELECT * { VALUES ?n { 'x'@en } FILTER(?n) }", True),
    ],
)
def test_what_is_mended_for_the_engine_is_looked_into_as_it_is_answered(
    ask: Ask, query: str, results: bool
) -> None:
    found = ask(query)
    assert found.answers is results
    assert found.report is not None
    assert (found.report.emptied is None) is results


def test_patterns_are_counted_by_themselves_and_joined(ask: Ask) -> None:
    report = ask.report("SELECT * { ?c a ds:Claim ; ds:hasRecipient ?r GRAPH ?g { ?c ?p ?o } }")
    assert [place.count for place in report.places[:2]] == [2, 1]
    assert report.places[3].within == ("graph",)
    assert report.joins == (Join(1, 2), Join(2, 0))


def test_of_a_filter_it_is_told_what_it_lets_pass_by_itself(ask: Ask) -> None:
    report = ask.report(
        "SELECT * { ?c ds:assertedBy ?who FILTER(?who = org:netflix) FILTER(?who = org:gazette) }"
    )
    assert [place.count for place in report.places] == [2, 1, 1]
    assert ends(report) == (3, None)


def test_no_more_is_counted_than_is_told() -> None:
    store = Store()
    nodes = [NamedNode(f"{EX}{number}") for number in range(120)]
    store.bulk_extend([Quad(node, NamedNode(EX + "p"), Literal("x")) for node in nodes])
    engine = EmbeddedEngine(store)
    found = diagnose(engine, Query("SELECT * { ?a ?p ?o . ?b ?q ?r }"), TermSuggestions(engine))
    assert found.report is not None
    assert found.report.joins == (Join(1, 120), Join(2, MOST + 1))


def test_each_alternative_of_a_union_is_looked_into(ask: Ask) -> None:
    found = ask("SELECT * { { ?f ds:hasReciever ?o } UNION { ?f ds:hasPartys ?o } }")
    assert {hint.suggestion for hint in found.hints} == {"ds:hasRecipient", "ds:hasParty"}


def test_a_query_with_an_answer_may_have_empty_patterns(ask: Ask) -> None:
    found = ask("SELECT (COUNT(*) AS ?n) { ?c a ds:Claim . ?c ds:hasParty ?p }")
    assert found.answers is True
    assert found.report is not None
    assert found.report.emptied is not None


def test_a_query_with_results_gets_no_hints(ask: Ask) -> None:
    found = ask('SELECT * { ?c a ds:Claim OPTIONAL { ?c rdfs:label "x" } }')
    assert (found.answers, found.hints) == (True, ())


def test_what_cannot_be_taken_apart_is_told(ask: Ask) -> None:
    text = "SELECT * { << ?s ?p ?o >> ds:about ?x }"
    found = ask(text)
    assert found.report is None
    assert found.refused == len(SPARQL_PREFIXES) + text.index("<")


def test_a_fault_is_that_of_the_endpoint(ask: Ask) -> None:
    with pytest.raises(QuerySyntaxError, match="Line 1, column 18: `}`"):
        ask("SELECT * { ?s ?p }", "")


def test_a_comment_at_the_end_of_a_line_ends_there(ask: Ask) -> None:
    report = ask.report("SELECT * # {\n{ # }\n ?c a ds:Claim # .\n . ?c ds:hasParty ?p # x\n}")
    assert ends(report) == (2, None)


# What may have been meant

OTHER_DS = SPARQL_PREFIXES.replace("https://w3id.org/partage/ns#", "http://w3id.org/partage/ns#")
NO_HASH = SPARQL_PREFIXES.replace("https://w3id.org/partage/ns#", "https://w3id.org/partage/ns")


@pytest.mark.parametrize(
    ("query", "kind", "suggestion"),
    [
        ("SELECT * { ?f ds:hasReciever ?r }", "term", "ds:hasRecipient"),
        ("SELECT * { ?f ds:hasRecipient/skos:prefLabl ?r }", "term", "skos:prefLabel"),
        ("SELECT * { ?f ds:prefLabel ?r }", "term", "skos:prefLabel"),
        ("SELECT * { ?f ds:hasRecipient org:netflx }", "term", "org:netflix"),
        ("SELECT * { ?f a ds:Dataflow }", "term", "ds:DataFlow"),
        ("SELECT * { ?f a ds:qwrtzp }", "unknown", None),
        ('SELECT * { ?o skos:prefLabel "Netflix" }', "language", '"Netflix"@en'),
        ('SELECT * { ?o skos:prefLabel "Netflix"@en-US }', "language", '"Netflix"@en'),
        ('SELECT * { ?o skos:prefLabel "netflix"@en }', "case", '"Netflix"@en'),
        ('SELECT * { ?o skos:prefLabel " Netflix"@en }', "space", '"Netflix"@en'),
        ('SELECT * { ?s dct:issued "2019-01-06" }', "datatype", '"2019-01-06"^^edtf:EDTF'),
        ('SELECT * { ?s oa:start "124" }', "datatype", "124"),
        ('SELECT * { ?s dct:issued "2019" }', "part", '"2019-01-06"^^edtf:EDTF'),
        ('SELECT * { ?f ds:hasRecipient "Netflix" }', "wants-iri", "org:netflix"),
        ("SELECT * { ?s skos:prefLabel org:netflix }", "wants-literal", '"Netflix"@en'),
        ("SELECT * { org:netflix ds:hasRecipient ?f }", "swapped", "^ds:hasRecipient"),
        ("SELECT * { ?f a org:facebook }", "instance", None),
        ('SELECT * { ?f ds:hasRecipient "x" }', "sample", None),
        ("SELECT * { ?f ds:hasRecipient org:gazette }", "property", "dct:publisher"),
        ("SELECT * { ?c a ds:Claim ; ds:hasRecipient ?r }", "class", "ds:AccessGrant"),
        ("SELECT * { ?x a np:Nanopublication . }", "other-graph", "GRAPH ?graph"),
        ("SELECT * { GRAPH graph:claims { ?f ds:hasRecipient ?r } }", "default-graph", None),
        ('SELECT * { ?o skos:prefLabel ?n FILTER(?n = "Netflix") }', "filter-text",
         'FILTER(STR(?n) = "Netflix")'),
        ('SELECT * { ?o skos:prefLabel ?n FILTER REGEX(?n, "netfl") }', "filter-case",
         'FILTER REGEX(?n, "netfl", "i")'),
        ('SELECT * { ?o skos:prefLabel ?n FILTER(CONTAINS(?o, "netfl")) }', "filter-text",
         'FILTER(CONTAINS(STR(?o), "netfl"))'),
        ('SELECT * { ?o skos:prefLabel ?n FILTER(LANG(?n) = "EN") }', "filter-language",
         'FILTER(LANG(?n) = "en")'),
        ("SELECT * { ?s dct:issued ?d FILTER(?d > 2018) }", "filter-number", None),
        ("SELECT * { ?o skos:prefLabel ?name FILTER(?nam = ?name) }", "unbound", "?name"),
        ("SELECT ?c { ?c a ds:Claim } LIMIT 0", "limit", None),
        ("SELECT ?c { ?c a ds:Claim } OFFSET 9", "offset", None),
        ("SELECT ?c { ?c a ds:Claim } GROUP BY ?c HAVING(COUNT(*) > 1)", "having", None),
        ("SELECT ?c { ?c a ds:Claim } VALUES ?c { org:netflix }", "values", None),
        ('SELECT * { ?f ds:hasReciever ?o . ?o skos:prefLabel "Netflix" }', "together",
         'ds:hasRecipient, "Netflix"@en'),
    ],
)  # fmt: skip
def test_what_may_have_been_meant_is_told_first(
    ask: Ask, query: str, kind: str, suggestion: str | None
) -> None:
    hint = ask.best(query)
    assert hint.kind == kind
    if suggestion is not None:
        assert hint.suggestion == suggestion


@pytest.mark.parametrize("prefixes", [OTHER_DS, NO_HASH])
def test_a_namespace_that_slipped_is_told_once(ask: Ask, prefixes: str) -> None:
    query = "SELECT * { ?f ds:hasRecipient ?r . ?f ds:hasProvider ?p }"
    hint = ask.best(query, prefixes)
    assert (hint.kind, hint.suggestion) == (
        "namespace",
        "PREFIX ds: <https://w3id.org/partage/ns#>",
    )
    assert hint.mends
    assert [one.kind for one in ask(query, prefixes).hints] == ["namespace"]


def test_a_variable_of_the_outside_is_not_bound_inside(ask: Ask) -> None:
    found = ask("SELECT * { ?c ds:about ?f { ?f a ds:AccessGrant FILTER(BOUND(?c)) } }")
    assert "unbound" in {hint.kind for hint in found.hints}
    found = ask("SELECT * { ?c ds:about ?f OPTIONAL { ?f a ?k FILTER(BOUND(?c)) } ?f a ds:Claim }")
    assert "unbound" not in {hint.kind for hint in found.hints}


def test_another_part_of_the_dataset_is_looked_into(
    engine: Engine, spelling: TermSuggestions
) -> None:
    query = Query(
        SPARQL_PREFIXES + "SELECT * { ?a ds:hasParty ?p . }",
        default_graphs=(GRAPH + "claims",),
        named_graphs=(GRAPH + "claims", GRAPH + "inferred"),
    )
    (hint,) = diagnose(engine, query, spelling).hints
    assert (hint.kind, hint.suggestion) == ("other-graph", "GRAPH graph:inferred")
    assert hint.mends


# Against brute force

TERMS = [f"<{EX}{name}>" for name in "abc"]
PLACES = [*TERMS[:2], "?x", "?y", "?z"]
TRIPLES = list(product(TERMS, TERMS[:2], TERMS))


def solutions(data: list[tuple[str, ...]], patterns: list[tuple[str, ...]]) -> list[dict[str, str]]:
    """Return the solutions of triple patterns, found by trying everything."""
    found: list[dict[str, str]] = [{}]
    for pattern in patterns:
        found = [
            extended
            for solution in found
            for triple in data
            if (extended := extend(solution, pattern, triple)) is not None
        ]
    return found


def extend(
    solution: dict[str, str], pattern: tuple[str, ...], triple: tuple[str, ...]
) -> dict[str, str] | None:
    extended = dict(solution)
    for place, term in zip(pattern, triple, strict=True):
        known = extended.setdefault(place, term) if place.startswith("?") else place
        if known != term:
            return None
    return extended


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(TRIPLES), max_size=8, unique=True),
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from(PLACES)),
        min_size=1,
        max_size=4,
    ),
)
def test_the_emptying_join_is_the_one_that_brute_force_finds(
    data: list[tuple[str, ...]], patterns: list[tuple[str, ...]]
) -> None:
    store = Store()
    store.bulk_extend([Quad(*(NamedNode(term[1:-1]) for term in triple)) for triple in data])
    text = f"SELECT * {{ {' . '.join(' '.join(pattern) for pattern in patterns)} }}"
    query = Query(text)
    report = explain(PatternCounter(EmbeddedEngine(store), query, parse(text)))
    assert [place.count for place in report.places] == [
        len(solutions(data, [pattern])) for pattern in patterns
    ]
    joined: list[tuple[str, ...]] = []
    for join in report.joins:
        joined.append(patterns[join.upto - 1])
        assert join.count == len(solutions(data, joined))
    if solutions(data, patterns):
        assert report.emptied is None
        assert report.total == len(solutions(data, patterns))
    else:
        assert report.emptied is not None
        assert report.number(report.emptied.element) == report.joins[-1].upto
        assert solutions(data, joined[:-1])
        assert not solutions(data, joined)


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from(PLACES)),
        min_size=1,
        max_size=6,
    )
)
def test_a_pattern_is_joined_to_one_that_it_shares_a_variable_with(
    patterns: list[tuple[str, ...]],
) -> None:
    text = f"SELECT * {{ {' . '.join(' '.join(pattern) for pattern in patterns)} }}"
    where = parse(text).where
    assert where is not None
    joined = ordered(where.patterns)
    assert sorted(one.start for one in joined) == [one.start for one in where.patterns]
    bound = frozenset[str]()
    for position, element in enumerate(joined):
        rest = joined[position:]
        if bound and not bound & element.variables:
            assert not any(bound & one.variables for one in rest)
        bound |= element.variables


@pytest.mark.parametrize(
    "deep",
    ["?s ?p " + "(" * 500 + ")" * 500, "?s ?p " + "[ ?p " * 500 + "?o" + "]" * 500,
     "?s " + "(" * 500 + "<a:p>" + ")" * 500 + " ?o", "{" * 500 + "}" * 500],
    ids=["collections", "blank nodes", "paths", "groups"],
)  # fmt: skip
def test_what_nobody_writes_so_deep_is_refused(deep: str) -> None:
    with pytest.raises(QuerySyntaxError, match="levels"):
        parse(f"ASK {{ {deep} }}")
