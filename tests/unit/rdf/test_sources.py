"""Files as editors and enemies write them: read, or refused in a sentence that says what to do."""

# ruff: noqa: E501  # a file and what is said of it read best beside each other

import gzip
from pathlib import Path

import pytest

from partage.errors import RdfSyntaxError
from partage.rdf.reading import read
from partage.store.loading import load

TURTLE = '<urn:a> <urn:p> "é" .\n'
XML = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY e "http://e.example/"> {more} ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="&e;">
<rdf:Description rdf:about="&e;x"><e:p>{text}</e:p></rdf:Description></rdf:RDF>
"""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plain.ttl", TURTLE.encode()),
        ("marked.ttl", b"\xef\xbb\xbf" + TURTLE.encode()),
        ("marked.nt", b"\xef\xbb\xbf" + TURTLE.encode()),
        ("marked.nq.gz", gzip.compress(b"\xef\xbb\xbf" + TURTLE.encode())),
        ("CAPITAL.TTL.GZ", gzip.compress(TURTLE.encode())),
        ("entity.rdf", XML.format(more="", text="é").encode()),
        ("marked.rdf", b"\xef\xbb\xbf" + XML.format(more="", text="é").encode()),
    ],
)
def test_these_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert len(read(path)) == 1
    assert len(load([path])) == 1


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("utf16.ttl", TURTLE.encode("utf-16"), r"utf16.ttl:1:1: the file is in UTF-16"),
        ("latin.ttl", TURTLE.encode("latin-1"), r"latin.ttl:1:\d+: .*Save the file in UTF-8"),
        ("long.nt", b'<urn:a> <urn:p> "' + b"x" * 17_000_000 + b'" .', "longer than 16 MiB"),
        ("context.jsonld", b'{"@context": "http://e.example/c", "a": 1}', "nothing is fetched here"),
        ("cut.ttl.gz", gzip.compress(TURTLE.encode() * 1000)[:-20], "cannot be read"),
        ("no.ttl.gz", TURTLE.encode(), "cannot be read"),
        ("bomb.rdf", XML.format(more='<!ENTITY a "&e;&e;"> <!ENTITY b "&a;&a;">', text="&b;").encode(),
         "bomb.rdf:2: an entity may stand for"),
        ("blank.rdf", XML.format(more=f"<!ENTITY a '{'a' * 2000}'>", text="&a;").encode(), "1,000 characters"),
        ("file.rdf", XML.format(more='<!ENTITY a SYSTEM "file:///etc/passwd">', text="&a;").encode(),
         "not for a file"),
    ],
)  # fmt: skip
def test_these_are_refused_and_what_to_do_is_said(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(RdfSyntaxError, match=says):
        load([path])
    if not name.startswith("long"):  # only a loader bounds the length of a token
        with pytest.raises(RdfSyntaxError, match=says):
            read(path)


def test_reading_in_small_pieces_leaves_nothing_out(tmp_path: Path) -> None:
    path = tmp_path / "many.nt"
    path.write_text("".join(f'<urn:{n}> <urn:p> "{"é" * 50}" .\n' for n in range(2_000)))
    assert path.stat().st_size > 2 * 65_536
    assert len(read(path)) == len(load([path])) == len(load([path], named=True)) == 2_000
