"""From what an operator asks for to an open engine."""

from dataclasses import dataclass
from pathlib import Path

from partage.errors import SettingsError
from partage.settings import Settings
from partage.store.embedded import EmbeddedEngine
from partage.store.engine import Engine
from partage.store.loading import Report, check, load, silent

DATASET = "dataset.nq.gz"


@dataclass(frozen=True, slots=True)
class EngineSource:
    """
    Where the dataset comes from: files to hold in memory, or else a store directory.

    A value that can be handed to another process, where the engine is then opened.
    """

    files: tuple[Path, ...] = ()
    store: Path | None = None
    release: Path | None = None

    @property
    def shareable(self) -> bool:
        """Say whether several processes may each open it at little cost."""
        return not self.files or self.release is not None


def choose_source(
    settings: Settings, files: tuple[Path, ...] = (), store: Path | None = None
) -> EngineSource:
    """
    Return the source that was asked for: RDF files, a store directory, else the built release.

    Raises
    ------
    SettingsError
        It is not there, or of no known format; nothing has been opened yet.
    """
    if files:
        check(files)
        return EngineSource(files=tuple(file.resolve() for file in files))
    if store is not None:
        return EngineSource(store=store.resolve())
    dataset = settings.release / DATASET
    if not dataset.is_file():
        raise SettingsError(
            f"There is no release in {settings.release} yet. Run `partage build` (or `make run`) "
            "first; or serve RDF files of your own with `partage serve --load FILE…`."
        )
    release = settings.release.resolve()
    return EngineSource(files=(release / DATASET,), release=release)


def open_engine(source: EngineSource, progress: Report = silent) -> Engine:
    """
    Open the engine over a source.

    Raises
    ------
    RdfSyntaxError
        A file does not parse.
    EngineUnavailable
        The directory holds no store.
    """
    if source.store is not None:
        return EmbeddedEngine.read_only(source.store)
    return EmbeddedEngine(load(source.files, progress=progress))
