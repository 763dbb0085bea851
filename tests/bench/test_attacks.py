"""What is made of what honest clients saw under an attack."""

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the bench is a package beside the tests

from benchmarks.attacks.honest import PROBES, Probe
from benchmarks.attacks.siege import Figures, failures
from benchmarks.attacks.table import HEAD, table


def probe(*times: float, **statuses: int) -> Figures:
    counted = Counter({int(name[1:]): number for name, number in statuses.items()})
    return Probe("kept", PROBES[0][1], 0.1, keep=True, times=[*times], statuses=counted).figures()


def found(health: Figures, *, cited: int = 303) -> Figures:
    quiet = probe(0.01, s200=1)
    honest = {name: quiet for name, *_ in PROBES} | {"health": health}
    return {
        "load": 0.5,
        "honest": honest,
        "attacker": {"statuses": {"200": 3}, "connections held": 0},
        "server (MB)": 80,
        "query processes (MB)": 90,
        "descriptors": 50,
        "recovered (s)": None,
        "citing afterwards": cited,
        "ended at 4 GB": False,
    }


def test_who_would_have_asked_during_a_stop_has_waited_too() -> None:
    figures = probe(*[0.01] * 90, 1.0, s200=91)
    assert figures["asked"] == 91
    assert figures["longest"] == 1000
    # Ten more waited 0.9 s, 0.8 s …: without them p99 would be that of the quick ones.
    assert figures["p99"] >= 900


def test_no_answer_a_status_of_5xx_and_a_citation_refused_are_failures() -> None:
    seen = found(probe(0.01, s200=1, s0=2, s404=3, s503=4), cited=507)
    assert failures(seen) == {"health 0": 2, "health 503": 4, "citing 507": 1}
    assert failures(found(probe(0.01, s200=1, s404=3))) == {}


def test_the_table_tells_before_and_after_where_both_were_measured() -> None:
    before = {"attacks": {"burst": found(probe(2.0, s200=1))}}
    after = {"attacks": {"burst": found(probe(0.01, s200=1)), "silent-1100, public": found({
        **probe(0.01, s200=1)})}}  # fmt: skip
    head, _, burst, silent = table(after, before).splitlines()
    assert head.count("|") == burst.count("|") == silent.count("|") == len(HEAD) + 1
    assert "| 2,000 → 10 |" in burst
    assert "→" not in silent
