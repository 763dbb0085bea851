"""
Write docs/reference/conformance.md from what the tests gave: `make conformance`, or

    pytest --junitxml run.xml
    PYTHONPATH=tests python -m conformance.report run.xml > docs/reference/conformance.md
"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from conformance.requirements import FAMILIES

HEAD = """# Conformance

What the server is held to, and what the tests found. This page is written by
`tests/conformance/report.py` from a run of all tests (`make conformance`).

The 34 cases of the W3C SPARQL 1.1 Protocol collection are restated in
`tests/conformance/test_protocol.py` under their own names. The endpoint is read-only: where the
collection expects an update to succeed, the tests expect 403 and unchanged data, and
every faulty update is refused with a 4xx status because every update is.

*known* counts cases where the engine is known to answer otherwise than the specification; they
are listed below.
"""
OUTCOMES = ("passes", "known", "fails", "skipped")
ROOMS = {
    "conformance.test_protocol": "SPARQL 1.1 Protocol",
    "conformance.test_service_description": "SPARQL 1.1 Service Description",
    "conformance.test_results": "Results and graphs, read back by other parsers",
    "conformance.test_queries": "SPARQL 1.1 Query Language",
    "attacks.test_attacks": "Planted attacks",
    "unit.sparql.test_fuzz": "Fuzzing with Hypothesis",
    "unit.sparql.test_random_texts": "Random texts, read by our parser and by the engine's",
    "unit.sparql.test_random_answers": "Random queries, as planned and as the engine answers them",
}


def main(run: Path) -> None:
    """Print the page for a JUnit report of pytest."""
    met: dict[str, dict[str, Counter[str]]] = {}
    counts: dict[tuple[str, str], Counter[str]] = {}
    known: list[tuple[str, str]] = []
    w3c: dict[str, set[str]] = {}
    suites: dict[tuple[str, str], Counter[str]] = {}
    for case in ElementTree.parse(run).iter("testcase"):
        room = case.attrib["classname"].removeprefix("tests.")
        test, _, parameters = case.attrib["name"].partition("[")
        outcome, reason = outcome_of(case)
        for mark in case.iterfind("properties/property[@name='meets']"):
            tests = met.setdefault(mark.attrib["value"], {})
            tests.setdefault(f"{room}.{test}", Counter())[outcome] += 1
        counts.setdefault((room, test), Counter())[outcome] += 1
        if test == "test_w3c":
            manner, suite = parameters.partition("/")[0].rsplit("-", 1)
            suites.setdefault((suite, manner), Counter())[outcome] += 1
        elif test.startswith("test_w3c"):
            w3c.setdefault(parameters.rstrip("]").rpartition("-")[2], set()).add(outcome)
        if outcome == "known":
            known.append((parameters.rstrip("]"), reason))
    lines = [HEAD, *requirement_by_requirement(met)]
    for room, title in ROOMS.items():
        lines += [f"## {title}", "", "| Requirement and test | passes | known | fails |"]
        lines.append("|---|--:|--:|--:|")
        rows = sorted(key for key in counts if key[0] == room)
        for key in rows:
            found = counts[key]
            sentence = key[1].removeprefix("test_").replace("_", " ")
            cells = [str(found[outcome]) for outcome in ("passes", "known", "fails")]
            lines.append(f"| {sentence} | " + " | ".join(cells) + " |")
        total = sum((counts[key] for key in rows), Counter[str]())
        cells = [str(total[outcome]) for outcome in ("passes", "known", "fails")]
        lines += [f"| **all of `tests/{room.replace('.', '/')}.py`** | " + " | ".join(cells) + " |"]
        lines.append("")
    lines += ["## The W3C's query tests", "", "| Suite | joins | passes | known | fails |"]
    lines.append("|---|---|--:|--:|--:|")
    for (suite, manner), found in sorted(suites.items()):
        lines.append(
            f"| {suite} | {manner} | {found['passes']} | {found['known']} | {found['fails']} |"
        )
    lines += ["", "## The W3C protocol cases by name", "", "| Case | outcome |", "|---|---|"]
    lines += [f"| {name} | {', '.join(sorted(found))} |" for name, found in sorted(w3c.items())]
    lines += ["", "## Known deviations of the engine", ""]
    lines += [f"- {case}: {reason}" for case, reason in sorted(known)]
    sys.stdout.write("\n".join(lines) + "\n")


def requirement_by_requirement(met: dict[str, dict[str, Counter[str]]]) -> list[str]:
    """Return the tables of requirements, each with its tests and what became of them."""
    lines = ["## Requirement by requirement", ""]
    for family in FAMILIES:
        lines += [f"### [{family.title}]({family.source})", ""]
        lines += ["| | Requirement | Tests | Outcome |", "|---|---|---|---|"]
        for identifier, sentence in family.requirements.items():
            tests = met.get(identifier, {})
            named = "<br>".join(f"`{test.rpartition('.')[2]}`" for test in sorted(tests))
            total = sum(tests.values(), Counter[str]())
            outcome = ", ".join(f"{total[each]} {each}" for each in OUTCOMES if total[each])
            lines.append(f"| {identifier} | {sentence} | {named} | {outcome or 'no test'} |")
        lines.append("")
    return lines


def outcome_of(case: ElementTree.Element) -> tuple[str, str]:
    """Return what became of a test, and why where it did not pass."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "fails", ""
    skipped = case.find("skipped")
    if skipped is None:
        return "passes", ""
    reason = skipped.attrib.get("message", "")
    return ("known" if skipped.attrib.get("type") == "pytest.xfail" else "skipped"), reason


if __name__ == "__main__":
    main(Path(sys.argv[1]))
