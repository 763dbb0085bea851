"""
Play the attacks, each on a server of its own from a source tree, and write what they did.

`python -m benchmarks.attacks --tree PATH --only NAME … --seconds N --results FILE`; with `--before
FILE` the table has the figures of an earlier run beside those of this one.
"""

import argparse
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.attacks.catalogue import ATTACKS, Attack
from benchmarks.attacks.siege import Figures, siege
from benchmarks.attacks.table import table
from benchmarks.attacks.target import PUBLIC, server
from benchmarks.servers import ROOT


def play(tree: Path, name: str, attack: Attack, seconds: float, *, public: bool) -> Figures:
    """Play one attack on a server of its own."""
    with server(tree, PUBLIC if public else {}, attack.files) as running:
        return siege(name, running.port, running.process.pid, seconds * attack.times)


def commit(tree: Path) -> str:
    """Return what a source tree is at."""
    command = ["git", "-C", str(tree), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Play what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="source tree, built, with .venv")
    parser.add_argument("--only", nargs="*", default=[*ATTACKS], choices=[*ATTACKS], metavar="NAME")
    parser.add_argument("--seconds", type=float, default=8, help="how long each is played")
    parser.add_argument("--mode", nargs="*", default=["plain", "public"], metavar="MODE")
    parser.add_argument("--results", type=Path, default=ROOT / "out/attacks.json")
    parser.add_argument("--before", type=Path, help="results of an earlier run to set beside")
    given = parser.parse_args()
    given.results.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(given.results.read_text()) if given.results.exists() else {"attacks": {}}
    known |= {
        "commit": commit(given.tree),
        "when": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "seconds": given.seconds,
    }
    for name in given.only:
        for mode in given.mode:
            if mode == "public" and not ATTACKS[name].public:
                continue
            key = name if mode == "plain" else f"{name}, public"
            print(f"{key} …", flush=True)
            found = play(given.tree, name, ATTACKS[name], given.seconds, public=mode == "public")
            known["attacks"][key] = found
            given.results.write_text(json.dumps(known, indent=1) + "\n")
            print(table({"attacks": {key: found}}).rpartition("\n")[2], flush=True)
    before = json.loads(given.before.read_text()) if given.before else None
    written = table(known, before)
    given.results.with_suffix(".md").write_text(written + "\n")
    print(written)


if __name__ == "__main__":
    main()
