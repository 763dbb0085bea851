"""What DuckDB's extension httpfs 1.5.5 sends; its package does not bring it."""

import httpx

HTTPFS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "duckdb/v1.5.5"}


def as_httpfs(address: str) -> bytes:
    """Fetch as httpfs does: HEAD, then ranges where there is a length, else the whole."""
    head = httpx.head(address, headers=HTTPFS)
    assert head.status_code == 200
    length = head.headers.get("Content-Length")
    if length is None:
        whole = httpx.get(address, headers=HTTPFS)
        assert whole.status_code == 200
        return whole.content
    end = int(length)
    parts = [(0, end // 2), (end // 2, end)]
    found = b""
    for start, stop in parts:
        part = httpx.get(address, headers={**HTTPFS, "Range": f"bytes={start}-{stop - 1}"})
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{end}"
        found += part.content
    return found
