"""The results of attacks as a table in Markdown, beside those of an earlier run."""

from benchmarks.attacks.catalogue import ATTACKS
from benchmarks.attacks.siege import Figures, failures

HEAD = (
    "attack", "what it sends", "load", "kept: longest (ms)", "`/healthz` p99 (ms)",
    "page p99 (ms)", "lookup p99 (ms)", "server (MB)", "queries (MB)", "descriptors",
    "honest failures", "recovered (s)", "the attacker got",
)  # fmt: skip
SIDE = " → "


def table(after: Figures, before: Figures | None = None) -> str:
    """Return a row for each attack; with an earlier run, each cell tells before and after."""
    rows = [HEAD, ("---",) * len(HEAD)]
    for name, found in after["attacks"].items():
        tells = ATTACKS[name.removesuffix(", public")].tells
        earlier = before["attacks"].get(name) if before else None
        now = _cells(found)
        cells = [
            f"{was}{SIDE}{now[number]}" if earlier else now[number]
            for number, was in enumerate(_cells(earlier) if earlier else now)
        ]
        rows.append((name, tells, *cells))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(found: Figures) -> list[str]:
    honest = found["honest"]
    wrong = failures(found)
    recovered = found["recovered (s)"]
    return [
        f"{found['load']}",
        f"{max(honest['kept']['longest'], honest['kept, new connection']['longest']):,.0f}",
        f"{honest['health']['p99']:,.0f}",
        f"{honest['page']['p99']:,.0f}",
        f"{honest['lookup']['p99']:,.0f}",
        f"{found['server (MB)']:,}" + (" (ended)" if found["ended at 4 GB"] else ""),
        f"{found['query processes (MB)']:,}",
        f"{found['descriptors']:,}",
        ", ".join(f"{name}: {number}" for name, number in wrong.items()) or "0",
        "never" if recovered is None else f"{recovered}",
        _got(found["attacker"]),
    ]


def _got(sent: Figures) -> str:
    """Return how often the attacker got which status, and how many connections were held."""
    got = [f"{number:,} × {status}" for status, number in sent.get("statuses", {}).items()]
    held = sent.get("connections held")
    return ", ".join(got + ([f"{held:,} held"] if held else [])) or "nothing"
