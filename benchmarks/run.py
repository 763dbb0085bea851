"""
Measure building, starting and answering on this machine: `make bench`.

The result goes to `benchmarks/results/` with the machine and the commit. The machine is shared by
other work: compare figures of one run with one another, not with another run's.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import Store

from partage.pipeline import competency
from partage.settings import Settings
from partage.store.opening import DATASET

ROOT = Path(__file__).parents[1]
PORT = 8467
QUESTION = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def main() -> None:
    result = {
        "when": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "commit": output("git", "rev-parse", "HEAD"),
        "machine": {
            "cpus": os.cpu_count(),
            "processor": platform.processor() or platform.machine(),
            "python": platform.python_version(),
        },
        "build": build(),
        "build again, nothing changed (s)": timed(lambda: partage("build")),
        "start to first answer (s)": start(),
        "competency questions (ms)": questions(),
    }
    folder = ROOT / "benchmarks/results"
    folder.mkdir(exist_ok=True)
    text = json.dumps(result, indent=2) + "\n"
    (folder / f"{datetime.now(tz=UTC):%Y-%m-%d}-{result['commit'][:7]}.json").write_text(text)
    print(text)


def output(*command: str) -> str:
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def partage(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "partage", *arguments], cwd=ROOT, check=True)


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return round(time.perf_counter() - begin, 3)


def build() -> dict[str, object]:
    partage("build", "--force")
    report: dict[str, object] = json.loads((ROOT / "out/build-report.json").read_text())
    return report


def start() -> float:
    begin = time.perf_counter()
    command = [sys.executable, "-m", "partage", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begin < 60:
            try:
                ask(QUESTION)
                return round(time.perf_counter() - begin, 3)
            except urllib.error.URLError:
                time.sleep(0.02)
        raise TimeoutError("the server did not answer within a minute")
    finally:
        server.terminate()
        server.wait(timeout=30)


def ask(query: str) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/sparql",
        data=query.encode(),
        headers={"Content-Type": "application/sparql-query"},
    )
    with urllib.request.urlopen(request) as response:
        return bytes(response.read())


def questions() -> dict[str, float]:
    """Return the median of five runs of each question on the full graph, in the process."""
    import gzip
    import io

    from pyoxigraph import RdfFormat

    dataset = Settings().release / DATASET
    store = Store()
    store.bulk_load(io.BytesIO(gzip.decompress(dataset.read_bytes())), format=RdfFormat.N_QUADS)
    medians = {}
    for path in sorted((ROOT / "ontology/competency").glob("*.rq")):
        query = path.read_text(encoding="utf-8")
        runs = [timed(lambda q=query: competency.answer(store, q)) for _ in range(5)]  # type: ignore[misc]
        medians[path.stem] = round(1000 * statistics.median(runs), 1)
    return medians


if __name__ == "__main__":
    main()
