"""Files as editors and enemies write them: read, or refused in a sentence that says what to do."""

# ruff: noqa: E501  # a file and what is said of it read best beside each other

import gzip
import os
from pathlib import Path
from typing import IO

import pytest
from pyoxigraph import RdfFormat

from partage.errors import RdfSyntaxError
from partage.rdf.input_files import open_rdf_file
from partage.rdf.parsing import read_rdf
from partage.store.embedded.loading import load

TURTLE = '<urn:a> <urn:p> "é" .\n'
XML = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY e "http://e.example/"> {more} ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="&e;">
<rdf:Description rdf:about="&e;x"><e:p>{text}</e:p></rdf:Description></rdf:RDF>
"""
BOMB = XML.format(
    more='<!ENTITY a0 "aaaaaaaaaa">\n' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)
    ), text="&a8;",
)  # fmt: skip


def damaged() -> bytes:
    """Return a compressed file with a block of a kind that there is not."""
    data = bytearray(gzip.compress(TURTLE.encode(), mtime=0))
    data[10] |= 0b110
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plain.ttl", TURTLE.encode()),
        ("marked.ttl", b"\xef\xbb\xbf" + TURTLE.encode()),
        ("marked.nt", b"\xef\xbb\xbf" + TURTLE.encode()),
        ("marked.nq.gz", gzip.compress(b"\xef\xbb\xbf" + TURTLE.encode(), mtime=0)),
        ("CAPITAL.TTL.GZ", gzip.compress(TURTLE.encode(), mtime=0)),
        ("entity.rdf", XML.format(more="", text="é").encode()),
        ("nested.rdf", XML.format(more='<!ENTITY n "&e;ns#">', text="&n;").encode()),
        ("deep.nt", f'<urn:a> <urn:p> "{"<<(" * 2_000}" .\n'.replace("<<(", "<<( )>>").encode()),
        ("marked.rdf", b"\xef\xbb\xbf" + XML.format(more="", text="é").encode()),
    ],
)
def test_these_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert len(read_rdf(path)) == 1
    assert len(load([path])) == 1


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("utf16.ttl", TURTLE.encode("utf-16"), r"utf16.ttl:1:1: the file is in UTF-16"),
        ("latin.ttl", TURTLE.encode("latin-1"), r"latin.ttl:1:\d+: .*Save the file in UTF-8"),
        ("nbsp.ttl", "<urn:a>\xa0<urn:p> 1 .".encode(), r"nbsp.ttl:1:\d+: .*U\+00A0 NO-BREAK SPACE"),
        ("long.nt", b'<urn:a> <urn:p> "' + b"x" * 17_000_000 + b'" .', "longer than 16 MiB"),
        ("context.jsonld", b'{"@context": "http://e.example/c", "a": 1}', "nothing is fetched here"),
        ("cut.ttl.gz", gzip.compress(TURTLE.encode() * 1000, mtime=0)[:-20], "cut off or damaged"),
        ("no.ttl.gz", TURTLE.encode(), "cannot be read"),
        ("bomb.rdf", BOMB.encode(), "bomb.rdf:5:\\d+: its entities make it more than 100 times as long"),
        ("late.rdf", BOMB.replace("<!DOC", f"<!--{'x' * 70_000}--><!DOC").encode(), "its entities make it"),
        ("flat.rdf", XML.format(more=f"<!ENTITY a '{'a' * 2_000}'>", text="&a;" * 200_000).encode(), "its entities make"),
        ("file.rdf", XML.format(more='<!ENTITY a SYSTEM "file:///etc/passwd">', text="&a;").encode(), "file.rdf:2:.*not for a file"),
        ("deep.rdf", XML.format(more="", text="<e:A><e:p>" * 501).encode(), "deep.rdf:4:.*1,000 deep"),
        ("broken.rdf", XML.format(more="", text="<e:p>").encode(), "broken.rdf:4:.*mismatched tag"),
        ("deep.ttl", f"<urn:a> <urn:p> {'<<( <urn:a> <urn:p> ' * 1_001}".encode(), "1,000 deep"),
        ("deep.nt", f"<urn:a> <urn:p> {'<<( <urn:a> <urn:p> ' * 100_000}".encode(), "1,000 deep"),
        ("bomb.nt.gz", gzip.compress(b"<urn:a> <urn:p> <urn:a> ." + b" " * 600_000 + b"\n", mtime=0) * 200, "more than 200 times its size"),
        ("damaged.nt.gz", damaged(), "cut off or damaged"),
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
            read_rdf(path)


def test_reading_in_small_pieces_leaves_nothing_out(tmp_path: Path) -> None:
    path = tmp_path / "many.nt"
    path.write_text("".join(f'<urn:{n}> <urn:p> "{"é" * 50}" .\n' for n in range(2_000)))
    assert path.stat().st_size > 2 * 65_536
    assert len(read_rdf(path)) == len(load([path])) == len(load([path], keep_labels=True)) == 2_000


def test_a_term_that_is_too_long_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "long.nt"
    path.write_bytes(b"<urn:a> <urn:p> <urn:a> .\n" * 3 + b'<urn:a> <urn:p> "' + b"x" * 17_000_000)
    with pytest.raises(RdfSyntaxError, match=r"long.nt:4: "):
        load([path])


def test_many_lines_with_open_marks_are_no_nest(tmp_path: Path) -> None:
    path = tmp_path / "text.nt"
    path.write_text("".join(f'<urn:a> <urn:p> "cout <<({n})" .\n' for n in range(3_000)))
    assert len(read_rdf(path)) == 3_000


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.ttl"
    os.mkfifo(path)
    with pytest.raises(RdfSyntaxError, match="no regular file"):
        read_rdf(path)


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "log.nt"
    path.write_text("<urn:a> <urn:p> <urn:a> .\n")

    def append(raw: IO[bytes]) -> IO[bytes]:
        with path.open("a") as more:
            more.write("<urn:b> <urn:p> <urn:b> .\n")
        return raw

    with (
        pytest.raises(RdfSyntaxError, match="changed while it was read"),
        open_rdf_file(path, RdfFormat.N_TRIPLES, append) as source,
    ):
        source.read()
