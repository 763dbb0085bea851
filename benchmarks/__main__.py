"""
Measure: `make bench`, or `python -m benchmarks --sizes corpus 1e5 --peers partage oxigraph`.

Everything is written to the results as soon as it is measured; what a run does not measure stays
as it was, so that a part can be measured again. `benchmarks/report.md` is made of the results.
"""

import argparse
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from benchmarks import generate, mix, report
from benchmarks.base import read
from benchmarks.measures import MEASURES, Bench
from benchmarks.peers import peers
from benchmarks.servers import ROOT
from partage.settings import Settings

FLOWS = "flows"
SIZES = ("corpus", FLOWS, "1e6", "1e7")
CYCLES = ("cycle-flows", "cycle-agreements")
RESULTS = ROOT / "benchmarks/results/latest.json"


def machine() -> mix.Json:
    """Return what the figures depend on, without the machine's name."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line for line in cpu.splitlines() if line.startswith("model name")), ": ")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processors": os.cpu_count(),
        "processor": model.partition(": ")[2],
        "memory (GiB)": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "load before": round(os.getloadavg()[0], 2),
    }


def output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


class Run:
    """One run: what was asked for, and the results so far."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given = given
        self.release = ROOT / Settings().release
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.path: Path = given.results
        self.results: mix.Json = (
            json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        )
        self.results |= {
            "when": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            "commit": output("git", "rev-parse", "HEAD"),
            "machine": machine(),
            "limit": given.limit,
            "seconds": given.seconds,
        }

    def data(self, form: str, size: float) -> Path:
        """Return a synthetic graph, made at its first use."""
        suffix = "nq" if form in ("committed", "release") else "nt"
        path = self.folder / f"{form}-{size:.0f}.{suffix}"
        if not path.exists():
            many = (0, int(size)) if form == FLOWS else (int(size), 0)
            generate.write(path, generate.lines(read(self.release), form, *many))
        return path

    def corpus(self) -> Path:
        """Return the current view of the built release, unpacked."""
        path = self.folder / "corpus.nt"
        path.write_bytes(gzip.decompress((self.release / "current-view.nt.gz").read_bytes()))
        return path

    def size(self, name: str) -> None:
        """Measure the peers on one graph."""
        data = (
            self.corpus() if name == "corpus"
            else self.data(FLOWS, 120_000) if name == FLOWS
            else self.data("view", float(name))
        )  # fmt: skip
        key = name if name in ("corpus", FLOWS) else f"{float(name):.0f}"
        with data.open("rb") as file:
            triples = sum(1 for _ in file)
        only = CYCLES if name == FLOWS else self.given.queries
        asked = {key: query for key, query in mix.queries().items() if key in only}
        kept = self.results.setdefault("sizes", {}).setdefault(key, {"peers": {}})
        kept["triples"] = triples
        for peer_name, peer in peers().items():
            if peer_name not in self.given.peers or triples > peer.most:
                continue
            tell(f"{name}, {peer_name}")
            try:
                version = peer.version()
            except (FileNotFoundError, PackageNotFoundError):
                tell("is not installed here: left out")
                continue
            self.results.setdefault("versions", {})[peer_name] = version
            kept["peers"][peer_name] = mix.measure(
                peer,
                data,
                asked,
                [] if name == FLOWS else subjects(data),
                limit=self.given.limit,
                seconds=self.given.seconds,
                tell=tell,
            )
            kept["disagree"] = mix.disagreements(kept["peers"])
            self.write()

    def own(self, names: Iterable[str]) -> None:
        """Measure rows of the target table that have figures of their own."""
        corpus = self.corpus()
        bench = Bench(corpus, self.data, subjects(corpus), self.given.seconds)
        for name in names:
            tell(name)
            self.results.setdefault("own", {})[name] = MEASURES[name](bench)
            self.write()

    def write(self) -> None:
        """Write the results so far, and the report of them."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.results, indent=1) + "\n", encoding="utf-8")


def subjects(data: Path, most: int = 5000) -> list[str]:
    """Return things to look up: claims, flows and parties, evenly from the whole file."""
    found: dict[str, None] = {}
    with data.open(encoding="utf-8") as file:
        for line in file:
            subject = line.partition(" ")[0][1:-1]
            if "/id/" in subject and "#" not in subject:
                found[subject] = None
    names = list(found)
    return names[:: max(1, len(names) // most)]


def tell(what: str) -> None:
    """Say what is being done."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")


def main() -> None:
    """Measure what the command line asks for, and write the report."""
    known = list(peers())
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", nargs="*", default=SIZES, help="corpus, flows, or triples")
    parser.add_argument("--peers", nargs="*", default=known, choices=known)
    asked = list(mix.queries())
    parser.add_argument("--queries", nargs="*", default=asked, choices=asked)
    parser.add_argument("--own", nargs="*", default=list(MEASURES), choices=list(MEASURES))
    parser.add_argument("--limit", type=float, default=60, help="seconds that a query may take")
    parser.add_argument("--seconds", type=float, default=3, help="seconds of each measurement")
    parser.add_argument("--data", type=Path, help="folder of the graphs, kept for the next run")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run = Run(given, given.data or Path(temporary))
        for size in given.sizes:
            run.size(size)
        run.own(given.own)
        run.write()
    report.write(run.results)


if __name__ == "__main__":
    main()
