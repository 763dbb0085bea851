"""Data frames by address: pandas, polars and DuckDB over answers, tables and files of releases."""

from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import duckdb
import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from httpfs import HTTPFS, as_httpfs
from three_releases import FIRST

COUNTS = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
MANY = "SELECT ?s ?p ?o ?q { ?s ?p ?o ; ?q ?r }"  # longer than what is answered in one piece
TABLE = f"/release/{FIRST}/download/claims"
LISTED = "/browse/claims.csv"


def asking(endpoint: str, query: str, fmt: str) -> str:
    return f"{endpoint}?{urlencode({'query': query, 'format': fmt})}"


@pytest.fixture(scope="module")
def total(endpoint: str) -> int:
    """Return how many statements the default graph has."""
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    rows = httpx.get(asking(endpoint, query, "json")).json()["results"]["bindings"]
    return int(rows[0]["n"]["value"])


# pandas: urllib without a header of its own


def test_pandas_reads_csv_by_address(endpoint: str, host: str, total: int) -> None:
    frame = pd.read_csv(asking(endpoint, COUNTS, "csv"))
    assert list(frame.columns) == ["p", "n"]
    assert frame["n"].dtype == "int64"
    assert frame["n"].sum() == total
    assert len(pd.read_csv(asking(endpoint, MANY, "csv"))) > total
    assert pd.read_csv(host + LISTED).columns[0] == "claim"
    assert pd.read_csv(f"{host}{TABLE}.csv", encoding="utf-8-sig").columns[0] == "iri"


def test_pandas_reads_parquet_and_arrow_with_their_types(
    endpoint: str, host: str, total: int
) -> None:
    frame = pd.read_parquet(asking(endpoint, COUNTS, "parquet"))
    assert frame["n"].dtype == "int64"
    assert frame["n"].sum() == total
    with urlopen(asking(endpoint, COUNTS, "arrow"), timeout=20) as answer:
        assert pa.ipc.open_stream(answer).read_pandas().equals(frame)
    assert len(pd.read_parquet(f"{host}{TABLE}.parquet"))


# polars 2.1: HEAD for the length, then GET of ranges; without either it gives up


def test_polars_scans_parquet_by_address(endpoint: str, host: str, total: int) -> None:
    frame = pl.scan_parquet(asking(endpoint, COUNTS, "parquet")).collect()
    assert frame.schema["n"] == pl.Int64
    assert frame["n"].sum() == total
    assert pl.scan_parquet(f"{host}{TABLE}.parquet").select(pl.len()).collect().item()


def test_polars_reads_csv_by_address(endpoint: str, host: str, total: int) -> None:
    assert pl.read_csv(asking(endpoint, COUNTS, "csv"))["n"].sum() == total
    assert pl.read_csv(host + LISTED).columns[0] == "claim"
    assert pl.read_csv(f"{host}{TABLE}.csv").columns[0] == "iri"


def test_polars_reads_what_another_client_fetched(endpoint: str, total: int) -> None:
    """A streamed answer has no length beforehand: it is fetched first, as the how-to says."""
    with urlopen(asking(endpoint, MANY, "csv"), timeout=20) as answer:
        assert len(pl.read_csv(answer.read())) > total


# DuckDB


def test_duckdb_reads_what_httpfs_fetches(
    endpoint: str, host: str, total: int, tmp_path: Path
) -> None:
    addresses = {
        "answer.parquet": asking(endpoint, COUNTS, "parquet"),
        "answer.csv": asking(endpoint, COUNTS, "csv"),
        "many.csv": asking(endpoint, MANY, "csv"),
        "table.csv": f"{host}{TABLE}.csv",
        "table.parquet": f"{host}{TABLE}.parquet",
        "listed.csv": host + LISTED,
    }
    with duckdb.connect() as database:
        for name, address in addresses.items():
            file = tmp_path / name
            file.write_bytes(as_httpfs(address))
            assert database.execute(f"SELECT count(*) > 0 FROM '{file}'").fetchone() == (True,)
        for name in ("answer.parquet", "answer.csv"):
            counted = database.execute(f"SELECT sum(n) FROM '{tmp_path / name}'").fetchone()
            assert counted == (total,)


@pytest.mark.parametrize("fmt", ["csv", "tsv", "json", "xml", "parquet", "arrow"])
def test_head_and_ranges_fit_together(endpoint: str, fmt: str) -> None:
    address = asking(endpoint, COUNTS, fmt)
    assert as_httpfs(address) == httpx.get(address).content
    assert "Content-Length" in httpx.head(address, headers=HTTPFS).headers
