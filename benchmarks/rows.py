"""The target table of issue 6: each row, its target, and what the figures come to."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.mix import Json, geometric_mean, milliseconds

ONE, TEN = "1000000", "10000000"
RIVALS = ("oxigraph", "virtuoso")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; `measure` names its own figures, `tell` says what they come to."""

    what: str
    target: str
    measure: str
    tell: Callable[[Json, Json], tuple[str, bool | None]]

    def told(self, results: Json) -> tuple[str, bool | None]:
        """Return what was measured and whether the target is met, as far as it was measured."""
        try:
            return self.tell(results["own"][self.measure] if self.measure else {}, results)
        except KeyError:
            return "not measured", None


def tell_repeated(own: Json, _all: Json) -> tuple[str, bool]:
    """Ratios of requests a second."""
    ratios = {
        what: own["ours"][what]["rate"] / own["oxigraph"][what]["rate"] for what in own["ours"]
    }
    told = ", ".join(
        f"{what} {ratio:.2f}× ({own['ours'][what]['rate']:,.0f} / "
        f"{own['oxigraph'][what]['rate']:,.0f} a second)"
        for what, ratio in ratios.items()
    )
    return told, min(ratios.values()) >= 2


def tell_first(_own: Json, everything: Json) -> tuple[str, bool]:
    """Ratios of first-time lookups on the corpus at 8 connections."""
    measured = everything["sizes"]["corpus"]["peers"]
    rates = {peer: result["first-time lookups"]["8"]["rate"] for peer, result in measured.items()}
    wanted = {"oxigraph": 0.35, "virtuoso": 3, "rdflib-endpoint": 10}
    ratios = {peer: rates["partage"] / max(rates[peer], 1) for peer in wanted}
    told = ", ".join(f"{ratio:.2f}× {peer}" for peer, ratio in ratios.items())
    return told, all(ratios[peer] >= least for peer, least in wanted.items())


def tell_pages(own: Json, _all: Json) -> tuple[str, bool]:
    """Latency of first-time pages."""
    told = ", ".join(f"{form} p50 {own[form]['p50']:.1f} ms" for form in own)
    return told, own["HTML"]["p50"] <= 20 and own["Turtle"]["p50"] <= 5


def tell_mix(_own: Json, everything: Json) -> tuple[str, bool]:
    """Geometric means of the mix at 1 million triples, and the worst query."""
    measured, limit = everything["sizes"][ONE]["peers"], everything["limit"]
    asked = [
        name
        for name in measured["partage"]["queries"]
        if any("p50" in measured[peer]["queries"].get(name, {}) for peer in measured)
    ]
    means = {
        peer: geometric_mean(milliseconds(measured[peer], name, limit) for name in asked)
        for peer in ("partage", "oxigraph", "virtuoso")
    }
    ratios = {
        name: milliseconds(measured["partage"], name, limit)
        / min(milliseconds(measured[peer], name, limit) for peer in RIVALS if peer in measured)
        for name in asked
    }
    worst = max(ratios, key=lambda name: ratios[name])
    best = min(means["oxigraph"], means["virtuoso"])
    told = ", ".join(f"{peer} {mean:.1f} ms" for peer, mean in means.items())
    met = means["partage"] <= best and ratios[worst] <= 3
    over = sum(ratio > 3 for ratio in ratios.values())
    return f"{told}; worst query {worst} {ratios[worst]:.1f}×; {over} over 3×", met


def tell_reciprocal(_own: Json, everything: Json) -> tuple[str, bool]:
    """Seconds for the cycle over 120,000 flows."""
    measured, limit = everything["sizes"]["flows"]["peers"], everything["limit"]
    took = {peer: milliseconds(one, "cycle-flows", limit) / 1000 for peer, one in measured.items()}
    told = ", ".join(
        f"{peer} {'over ' if seconds >= limit else ''}{seconds:.1f} s"
        for peer, seconds in took.items()
    )
    return told, took["partage"] <= 2


def tell_load(_own: Json, everything: Json) -> tuple[str, bool]:
    """Bulk load at 1 million triples."""
    measured = everything["sizes"][ONE]["peers"]
    ours, engine = measured["partage"]["load"], measured["pyoxigraph"]["load"]
    return f"{ours / engine:.2f}× ({ours:.1f} / {engine:.1f} s)", ours <= 1.2 * engine


def tell_start(own: Json, everything: Json) -> tuple[str, bool | None]:
    """Start on the corpus and at 10 million triples."""
    peers = everything.get("sizes", {}).get(TEN, {}).get("peers", {})
    large = peers.get("partage", {}).get("start")
    ten = f"{large:.2f} s" if large else "not measured"
    told = f"corpus {own['start']:.2f} s (the first time {own['first']:.2f} s), 10 million {ten}"
    met = own["start"] <= 1.5 and (large or 0) <= 3
    return told, met if large or not met else None


def tell_build(own: Json, _all: Json) -> tuple[str, bool]:
    """The build and its longest steps."""
    steps = sorted(own["steps"].items(), key=lambda one: -one[1])
    shares = ", ".join(f"{name} {seconds / own['total']:.0%}" for name, seconds in steps if seconds)
    return f"{own['total']:.1f} s: {shares}", own["total"] <= 30


def tell_step(own: Json, _all: Json) -> tuple[str, bool]:
    """A step of the pipeline."""
    if "unanswered" in own:
        return own["unanswered"], False
    return f"{own['seconds']:.1f} s, {own['results']:,} results", own["seconds"] <= 60


def tell_runaway(own: Json, _all: Json) -> tuple[str, bool]:
    """The 99th percentile of lookups under attack over that of idle ones."""
    ratio = own["attacked"]["p99"] / own["idle"]["p99"]
    told = f"{ratio:.1f}× ({own['attacked']['p99']:.1f} / {own['idle']['p99']:.1f} ms)"
    return told, ratio <= 3


ROWS = (
    Row("repeated GET (lookup, page, dump) on an immutable release",
        "at least 2× the requests/s of Oxigraph's own server", "repeated", tell_repeated),
    Row("first-time lookup query, 8 connections",
        "at least 0.35× Oxigraph's own server, 3× Virtuoso, 10× rdflib-endpoint", "", tell_first),
    Row("resource page as HTML / Turtle, first time, 8 connections",
        "p50 at most 20 ms / 5 ms", "pages", tell_pages),
    Row("query mix at 1 million triples, geometric mean",
        "at most the best of Oxigraph server and Virtuoso; no query over 3× the best peer",
        "", tell_mix),
    Row("reciprocal pairs over 120,000 flows", "at most 2 s", "", tell_reciprocal),
    Row("bulk load of 1 million triples", "at most 1.2× pyoxigraph's `bulk_load`", "", tell_load),
    Row("start of `partage serve` to first answer",
        "at most 1.5 s for the corpus, 3 s at 10 million triples", "start", tell_start),
    Row("memory of the idle server on the corpus", "at most 250 MiB, all processes", "start",
        lambda own, _all: (f"{own['memory']:.0f} MiB", own["memory"] <= 250)),
    Row("`partage build` of the corpus", "at most 30 s", "build", tell_build),
    Row("validation of 1 million triples, all shapes", "at most 60 s", "validate", tell_step),
    Row("materialization of 1 million triples", "at most 60 s", "materialize", tell_step),
    Row("one runaway query per worker", "p99 of lookups at most 3× idle", "runaway", tell_runaway),
)  # fmt: skip
