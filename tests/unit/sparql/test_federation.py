"""Which calls are taken out of a query, and that nothing else slips through with them."""

from cProfile import Profile

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from partage.errors import ServiceFailed, ServiceLimitExceeded, ServiceRefused
from partage.sparql.federation.inline_values import NOTHING, clause
from partage.sparql.federation.service_clauses import (
    MOST_CALLS,
    allowed_calls,
    disguised,
    find_calls,
    inlined,
    question,
)
from partage.sparql.protocol.guard import refuse_service
from partage.sparql.syntax.lexer import place

OPEN = "https://open.example/sparql"
ALLOWED = (OPEN, "http://b.example/")
HERE = "http://here.example/sparql"
# The query, and what the endpoint is asked in the braces.
CALLS = [
    (f"SELECT * {{ SERVICE <{OPEN}> {{ ?s ?p ?o }} }}", " ?s ?p ?o "),
    (f"select*{{service<{OPEN}>{{?s ?p ?o}}}}", "?s ?p ?o"),
    (f"SELECT * {{ SeRvIcE#x {{\n<{OPEN}> # }}\n{{ ?s ?p ?o }} }}", " ?s ?p ?o "),
    (f"SELECT * {{ SERVICE SILENT <{OPEN}> {{}} }}", ""),
    (f"SELECT * {{ SERVICE sIlEnT<{OPEN}>{{}} }}", ""),
    (f"ASK {{ SERVICE <{OPEN}> {{ {{ ?a ?b 1 }} UNION {{ ?c ?d 2 }} }} ?a ?b ?c }}",
     " { ?a ?b 1 } UNION { ?c ?d 2 } "),
    (f"ASK {{ SERVICE <{OPEN}> {{ ?s ?p '}}', \"\"\"}} \"}}\"\"\" #}}\n }} }}",
     " ?s ?p '}', \"\"\"} \"}\"\"\" #}\n "),
    (f"PREFIX o: <{OPEN}> ASK {{ SERVICE o: {{ ?s o:p ?o }} }}", " ?s o:p ?o "),
    ("PREFIX o: <https://open.example/> ASK { SERVICE o:sparql {} }", ""),
    ("PREFIX o: <x:> prefix o: <https://open.example/> ASK { SERVICE o:sparql {} }", ""),
    ("PREFIX : <https://open.example/> ASK { SERVICE :sparql {} }", ""),
    ("BASE <https://open.example/x/> ASK { SERVICE <../sparql> {} }", ""),
    ("BASE <https://open.example/x/> PREFIX o: <../> ASK { SERVICE o:sparql {} }", ""),
    ("BASE <https://open.example/> BASE <x/> ASK { SERVICE </sparql> {} }", ""),
    (f"ASK {{ FILTER(?a<?b) SERVICE <{OPEN}> {{ ?a ?b '<' }} FILTER(?b>1) }}", " ?a ?b '<' "),
    (f"ASK {{ ?s ?p 5SERVICE<{OPEN}>{{}} }}", ""),
    (f"ASK {{ ?s ?p trueSERVICE<{OPEN}>{{}} }}", ""),
    (f"ASK {{ SERVICESILENT<{OPEN}>{{}} }}", ""),
    (f"ASK {{ ?s ?p 'SERVICE <{OPEN}> {{' . SERVICE <{OPEN}> {{}} }}", ""),
]  # fmt: skip
REFUSED = [
    "ASK { SERVICE <https://other.example/> {} }",
    f"ASK {{ SERVICE <{OPEN}/> {{}} }}",
    f"ASK {{ SERVICE <{OPEN.upper()}> {{}} }}",
    f"ASK {{ SERVICE <{OPEN}?x> {{}} }}",
    f"ASK {{ SERVICE <{OPEN}#x> {{}} }}",
    "ASK { SERVICE <https://open.example:443/sparql> {} }",
    "ASK { SERVICE <https://a@open.example/sparql> {} }",
    f"ASK {{ BIND(<{OPEN}> AS ?e) SERVICE ?e {{}} }}",
    f"ASK {{ BIND(<{OPEN}> AS ?e) SERVICE SILENT $e {{}} }}",
    # Escapes are never resolved here, so whatever they make is left to the guard.
    "ASK { SERVICE <https://open.example/sp\\u0061rql> {} }",
    "ASK { SERVICE <https://open.example/sp\\U00000061rql> {} }",
    f"ASK {{ \\u0053ERVICE <{OPEN}> {{}} }}",
    f"ASK {{ SERVICE\\u0020<{OPEN}> {{}} }}",
    f"ASK {{ SERVICE \\u003C{OPEN}> {{}} }}",
    "PREFIX o: <https://open.example/\\u0073> ASK { SERVICE o:parql {} }",
    "PREFIX o: <https://open.example/> ASK { SERVICE o:sp\\-arql {} }",
    "PREFIX o: <https://open.example/> ASK { SERVICE O:sparql {} }",
    # What another reading makes of it is refused, also where one reading is an allowed call.
    f"PREFIX o: <{OPEN}> ASK {{ SERVICEo:{{}} }}",
    f"ASK {{ FILTER(?a<?b)SERVICE?v#>\n{{}} SERVICE <{OPEN}> {{}} }}",
    f"ASK {{ SERVICE <{OPEN}> {{}} SERVICE ?x {{}} }}",
    f"ASK {{ SERVICE ?x {{}} SERVICE <{OPEN}> {{}} }}",
    f"ASK {{ SERVICE <{OPEN}> {{ SERVICE <{OPEN}> {{}} }} }}",
    f"ASK {{ SERVICE <{OPEN}> {{ SERVICE ?x {{}} }} }}",
    f"ASK {{ SERVICE <{OPEN}> {{ {{ SELECT * {{ SERVICE <http://x.example/> {{}} }} }} }} }}",
    f"ASK {{ SERVICE ?x {{ SERVICE <{OPEN}> {{}} }} }}",
    f"ASK {{ SERVICE <{OPEN}> {{ ?s ?p ?o SERVICE ?x {{}} }}",
    f"ASK {{ SERVICE <{OPEN}> {{ \\u0053ERVICE ?x {{}} }} }}",
    "ASK { SERVICE <sparql> {} }",
    "ASK { SERVICE <[> {} }",
]


@pytest.mark.parametrize(("text", "group"), CALLS)
def test_a_plain_call_to_an_allowed_endpoint_is_found(text: str, group: str) -> None:
    (call,) = allowed_calls(text, HERE, ALLOWED)
    assert call.endpoint == OPEN
    assert text[slice(*call.group)] == group
    assert text[call.start :][:7].upper() == "SERVICE"
    assert text[call.end - 1] == "}"
    assert call.silent == ("silent" in text.lower())


@pytest.mark.parametrize("text", [text for text, _ in CALLS])
def test_without_a_list_every_call_is_refused(text: str) -> None:
    with pytest.raises(ServiceRefused, match="does not do"):
        allowed_calls(text, HERE, ())


@pytest.mark.parametrize("text", REFUSED)
def test_whatever_else_may_be_a_call_is_refused(text: str) -> None:
    with pytest.raises(ServiceRefused, match="Line 1, column") as caught:
        allowed_calls(text, HERE, ALLOWED)
    assert OPEN in str(caught.value)


def test_a_refused_call_is_shown_where_the_user_wrote_it() -> None:
    text = f"ASK {{\n SERVICE SILENT <{OPEN}> {{\n}}\n  SERVICE ?x {{}} }}"
    with pytest.raises(ServiceRefused, match="Line 4, column 3"):
        allowed_calls(text, HERE, ALLOWED)


def test_a_relative_endpoint_is_resolved_against_our_own_address() -> None:
    (call,) = allowed_calls("ASK { SERVICE </x> {} }", HERE, ["http://here.example/x"])
    assert call.endpoint == "http://here.example/x"


def test_a_query_calls_only_so_many_times() -> None:
    def text(times: int) -> str:
        return "ASK {" + f" SERVICE <{OPEN}> {{}}" * times + " }"

    assert len(allowed_calls(text(MOST_CALLS), HERE, ALLOWED)) == MOST_CALLS
    with pytest.raises(ServiceRefused, match=f"{MOST_CALLS} times"):
        allowed_calls(text(MOST_CALLS + 1), HERE, ALLOWED)


@pytest.mark.parametrize(("text", "_"), CALLS)
def test_the_disguise_is_a_query_with_every_word_in_its_place(text: str, _: str) -> None:
    calls = find_calls(text, HERE, ALLOWED)
    hidden = disguised(text, calls)
    assert len(hidden) == len(text)
    assert [place(hidden, at) for at in range(len(text))] == [
        place(text, at) for at in range(len(text))
    ]
    refuse_service(hidden)
    pyoxigraph.Store().query(hidden, base_iri=HERE)


@pytest.mark.parametrize(("text", "group"), CALLS)
def test_an_endpoint_is_asked_for_its_group_under_the_prologue(text: str, group: str) -> None:
    (call,) = find_calls(text, HERE, ALLOWED)
    asked = question(text, call, HERE)
    assert asked.startswith(f"BASE <{HERE}>\n")
    assert asked.endswith(f"SELECT * WHERE {{{group}\n}}")
    pyoxigraph.Store().query(asked)


HOSTILE = [
    "} } SERVICE <http://evil.example/> { ?s ?p ?o } #",
    '" } } SERVICE <http://evil.example/> { ?s ?p ?o } #',
    "' } } SERVICE <http://evil.example/> { ?s ?p ?o } #",
    '""" } } SERVICE <http://evil.example/> {} #',
    "''' } } SERVICE <http://evil.example/> { ?s ?p ?o } #",
    '\\" SERVICE <http://evil.example/> {} \\\\" \\',
    "\\u0022 } } SERVICE <http://evil.example/> {} #",
    "\\u005C\\u0022 } } SERVICE <http://evil.example/> {} #",
    "\n} SERVICE\r\n<http://evil.example/> {} #\n",
    "\0\x0b\x0c\x1f\x7f\x85\u2028\ufeff\U0001f600",
    "a tale of the Secret Service",
    "",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_whatever_an_endpoint_says_stays_a_value(value: str) -> None:
    text = f"SELECT ?a ?b {{ SERVICE <{OPEN}> {{ ?a ?b ?c }} }}"
    rows = [{"a": Literal(value), "b": Literal(value, language="en")}]
    whole = inlined(text, find_calls(text, HERE, ALLOWED), [clause(("a", "b"), rows, 1, 9999)])
    refuse_service(whole)
    solutions = pyoxigraph.Store().query(whole)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    (found,) = solutions
    assert [found["a"], found["b"]] == list(rows[0].values())


IRIS = [
    "http://e.example/'a", "http://e.example/''", "x:SERVICE?v#", "x:;SERVICE:x", "x:#SERVICE",
    "http://e.example/é", "x:'#'", "x:'''",
]  # fmt: skip
BEFORE = [
    "", " ", "\\", "'", '"', "'''", '"""', "#", "# ", "#'", "?a<?b", "FILTER(?a<?b#>", "<a", "<x:y",
    "'a'", '""', "\n", "VALUES (?a) {(", "true", "5", "?x", "{", "\\u0022", "\\u000a", "e:",
]  # fmt: skip
TERMS = st.one_of(
    st.sampled_from(HOSTILE).map(Literal),
    st.text(max_size=40).map(Literal),
    st.sampled_from(IRIS).map(NamedNode),
    st.sampled_from(IRIS).map(lambda name: Literal("1", datatype=NamedNode(name))),
)


def passes(text: str) -> bool:
    try:
        refuse_service(text)
    except ServiceRefused:
        return False
    return True


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.sampled_from(BEFORE), max_size=3).map("".join),
    st.lists(st.sampled_from(BEFORE), max_size=2).map("".join),
    st.lists(st.tuples(TERMS, TERMS), min_size=1, max_size=2),
)
@example("'''", "", [(Literal("''' SERVICE ?x { #"), Literal(""))])
@example("", "", [(NamedNode("x:'"), Literal("' SERVICE ?x { #"))])
@example("", "", [(NamedNode("x:'''"), Literal("''' SERVICE ?x { #"))])
def test_what_the_guard_finds_of_empty_clauses_holds_for_full_ones(
    before: str, after: str, pairs: list[tuple[Literal | NamedNode, Literal | NamedNode]]
) -> None:
    try:
        full = clause(("a", "b"), [{"a": a, "b": b} for a, b in pairs], 1, 99_999)
    except ServiceFailed:
        assert "'''" in str(pairs)
        return
    assert passes(before + full + after) or not passes(before + NOTHING + after)


def test_unbound_and_blank_nodes_are_written() -> None:
    one, other = BlankNode("x"), BlankNode("y")
    rows = [{"a": one}, {"a": other, "b": one}, {}]
    found = pyoxigraph.Store().query("SELECT * " + clause(("a", "b"), rows, 3, 9999))
    assert [[term and term.value for term in row] for row in found] == [  # type: ignore[union-attr]
        ["urn:partage:blank:3:1", None],
        ["urn:partage:blank:3:2", "urn:partage:blank:3:1"],
        [None, None],
    ]


@pytest.mark.parametrize(("rows", "solutions"), [([], 0), ([{}], 1), ([{}, {}, {}], 3)])
def test_solutions_without_variables_are_counted(
    rows: list[dict[str, Literal]], solutions: int
) -> None:
    found = pyoxigraph.Store().query("SELECT * " + clause((), rows, 1, 9999))
    assert len(list(found)) == solutions  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "term",
    [
        Triple(NamedNode("x:a"), NamedNode("x:b"), Literal("c")),
        NamedNode("x:'''"),
        Literal("a", datatype=NamedNode("x:'''")),
    ],
)
def test_what_cannot_be_written_fails(term: Triple | NamedNode | Literal) -> None:
    with pytest.raises(ServiceFailed):
        clause(("a",), [{"a": term}], 1, 9999)


def test_a_clause_is_only_so_long() -> None:
    """Ten thousand empty solutions are little to send, and much to write with many variables."""
    names = tuple(f"v{number}" for number in range(1000))
    with pytest.raises(ServiceLimitExceeded, match="fewer variables"):
        clause(names, [{}] * 10_000, 1, 1_000_000)


@pytest.mark.parametrize(
    "unit", [f"SERVICE <{OPEN}> {{", "SERVICE <x:y> {", f"SERVICE <{OPEN}> {{}}", "SERVICE {", "{"]
)
def test_hostile_text_takes_work_in_proportion_to_its_length(unit: str) -> None:
    for size in (1000, 60_000):
        units = size // len(unit)
        assert work(unit * units + " service") < 3 * work(unit * (units // 2) + " service")


def work(text: str) -> int:
    """Return how many functions are called to find the calls of a text."""
    profile = Profile()
    profile.runcall(find_calls, text, HERE, ALLOWED)
    return sum(entry.callcount for entry in profile.getstats())
