"""
Make `benchmarks/report.md` and its plots of the results: `python -m benchmarks.report [FILE]`.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.mix import CONNECTIONS, Json, failed, geometric_mean, milliseconds
from benchmarks.plot import dots
from benchmarks.rows import ROWS

HERE = Path(__file__).parent
OURS = "partage"
MADE = """\
Made by `make bench` (see [README.md](README.md)); do not edit. Figures are ratios within one run of
one machine, which other work shares: read no absolute time across runs."""
HOW = """\
Each server runs alone, on loopback, on the same N-Triples. A query is asked once to warm up and
then for about {seconds:g} s, at most 30 times, each time with a comment of its own, so that no
cache answers; beyond {limit:g} s it is ended. Answers are compared as multisets (DESCRIBE, which
each engine defines, only for being there). Lookups are asked by wrk, which took at most
{busiest:.0%} of one processor while it asked first-time ones."""
MET = {True: "met", False: "**missed**", None: "–"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are figures."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(value: float | None) -> str:
    """Return a figure with three digits that count."""
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def targets(results: Json) -> str:
    """Return the target table with what was measured."""
    told = [(row, *row.told(results)) for row in ROWS]
    lines = [["what", "target", "measured", ""], ["---", "---", "---", "---"]]
    lines += [[row.what, row.target, text, MET[met]] for row, text, met in told]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def missed(results: Json) -> str:
    """Return why targets were missed, and what was tried."""
    rows = [row for row in ROWS if row.told(results)[1] is False and row.why]
    return "\n".join(f"- **{row.what}**: {' '.join(row.why.split())}" for row in rows)


def load_table(size: Json) -> str:
    """Return what each server takes to load, to start and to hold."""
    head = ["", "load (s)", "start (s)", "memory (MiB)", "after the mix (MiB)"]
    names = ("load", "start", "memory", "memory after")
    rows = [[peer, *(figure(one.get(name)) for name in names)] for peer, one in peers_of(size)]
    return table(head, rows)


def lookup_table(size: Json, which: str) -> str:
    """Return requests a second and latencies by connections."""
    head = [which]
    head += [f"{many}: /s, p50, p99 (ms)" for many in CONNECTIONS]
    rows = []
    for peer, one in peers_of(size):
        if which in one:
            loads = [one[which][str(many)] for many in CONNECTIONS]
            rows.append([peer, *(_load(load) for load in loads)])
    return table(head, rows)


def _load(load: Mapping[str, float]) -> str:
    failed = f", {load['failed']:,.0f} failed" if load["failed"] else ""
    return f"{load['rate']:,.0f}, {figure(load['p50'])}, {figure(load['p99'])}{failed}"


def mix_table(size: Json, limit: float) -> str:
    """Return the p50 of every query in milliseconds, the best in bold, and geometric means."""
    found = dict(peers_of(size))
    asked: list[str] = sorted({name for one in found.values() for name in one["queries"]})
    rows = []
    for name in asked:
        times = {peer: one["queries"].get(name, {}).get("p50") for peer, one in found.items()}
        known = [value for value in times.values() if value is not None]
        cells = [
            f"**{figure(value)}**" if value is not None and value == min(known)
            else figure(value) if value is not None
            else _why(found[peer]["queries"].get(name, {}), limit)
            for peer, value in times.items()
        ]  # fmt: skip
        rows.append([name, *cells])
    sound = [
        name
        for name in asked
        if not any(failed(one["queries"].get(name, {})) for one in found.values())
    ]
    means = [
        figure(geometric_mean(milliseconds(one, name, limit) for name in sound))
        for one in found.values()
    ]
    last = f"geometric mean of the {len(sound)} that nobody failed"
    return table(["query, p50 (ms)", *found], [*rows, [last, *means]])


def _why(query: Json, limit: float) -> str:
    return "error" if failed(query) else f"> {1000 * limit:,.0f}"


def peers_of(size: Json) -> list[tuple[str, Json]]:
    """Return the peers of a size, ours first."""
    found: dict[str, Json] = size["peers"]
    return sorted(found.items(), key=lambda one: (one[0] != "partage", one[0]))


def section(name: str, size: Json, limit: float) -> str:
    """Return all that was measured on one graph."""
    parts = [f"## {name if name in ('corpus', 'flows') else f'{int(name):,} triples'}"]
    parts += [f"{size['triples']:,} triples in the default graph.", load_table(size)]
    parts += [
        lookup_table(size, which)
        for which in ("first-time lookups", "repeated lookup")
        if any(which in one for one in size["peers"].values())
    ]
    parts.append(mix_table(size, limit))
    disagree = size.get("disagree", {})
    same = "Every query has the same answer from all that answered it."
    told = "; ".join(f"{query}: {', '.join(peers)}" for query, peers in disagree.items())
    parts.append(f"Answers that differ from the others': {told}." if told else same)
    if name != "flows":
        parts.append(f"![Latency of every query by server]({plot_name(name)})")
    return "\n\n".join(parts)


def growing(results: Json) -> dict[str, Json]:
    """Return what was measured of our own server on the synthetic graphs, the smallest first."""
    sizes = {
        name: size["peers"][OURS]
        for name, size in results.get("sizes", {}).items()
        if name.isdigit() and OURS in size["peers"]
    }
    return dict(sorted(sizes.items(), key=lambda one: int(one[0])))


def growth(results: Json) -> str:
    """Return how the cost of each thing grows with the data."""
    sizes = growing(results)
    rows = [
        [what, *(figure(one.get(name)) for one in sizes.values())]
        for what, name in (
            ("bulk load (s)", "load"),
            ("start (s)", "start"),
            ("memory, idle (MiB)", "memory"),
            ("memory after the mix (MiB)", "memory after"),
        )
    ]
    lookups = [one.get("first-time lookups", {}).get("8", {}) for one in sizes.values()]
    rows.append(["first-time lookups a second", *(figure(one.get("rate")) for one in lookups)])
    limit = results["limit"]
    asked = sorted(set[str]().union(*(one["queries"] for one in sizes.values())))
    for name in asked:
        found = [one["queries"].get(name, {}) for one in sizes.values()]
        rows.append(
            [f"{name} (ms)"]
            + [
                "–" if not one else figure(one["p50"]) if "p50" in one else _why(one, limit)
                for one in found
            ]
        )
    return table(["partage, by triples", *(f"{int(name):,}" for name in sizes)], rows)


def plot_name(size: str) -> str:
    """Return the file of the plot of a size, beside the report."""
    return f"results/mix-{size}.svg"


def text(results: Json) -> str:
    """Return the report."""
    facts = {
        "commit": results["commit"],
        "when": results["when"],
        **results["machine"],
        **results.get("versions", {}),
    }
    sizes = results.get("sizes", {})
    busiest = max(
        (load["client"] for size in sizes.values() for one in size["peers"].values()
         for load in one.get("first-time lookups", {}).values()),
        default=0.0,
    )  # fmt: skip
    parts = [
        "# Speed and scale, measured side by side",
        MADE,
        targets(results),
        *(["## What was missed, and what was tried", told] if (told := missed(results)) else []),
        "## How",
        HOW.format(**results, busiest=busiest),
        table(["measured on", ""], [[name, str(value)] for name, value in facts.items()]),
    ]
    parts += [section(name, size, results["limit"]) for name, size in sizes.items()]
    if len(growing(results)) > 1:
        told = "Of queries the p50; the seeds, and so the shape of the graphs, are the same."
        picture = "![Latency of every query by size](results/growth.svg)"
        parts += ["## How cost grows with the data", told, growth(results), picture]
    return "\n\n".join(parts) + "\n"


def write(results: Json, folder: Path = HERE) -> None:
    """Write the report and its plots."""
    (folder / "report.md").write_text(text(results), encoding="utf-8")
    grown = {
        f"{int(size):,}": {
            query: one["p50"] for query, one in found["queries"].items() if "p50" in one
        }
        for size, found in growing(results).items()
    }
    if len(grown) > 1:
        picture = dots(grown, "milliseconds (p50, logarithmic)")
        (folder / "results/growth.svg").write_text(picture, encoding="utf-8")
    for name, size in results.get("sizes", {}).items():
        points = {
            peer: {query: one["p50"] for query, one in found["queries"].items() if "p50" in one}
            for peer, found in peers_of(size)
        }
        if name != "flows":
            picture = dots(points, "milliseconds (p50, logarithmic)")
            (folder / plot_name(name)).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    where = Path(sys.argv[1]) if sys.argv[1:] else HERE / "results/latest.json"
    write(json.loads(where.read_text(encoding="utf-8")))
