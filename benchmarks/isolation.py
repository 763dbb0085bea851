"""
Measure what keeps one query from harming others: `python -m benchmarks.isolation`.

A server of its own over the built release: how long after its deadline a query is gone; how long
lookups take while nothing, and while as many endless queries as workers, are running; how much
memory an answer of ten million rows takes in the server and in the query processes.
"""

import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

from benchmarks.servers import ROOT, descendants, is_query_process, resident

PORT, WORKERS, ROWS, LOOKUPS, KILLS = 8468, 2, 10_000_000, 3000, 100
TRIPLES = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {TRIPLES}"
LONG = f"SELECT ?a ?d {TRIPLES} LIMIT {ROWS}"
LOOKUP = "SELECT * { <https://w3id.org/partage/id/org/netflix> ?p ?o } LIMIT 8"


def main() -> None:
    environment = os.environ | {
        "PARTAGE_QUERY_WORKERS": str(WORKERS),
        "PARTAGE_QUERY_SECONDS": "300",
    }
    command = [sys.executable, "-m", "partage", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready()
        load = [round(one, 2) for one in os.getloadavg()]
        idle = lookups()
        attacked = under_attack()
        result = {
            "load of the machine before": load,
            "kill delay (ms)": kill_delays(),
            "lookups, idle (ms)": idle,
            f"lookups, {WORKERS} endless queries running (ms)": attacked,
            "p99 under attack / idle": round(attacked["p99"] / idle["p99"], 2),
            f"answer of {ROWS:,} rows": long_answer(server.pid),
        }
        print(json.dumps(result, indent=2))
    finally:
        server.terminate()
        server.wait(timeout=30)


def ask(
    connection: http.client.HTTPConnection, query: str, **parameters: str
) -> http.client.HTTPResponse:
    address = "/sparql?" + urllib.parse.urlencode({"query": query, **parameters})
    connection.request("GET", address, headers={"Accept": "text/csv"})
    return connection.getresponse()


def connect() -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)


def wait_until_ready() -> None:
    for _ in range(600):
        try:
            connection = connect()
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server did not answer within a minute")


def kill_delays() -> dict[str, float]:
    """Return how late the client hears of a kill; what it waited for a process is no delay."""
    delays, waits = [], []
    for _ in range(KILLS):
        began = time.perf_counter()
        response = ask(connect(), ENDLESS, timeout="0.5")
        assert response.status == 503, response.status
        response.read()
        taken = 1000 * (time.perf_counter() - began)
        waits.append(float(response.headers["Server-Timing"].split("wait;dur=")[1].split(",")[0]))
        delays.append(taken - 500 - waits[-1])
    return {
        "median": round(statistics.median(delays), 1),
        "worst": round(max(delays), 1),
        "most waited before": round(max(waits), 1),
    }


def lookups() -> dict[str, float]:
    connection = connect()
    times = []
    for number in range(LOOKUPS):
        began = time.perf_counter()
        ask(connection, LOOKUP + f" # {number}").read()
        times.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(times, n=100)
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2), "worst": round(max(times), 2)}


def under_attack() -> dict[str, float]:
    attackers = [
        threading.Thread(target=lambda: ask(connect(), ENDLESS, timeout="20").read())
        for _ in range(WORKERS)
    ]
    for attacker in attackers:
        attacker.start()
    time.sleep(1)
    measured = lookups()
    for attacker in attackers:
        attacker.join()
    return measured


def long_answer(server: int) -> dict[str, float]:
    before = memory(server)
    most = dict(before)
    began = time.perf_counter()
    response = ask(connect(), LONG)
    rows, taken, reads = -1, 0, 0
    while chunk := response.read(1 << 16):
        rows += chunk.count(b"\n")
        taken += len(chunk)
        reads += 1
        if reads % 200 == 0:
            most = {name: max(most[name], now) for name, now in memory(server).items()}
    assert rows == ROWS, rows
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "megabytes sent": round(taken / 1e6),
        **{f"{name}, before (MB)": value for name, value in before.items()},
        **{f"{name}, most (MB)": value for name, value in most.items()},
    }


def memory(server: int) -> dict[str, float]:
    """Return the resident memory of the server's processes and of its query processes."""
    found = {"server": 0.0, "largest query process": 0.0}
    for process in descendants(server):
        size = round(resident(process) / 1e6, 1)
        kind = "largest query process" if is_query_process(process) else "server"
        found[kind] = max(found[kind], size)
    return found


if __name__ == "__main__":
    main()
