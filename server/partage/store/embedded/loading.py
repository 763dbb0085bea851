"""
Loading RDF files into a store, in memory or on disk.

Formats come from the file names, also of `.gz` files; a dataset keeps its graphs, triples go to the
default graph. Each file is parsed whole by the engine, which reads at its own speed.
"""

import io
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from pyoxigraph import RdfFormat, Store, parse

from partage.errors import SettingsError
from partage.rdf.by_value import value_changes
from partage.rdf.formats import GRAPH_FORMATS, by_path
from partage.rdf.input_files import open_rdf_file

READ_SIZE = 1 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far the loading of one file has come."""

    file: Path
    read: int
    size: int


ReportLoading = Callable[[LoadProgress], None]


def silent(_: LoadProgress) -> None:
    """Report nothing."""


def check(files: Iterable[Path]) -> None:
    """
    Refuse what can be refused before anything is loaded: missing files, unknown endings.

    Raises
    ------
    SettingsError
        A file does not exist or its name tells no RDF format.
    """
    for file in files:
        if not file.is_file():
            raise SettingsError(f"{file} is no file. Check the path.")
        _format(file)


def load(
    files: Iterable[Path],
    target: Path | None = None,
    progress: ReportLoading = silent,
    *,
    keep_labels: bool = False,
) -> Store:
    """
    Load files into a new store in memory, or into the store in the directory `target`.

    What the engine does not keep as it is written is said in the log, once a file for each kind of
    change. A single file of lines, that of a release, may keep the names of its blank nodes: see
    `load_named`; its literals were told of when it was built.

    Raises
    ------
    RdfSyntaxError
        A file does not parse; what was loaded before it stays loaded.
    SettingsError
        A file is missing or has an unknown ending, or `target` cannot hold a store, or not so
        much.
    """
    files = tuple(files)
    check(files)
    try:
        store = Store() if target is None else Store(str(target))
        for file in files:
            _load(store, file, progress, keep_labels)
        if target is not None:
            store.flush()
            store.optimize()
    except OSError as error:
        raise SettingsError(
            f"{target} cannot hold a store ({error}). Choose an empty or new directory with room "
            "enough, and stop other programs that write to it."
        ) from error
    return store


def load_with_blank_node_labels(store: Store, lines: IO[bytes]) -> None:
    """
    Load N-Quads into an empty store, their blank nodes under the names that they have.

    The engine gives every blank node a name by chance. A release has few, all named by RDFC-1.0;
    kept, they make every copy of it answer with the same bytes, wherever its store was made.
    """
    deferred = _DeferredLines(lines)
    store.bulk_load(cast("IO[bytes]", deferred), RdfFormat.N_QUADS)
    store.bulk_extend(parse(b"".join(deferred.blank), RdfFormat.N_QUADS))


def _load(store: Store, file: Path, progress: ReportLoading, keep_labels: bool) -> None:
    size = file.stat().st_size
    form = _format(file)

    def counted(raw: IO[bytes]) -> IO[bytes]:
        return cast("IO[bytes]", _ProgressReader(raw, file, size, progress))

    with open_rdf_file(file, form, counted) as source:
        if keep_labels:
            load_with_blank_node_labels(store, source)
        else:
            # Relative IRIs resolve against the file, as RDF 1.1 reads a retrieved document.
            store.bulk_load(source, form, base_iri=file.resolve().as_uri())
    if not keep_labels:
        for change in value_changes(file):
            log.warning("%s", change)
    progress(LoadProgress(file, size, size))


def _format(file: Path) -> RdfFormat:
    fmt = by_path(file)
    if fmt is None or fmt.rdf is None:
        endings = ", ".join(f".{known.extension}" for known in GRAPH_FORMATS)
        raise SettingsError(
            f"The name {file.name} tells no RDF format. Use one of {endings} (or .gz)."
        )
    return fmt.rdf


class _ProgressReader:
    """As much of a binary file as its readers use; it reports how much was read."""

    def __init__(self, raw: IO[bytes], file: Path, size: int, progress: ReportLoading) -> None:
        self._raw = raw
        self._file = file
        self._size = size
        self._progress = progress
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        data = self._raw.read(size)
        before, self._read = self._read, self._read + len(data)
        if before // READ_SIZE != self._read // READ_SIZE:
            self._progress(LoadProgress(self._file, self._read, self._size))
        return data


class _DeferredLines:
    """A file of lines without those that may name a blank node, which it holds back."""

    def __init__(self, lines: IO[bytes]) -> None:
        self.blank: list[bytes] = []
        self._lines = lines
        self._ready = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        while not (data := self._ready.read(size)):
            block = self._lines.read(READ_SIZE)
            if not block:
                return b""
            block += self._lines.readline()
            if b"_:" in block:
                lines = block.splitlines(keepends=True)
                self.blank += (line for line in lines if b"_:" in line)
                block = b"".join(line for line in lines if b"_:" not in line)
            self._ready = io.BytesIO(block)
        return data
