"""
What each kind of page costs the server, and how much it weighs: `python benchmarks/pages.py`.

Every page is asked for as often as any other, in turns, of one running server, without a cache in
front. Times are medians in milliseconds, of the whole answer; weights are compressed bytes, of the
page alone and with the style sheets, scripts and fonts that it asks for at once.
"""

import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import chromium
from browser.test_every_page import PAGES

ROUNDS = 30
PARTS = re.compile(
    r'(?:<script[^>]*src|<link rel="stylesheet" href|<link rel="icon"[^>]* href)="([^"]+)"'
)
FONT = re.compile(r"url\(([^)]+)\)")
BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip"}


def weight(client: httpx.Client, path: str) -> int:
    """Return how many bytes come over the wire for an address."""
    with client.stream("GET", path) as response:
        return sum(len(chunk) for chunk in response.iter_raw())


def parts(client: httpx.Client, path: str) -> list[str]:
    """Return what a page asks for at once."""
    found = PARTS.findall(client.get(path).text)
    for sheet in [part for part in found if part.endswith(".css")]:
        text = client.get(sheet).text
        found += [str(httpx.URL(sheet).join(name.strip("\"'"))) for name in FONT.findall(text)]
    return found


def main() -> None:
    """Print a table, the slowest page first."""
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.site(Path(folder)) as address,
        httpx.Client(base_url=address, headers=BROWSER, timeout=60) as client,
    ):
        first: dict[str, float] = {}
        times: dict[str, list[float]] = {path: [] for path in PAGES}
        for number in range(ROUNDS + 1):
            for path in PAGES:
                began = time.perf_counter()
                client.get(path).raise_for_status()
                taken = 1000 * (time.perf_counter() - began)
                if number:
                    times[path].append(taken)
                else:
                    first[path] = taken
        print(f"{'first':>8} {'median':>8} {'page kB':>8} {'all kB':>8}  page")
        for path in sorted(PAGES, key=lambda path: -statistics.median(times[path])):
            own = weight(client, path)
            whole = own + sum(weight(client, part) for part in parts(client, path))
            median = statistics.median(times[path])
            print(f"{first[path]:8.1f} {median:8.1f} {own / 1000:8.1f} {whole / 1000:8.1f}  {path}")


if __name__ == "__main__":
    main()
