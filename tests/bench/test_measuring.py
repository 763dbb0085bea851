import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from partage.settings import Settings

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the bench is a package beside the tests

from benchmarks import mix, report  # noqa: E402
from benchmarks.answers import digest  # noqa: E402
from benchmarks.inprocess import pyoxigraph_answers  # noqa: E402
from benchmarks.peers import Peer, peers  # noqa: E402
from benchmarks.plot import dots  # noqa: E402
from benchmarks.rows import ROWS  # noqa: E402
from benchmarks.servers import JSON, N_TRIPLES, Answer, Unanswered, serving  # noqa: E402

FACTS = "".join(f"<urn:s{n % 7}> <urn:p> <urn:o{n}> .\n" for n in range(40))
COUNT = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s"


def solutions(*rows: dict[str, object], names: tuple[str, ...] = ("a", "b")) -> Answer:
    body = {"head": {"vars": list(names)}, "results": {"bindings": list(rows)}}
    return Answer(json.dumps(body).encode(), JSON, 0.0)


def literal(value: str, **more: str) -> dict[str, object]:
    return {"a": {"type": "literal", "value": value, **more}}


XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (literal("7", datatype=XSD + "integer"), literal("7.0", datatype=XSD + "decimal")),
        (literal("x"), literal("x", datatype=XSD + "string")),
        (literal("x", **{"xml:lang": "en"}), literal("x", **{"xml:lang": "EN"})),
        ({"a": {"type": "bnode", "value": "b1"}}, {"a": {"type": "bnode", "value": "b2"}}),
    ],
)
def test_answers_that_differ_in_form_only_are_the_same(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert digest(solutions(one)) == digest(solutions(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([literal("7")], [literal("7", datatype=XSD + "integer")]),
        ([literal("x", **{"xml:lang": "en"})], [literal("x", **{"xml:lang": "fr"})]),
        ([literal("x")], [literal("x"), literal("x")]),
        ([literal("x")], [{"a": {"type": "uri", "value": "x"}}]),
        ([literal("x")], [{}]),
    ],
)
def test_answers_that_differ_in_what_they_say_are_not(
    one: list[dict[str, object]], other: list[dict[str, object]]
) -> None:
    assert digest(solutions(*one)) != digest(solutions(*other))


def test_the_order_of_solutions_counts_for_nothing() -> None:
    one, other = literal("x"), literal("y")
    assert digest(solutions(one, other)) == digest(solutions(other, one))


def test_virtuosos_way_to_say_yes_is_a_yes() -> None:
    said: dict[str, object] = {"__ASK_RETVAL": {"type": "typed-literal", "value": "1"}}
    yes = Answer(b'{"head": {}, "boolean": true}', JSON, 0.0)
    assert digest(solutions(said, names=("__ASK_RETVAL",))) == digest(yes)
    assert digest(solutions(names=("__ASK_RETVAL",))) != digest(yes)


def test_what_is_not_of_the_form_that_it_says_is_no_answer() -> None:
    for media_type in (JSON, N_TRIPLES):
        with pytest.raises(Unanswered):
            digest(Answer(b"<html>", media_type, 0.0))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    store = Store(str(folder / "store"))
    view = ROOT / Settings().release / "current-view.nt.gz"
    import gzip

    store.bulk_load(gzip.decompress(view.read_bytes()), RdfFormat.N_TRIPLES)
    store.flush()
    return folder / "store"


def test_every_query_of_the_mix_finds_something_in_the_corpus(corpus: Path) -> None:
    answer = pyoxigraph_answers(corpus)
    asked = mix.queries()
    assert len(asked) > 30
    empty = [name for name, text in asked.items() if not digest(_answer(answer(text))).rows]
    assert empty == []
    assert all(text.startswith("# what: ") for text in asked.values())


def _answer(told: tuple[str, bytes]) -> Answer:
    return Answer(told[1], told[0], 0.0)


def test_a_server_is_loaded_started_asked_and_ended(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text(FACTS)
    said: list[str] = []
    found = mix.measure(
        peers()["pyoxigraph"], data, {"count": COUNT}, [], limit=20, seconds=0.1, tell=said.append
    )
    assert said == ["count"]
    assert found["queries"]["count"]["rows"] == 7
    assert found["queries"]["count"]["runs"] >= 1
    assert found["load"] > 0
    assert found["memory"] > 1


def test_a_query_beyond_the_limit_is_recorded_and_the_rest_still_asked(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text(FACTS * 1)
    endless = (
        "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(9)) + " }"
    )
    found = mix.measure(
        peers()["pyoxigraph"],
        data,
        {"endless": endless, "count": COUNT},
        [],
        limit=1,
        seconds=0.1,
        tell=lambda _: None,
    )
    assert found["queries"]["endless"] == {"unanswered": "no answer in 1 s"}
    assert found["queries"]["count"]["rows"] == 7


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    broken = replace(
        peers()["pyoxigraph"],
        command=lambda _d, _f, _p: [sys.executable, "-c", "raise SystemExit('no store here')"],
    )
    with (
        pytest.raises(RuntimeError, match="no store here"),
        serving(broken, tmp_path, tmp_path, {}),
    ):
        pass


def test_who_answers_otherwise_than_most_is_named() -> None:
    def result(rows: int, sha256: str = "x") -> mix.Json:
        return {"queries": {"lookup-ask": {"rows": rows, "sha256": sha256}}}

    known = {"one": result(1), "two": result(1), "three": result(1, "y")}
    assert mix.disagreements(known) == {"lookup-ask": ["three"]}
    known["three"] = {"queries": {"lookup-ask": {"unanswered": "no answer in 9 s"}}}
    assert mix.disagreements(known) == {}


def test_descriptions_are_compared_only_for_being_there() -> None:
    def result(rows: int, sha256: str) -> mix.Json:
        return {"queries": {"describe-organization": {"rows": rows, "sha256": sha256}}}

    assert mix.disagreements({"one": result(5, "x"), "two": result(9, "y")}) == {}
    known = {"one": result(5, "x"), "two": result(9, "y"), "three": result(0, "z")}
    assert mix.disagreements(known) == {"describe-organization": ["three"]}


def size(**p50: dict[str, float]) -> mix.Json:
    return {
        "triples": 9,
        "peers": {
            peer: {"load": 1.0, "queries": {name: {"p50": ms} for name, ms in found.items()}}
            for peer, found in p50.items()
        },
    }


def told(what: str, results: mix.Json) -> tuple[str, bool | None]:
    (row,) = [row for row in ROWS if row.what.startswith(what)]
    return row.told(results)


def test_the_mix_is_judged_by_the_mean_and_by_the_worst_query() -> None:
    rivals = {"oxigraph": {"q": 10.0, "r": 10.0}, "virtuoso": {"q": 40.0, "r": 40.0}}

    def judged(q: float, r: float) -> bool | None:
        found = size(partage={"q": q, "r": r}, **rivals)
        return told("query mix", {"sizes": {"1000000": found}, "limit": 60})[1]

    assert judged(10, 10) is True
    assert judged(3, 30) is True
    assert judged(3, 31) is False
    assert judged(10, 11) is False


def test_a_query_that_a_rival_fails_is_left_out_and_one_that_takes_too_long_counts() -> None:
    found = size(
        partage={"q": 10.0, "r": 10.0}, oxigraph={"q": 10.0}, virtuoso={"q": 40.0, "r": 1.0}
    )
    queries = found["peers"]["oxigraph"]["queries"]
    queries["r"] = {"unanswered": "status 500: out of memory"}
    text, met = told("query mix", {"sizes": {"1000000": found}, "limit": 60})
    assert "of 1 over 3×" in text
    assert met is True
    queries["r"] = {"unanswered": "no answer in 60 s"}
    text, met = told("query mix", {"sizes": {"1000000": found}, "limit": 60})
    assert "worst query r 10.0×, 1 of 2 over 3×" in text
    assert met is False


def test_lookups_are_judged_beside_three_servers_whoever_else_was_measured() -> None:
    def rate(value: float) -> mix.Json:
        return {"queries": {}, "first-time lookups": {"8": {"rate": value}}}

    peers_ = {
        "partage": rate(1000), "oxigraph": rate(2800), "virtuoso": rate(333),
        "rdflib-endpoint": rate(100), "rdflib": {"queries": {}},
    }  # fmt: skip
    results = {"sizes": {"corpus": {"peers": peers_}}}
    assert told("first-time", results)[1] is True
    peers_["virtuoso"] = rate(334)
    assert told("first-time", results) == (
        "0.36× oxigraph, 2.99× virtuoso, 10.00× rdflib-endpoint", False
    )  # fmt: skip


def test_what_was_not_measured_is_said_not_to_be() -> None:
    assert told("query mix", {}) == ("not measured", None)
    own = {"start": {"start": 1.4, "first": 4.0}}
    text = "corpus 1.40 s (the first time 4.00 s), 10 million not measured"
    assert told("start", {"own": own}) == (text, None)
    ten = {"10000000": {"peers": {"partage": {"start": 3.1}}}}
    assert told("start", {"own": own, "sizes": ten})[1] is False
    ten["10000000"]["peers"]["partage"]["start"] = 2.9
    assert told("start", {"own": own, "sizes": ten})[1] is True
    assert told("memory", {"own": {"start": {"memory": 251.0}}}) == ("251 MiB", False)
    assert told("memory", {"own": {"start": {"memory": 249.0}}}) == ("249 MiB", True)


def test_the_report_tells_limits_and_differences(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    found = size(partage={"q": 10.0}, oxigraph={})
    found["peers"]["oxigraph"]["queries"]["q"] = {"unanswered": "no answer in 60 s"}
    found["disagree"] = {"q": ["virtuoso"]}
    results = {
        "commit": "c", "when": "w", "machine": {"processors": 2}, "seconds": 3, "limit": 60,
        "sizes": {"1000000": found},
    }  # fmt: skip
    report.write(results, tmp_path)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| q | **10** | > 60,000 |" in text
    assert "Answers that differ from the others': q: virtuoso." in text
    assert text.count("not measured") == len(ROWS)
    assert (tmp_path / "results/mix-1000000.svg").read_text().startswith("<svg ")


def test_the_report_tells_how_cost_grows(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    small, large = size(partage={"q": 2.0}), size(partage={"q": 30.0}, oxigraph={"q": 1.0})
    large["peers"]["partage"] |= {"load": 6.0, "first-time lookups": {"8": {"rate": 2000.0}}}
    large["peers"]["partage"]["queries"]["r"] = {"unanswered": "no answer in 60 s"}
    results = {
        "commit": "c", "when": "w", "machine": {}, "seconds": 3, "limit": 60,
        "sizes": {"1000000": large, "100000": small},
    }  # fmt: skip
    told = report.growth(results)
    assert told.startswith("| partage, by triples | 100,000 | 1,000,000 |")
    assert "| bulk load (s) | 1 | 6 |" in told
    assert "| first-time lookups a second | – | 2,000 |" in told
    assert "| q (ms) | 2 | 30 |" in told
    assert "| r (ms) | – | > 60,000 |" in told
    large["peers"]["partage"].pop("first-time lookups")
    report.write(results, tmp_path)
    assert told.partition("| first-time")[0] in (tmp_path / "report.md").read_text()
    assert "1,000,000" in (tmp_path / "results/growth.svg").read_text()


def test_what_was_missed_is_explained_and_nothing_else() -> None:
    own = {"start": {"memory": 251.0, "start": 1.0, "first": 1.0}}
    results = {"own": own, "sizes": {}}
    assert report.missed(results) == ""
    row = next(row for row in ROWS if row.measure == "repeated")
    slow = {"ours": {"page": {"rate": 1}}, "oxigraph": {"page": {"rate": 1}}}
    assert report.missed({"own": {"repeated": slow}}).count("- **") == 1
    assert row.why.split()[0] in report.missed({"own": {"repeated": slow}})


def test_a_plot_escapes_names_and_keeps_every_point_inside() -> None:
    drawn = dots({"a<b": {"q&r": 0.01, "s": 90_000.0}}, "ms")
    assert "a&lt;b" in drawn
    assert "q&amp;r" in drawn
    import re

    across = [float(x) for x in re.findall(r'cx="([0-9.]+)"', drawn)]
    assert len(across) == 3  # two points and the key
    assert all(190 <= x <= 760 for x in across[1:])


def test_every_peer_says_how_it_is_served() -> None:
    known = peers()
    assert {"partage", "oxigraph", "virtuoso", "rdflib-endpoint", "rdflib"} <= set(known)
    assert all(isinstance(peer, Peer) and peer.path.startswith("/") for peer in known.values())
