"""
Several servers behind nginx, and a change of release: `python -m benchmarks.scaling`.

Copies of the built release, each with a store of its own, are served on loopback behind nginx with
the configuration of `docs/how-to/scale.md`. What is checked ends with an error where it is not so:
all copies answer with the same bytes and tags; a server that is killed under load costs no request
but those it held; a rolling release costs none, and nothing old is answered after it. What is
measured is printed as JSON. Needs nginx and wrk (Debian). Run with PYTHONPATH=server.
"""

import argparse
import gzip
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from benchmarks import wrk
from benchmarks.measures import LOOKUP
from benchmarks.peers import free_port, program
from benchmarks.peers.partage import PARTAGE
from benchmarks.readers import readers
from benchmarks.servers import JSON, ROOT
from partage.rdf.query_files import read_questions

CONFIGURATION = re.compile(r"```nginx\n(.*?)```", re.DOTALL)
SENTENCE = "of the release after"
ADDED = (
    "<https://w3id.org/partage/id/org/netflix> "
    f'<http://www.w3.org/2000/01/rdf-schema#comment> "{SENTENCE}" .\n'
)
FORMS = ("text/html", "text/turtle", "application/ld+json", "application/n-quads")
CODINGS = ("identity", "gzip", "zstd")
COMPARED = ("etag", "content-type", "content-encoding", "last-modified", "vary", "location")
PAGES = (
    "/",
    "/doc/org/netflix",
    "/disputes",
    "/timeline",
    "/browse/",
    "/examples",
    "/about/method",
)
SOUGHT = f"SELECT * {{ ?s ?p ?o FILTER(STR(?o) = '{SENTENCE}') }}"
FIRST_TIME = f"/sparql?query={quote(LOOKUP)}%20%23NUMBER"
ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECONDS_KEPT = 1.5


@dataclass(slots=True)
class Copy:
    """A server over its own copy of the release."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def release(self) -> Path:
        return self.folder / "release"

    def end(self) -> None:
        """End all of its processes at once: they began a session."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(port: int, path: str, **headers: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return send(port, "GET", path, headers={"Host": "partage.example", **given})


def send(
    port: int, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = FORM
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, dict(headers))
    response = connection.getresponse()
    read = response.read()
    connection.close()
    return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, read)


@contextmanager
def copy(release: Path, folder: Path) -> Iterator[Copy]:
    """Serve a copy of a release, from a store of its own, once it is ready."""
    shutil.copytree(release, folder / "release")
    started = start(folder)
    try:
        yield started
    finally:
        started.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            started.process.wait(10)
        started.end()


def start(folder: Path) -> Copy:
    port = free_port()
    own = {
        "PARTAGE_RELEASE": str(folder / "release"),
        "PARTAGE_ARCHIVE": str(folder / "archive"),
        "PARTAGE_QUERY_STORE": str(folder / "queries.jsonl"),
        "PARTAGE_TRUSTED_PROXIES": "1",
    }
    with (folder / "errors.txt").open("ab") as errors:
        process = subprocess.Popen(
            [*PARTAGE, "serve", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | own,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    made = Copy(folder, port, process)
    until(partial(ready, port), 60)
    return made


def ready(port: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        return ask(port, "/readyz").status == 200
    return False


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not so in {seconds} s")
        time.sleep(0.02)


def configuration(port: int, ports: Sequence[int], folder: Path) -> str:
    """Return the documented configuration, with other ports, its files in a folder."""
    found = CONFIGURATION.search((ROOT / "docs/how-to/scale.md").read_text(encoding="utf-8"))
    assert found is not None
    text = found[1].replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("/var/cache/nginx", str(folder))
    named = {f"800{number}": ours for number, ours in enumerate(ports, 1)}
    text = re.sub(
        r" +server 127\.0\.0\.1:(\d+);\n",
        lambda m: f"    server 127.0.0.1:{named[m[1]]};\n" if m[1] in named else "",
        text,
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"worker_processes 1;\npid {folder}/pid;\nerror_log {folder}/errors.txt;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n"
    )


@contextmanager
def nginx(ports: Sequence[int], folder: Path) -> Iterator[int]:
    """Run nginx with the documented configuration in front of these servers."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    (folder / "nginx.conf").write_text(configuration(port, ports, folder))
    process = subprocess.Popen(
        [program("nginx"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
        stderr=subprocess.DEVNULL,
    )
    try:
        until(partial(ready, port), 20)
        yield port
    finally:
        process.terminate()
        process.wait()


def agree(copies: Sequence[Copy]) -> dict[str, object]:
    """Ask each copy everything; return how much was compared, and what differed."""
    said = ask(copies[0].port, "/sitemap-1.xml").body.decode()
    things = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", said)
    things = things[:: max(1, len(things) // 150)]
    texts = [q.text for q in read_questions(ROOT / "ontology/competency")]
    texts += [path.read_text() for path in sorted((ROOT / "benchmarks/queries").glob("*.rq"))]
    texts.append("SELECT * { GRAPH ?g { ?s ?p ?o FILTER(ISBLANK(?s) || ISBLANK(?o)) } }")
    wishes = [(path, form, "identity") for path in (*PAGES, *things) for form in FORMS]
    wishes += [(path, "text/html", coding) for path in PAGES for coding in CODINGS]
    files = [path.name for path in copies[0].release.iterdir()]
    wishes += [(f"/download/{name}", "*/*", coding) for name in files for coding in CODINGS]
    wishes += [(f"/sparql?query={quote(text)}", "*/*", "identity") for text in texts]
    differ, tags = [], 0
    for path, form, coding in wishes:
        told = [ask(one.port, path, Accept=form, Accept_Encoding=coding) for one in copies]
        seen = {
            (one.status, one.body, *(one.headers.get(name) for name in COMPARED)) for one in told
        }
        tags += "etag" in told[0].headers
        if len(seen) > 1:
            differ.append(f"{path[:120]} as {form}, {coding}")
    return {"compared": len(wishes), "tagged": tags, "queries": len(texts), "differ": differ}


def throughput(copies: Sequence[Copy], folder: Path, seconds: float) -> dict[str, object]:
    """Measure nginx in front of 1, 2 and 3 servers: what no cache can answer, and what one can."""
    found: dict[str, object] = {}
    accept = {"Accept": JSON}
    for many in range(1, len(copies) + 1):
        with nginx([one.port for one in copies[:many]], folder / f"nginx-{many}") as port:
            wrk.load(port, [FIRST_TIME], 8, seconds / 3, accept)
            asked = {
                "first-time lookups": (FIRST_TIME, JSON),
                "repeated lookup": (FIRST_TIME.replace("NUMBER", ""), JSON),
                "kept page": (PAGES[1], "text/html"),
            }
            found[str(many)] = {
                name: wrk.load(port, [path], 8, seconds, {"Accept": form}).as_json()
                for name, (path, form) in asked.items()
            }
    return found


def changed(release: Path, target: Path) -> Path:
    """Write a release with one more statement, whole by its manifest."""
    shutil.copytree(release, target)
    file, manifest = target / "dataset.nq.gz", target / "manifest.json"
    data = gzip.compress(gzip.decompress(file.read_bytes()) + ADDED.encode(), mtime=0)
    file.write_bytes(data)
    facts = json.loads(manifest.read_text())
    facts["rdfc10"] = hashlib.sha256(data).hexdigest()  # any other one
    for row in facts["artefacts"]:
        if row["name"] == file.name:
            row |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest.write_text(json.dumps(facts))
    return target


def roll(copies: Sequence[Copy], port: int, new: Path) -> dict[str, object]:
    """Change the release of one server after another while readers read."""
    query = f"/sparql?query={quote(SOUGHT)}&format=csv"

    def is_new(at: int) -> bool:
        return SENTENCE in ask(at, query).body.decode()

    before = ask(port, "/doc/org/netflix", Accept="text/html")
    seconds = []
    with readers(port, 8, (*PAGES, "/download/current-view.nt.gz")) as seen:
        for one in copies:
            shutil.copytree(new, one.folder / "new")
            one.release.rename(one.folder / "old")
            (one.folder / "new").rename(one.release)
            began = time.perf_counter()
            one.process.send_signal(signal.SIGHUP)
            until(partial(is_new, one.port), 60)
            seconds.append(round(time.perf_counter() - began, 2))
    time.sleep(SECONDS_KEPT)
    page = [ask(port, "/doc/org/netflix", Accept="text/html") for _ in range(50)]
    stale = sum(SENTENCE not in one.body.decode() for one in page)
    stale += sum(not is_new(port) for _ in range(50))
    known = ask(port, "/doc/org/netflix", Accept="text/html", If_None_Match=before.headers["etag"])
    return seen.report() | {
        "each took (s)": seconds,
        "stale afterwards": stale,
        "old tag is answered": known.status,
    }


def reach(port: int) -> dict[str, object]:
    """Ask for what one server alone knows, several times, whichever nginx asks first."""
    ended, cited = [], []
    for number in range(6):
        name = f"{number}-a-query-that-is-ended-by-nginx"
        running = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        running.request(
            "GET", f"/sparql?format=csv&query={quote(ROWS)}", headers={"Query-Id": name}
        )
        running.getresponse()
        ended.append(send(port, "DELETE", f"/sparql/queries/{name}").status)
        running.close()
        form = f"query={quote(LOOKUP + f' LIMIT {number + 1}')}"
        made = send(port, "POST", "/query", form)
        cited.append(ask(port, urlsplit(made.headers.get("location", "/nowhere")).path).status)
    return {"queries ended": ended, "citations found": cited}


def kill(one: Copy, port: int) -> dict[str, object]:
    """Kill a server under load."""
    with readers(port, 8, (*PAGES, "/download/current-view.nt.gz")) as seen:
        one.end()
        time.sleep(3)
    return seen.report()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--release", type=Path, default=ROOT / "out/release")
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    release = given.release.resolve()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # nginx's worker is another user
        copies = []
        for number in range(given.servers):
            (folder / f"copy-{number}").mkdir()
            copies.append(stack.enter_context(copy(release, folder / f"copy-{number}")))
        result: dict[str, object] = {"processors": os.cpu_count(), "agreement": agree(copies)}
        result["throughput"] = throughput(copies, folder, given.seconds)
        with nginx([one.port for one in copies], folder / "nginx") as port:
            reached = reach(port)
            rolled = roll(copies, port, changed(release, folder / "changed"))
            killed = kill(copies[-1], port)
        result |= {
            "one server alone knows": reached,
            "a rolling release": rolled,
            "one killed": killed,
        }
    print(json.dumps(result, indent=2))
    right = (
        not result["agreement"]["differ"]  # type: ignore[index]
        and set(reached["queries ended"]) == {204}  # type: ignore[call-overload]
        and set(reached["citations found"]) == {200}  # type: ignore[call-overload]
        and not rolled["stale afterwards"]
        and not rolled["cut off"]
        and rolled["old tag is answered"] == 200
        and len(killed["cut off"]) <= 8  # type: ignore[arg-type]  # one for each reader
        and set(rolled["statuses"]) | set(killed["statuses"]) == {200}  # type: ignore[call-overload]
    )
    if not right:
        raise SystemExit("Something is not as it should be; see above.")


if __name__ == "__main__":
    main()
