"""
Throughput and latency under load, by wrk (Debian), with one thread of its own.

`N` in a target is replaced by a number that no request had before, so that nobody has the answer.
What wrk itself takes of a processor is reported too: far below 1, it is not what limits.
"""

import json
import resource
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers import program

SCRIPT = """\
local targets, size, number = {}, 0, math.floor(START)
for line in io.lines("TARGETS") do size = size + 1; targets[size] = line end
function request()
  number = number + 1
  local target = targets[number % size + 1]
  return wrk.format("GET", (target:gsub("NUMBER", number)))
end
function done(summary, latency, requests)
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"failed":%d,"bytes":%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, summary.errors.status + summary.errors.timeout +
    summary.errors.connect + summary.errors.read + summary.errors.write, summary.bytes))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a server stood: requests a second, milliseconds, and failures."""

    rate: float
    p50: float
    p99: float
    failed: int
    client: float

    def as_json(self) -> dict[str, float]:
        """Return it for the results."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


class _Numbers:
    """Numbers the requests of one run of the bench, so that none comes twice."""

    next = 0


def load(
    port: int,
    targets: Sequence[str],
    connections: int,
    seconds: float,
    headers: Mapping[str, str],
) -> Load:
    """Ask the targets in turn, `connections` at a time, for so many seconds."""
    _Numbers.next += 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder, "targets"), Path(folder, "wrk.lua")
        listed.write_text("\n".join(targets) + "\n")
        text = SCRIPT.replace("TARGETS", str(listed)).replace("START", str(_Numbers.next))
        script.write_text(text)
        command = [
            program("wrk"),
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "--timeout",
            "30s",
        ]
        command += ["-s", str(script)]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = subprocess.run(
            [*command, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True
        ).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(said.rpartition("RESULT ")[2])
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load(
        max(found["requests"], 1) / found["seconds"],  # with none answered, the most it can be
        found["p50"],
        found["p99"],
        found["failed"],
        busy / found["seconds"],
    )
