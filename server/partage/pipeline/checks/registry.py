"""
The registry of identifiers: every IRI ever minted, append-only, with its status.

`data/registry/identifiers.tsv` has one row an IRI, in natural order. A row is never removed; only
`status`, `successor`, `reason` and a still empty `first_release` or `sha256` may change. Serials
are handed out by `allocate`, never chosen and never reused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from partage.errors import IdentifierError
from partage.rdf.namespaces import ID, PREFIXES, VOC

PATH = Path("data/registry/identifiers.tsv")
RETIRED = ("withdrawn", "merged")
STATUSES = ("active", "deprecated", *RETIRED)


@dataclass(frozen=True, slots=True)
class IdentifierKind:
    """A family of identifiers: where they live and how their last part is written."""

    name: str
    namespace: str
    local: str
    serial: str | None = None


SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
KINDS: dict[str, IdentifierKind] = {
    kind.name: kind
    for kind in (
        IdentifierKind("claim", ID + "claim/", r"c\d{4,}", serial="c"),
        IdentifierKind("version", ID + "claim/", r"c\d{4,}/v[1-9]\d*"),
        IdentifierKind("flow", ID + "flow/", r"f\d{4,}", serial="f"),
        IdentifierKind("agreement", ID + "agreement/", r"a\d{4,}", serial="a"),
        IdentifierKind("agreement-set", ID + "agreement-set/", r"x\d{4,}", serial="x"),
        IdentifierKind("source", ID + "source/", r"s\d{4,}", serial="s"),
        IdentifierKind("passage", ID + "passage/", r"p\d{4,}", serial="p"),
        IdentifierKind("org", ID + "org/", SLUG),
        IdentifierKind("person", ID + "person/", SLUG),
        IdentifierKind("set", ID + "set/", SLUG),
        IdentifierKind("feature", ID + "feature/", SLUG),
        IdentifierKind("agent", ID + "agent/", SLUG),
        IdentifierKind("scheme", VOC, SLUG),
        IdentifierKind("concept", VOC, f"{SLUG}/{SLUG}"),
        IdentifierKind("term", PREFIXES["ds"], r"[A-Za-z][A-Za-z0-9]*"),
    )
}


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One identifier; `sha256` is kept for claim versions only, once they are frozen."""

    iri: str
    kind: str
    minted: str
    first_release: str = ""
    status: str = "active"
    successor: str = ""
    reason: str = ""
    sha256: str = ""


HEADER = tuple(field.name for field in fields(RegistryRow))


def kind_of(iri: str) -> str | None:
    """Return the kind whose pattern the IRI matches, or None."""
    for kind in KINDS.values():
        local = iri.removeprefix(kind.namespace)
        if local != iri and re.fullmatch(kind.local, local):
            return kind.name
    return None


def read_registry(path: Path) -> list[RegistryRow]:
    """
    Read the registry.

    Raises
    ------
    IdentifierError
        The file is missing, or a line has not the registry's columns.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise IdentifierError(f"{path} cannot be read: {error}") from error
    if not lines or tuple(lines[0].split("\t")) != HEADER:
        raise IdentifierError(f"{path}:1: the header must read {' '.join(HEADER)}, tab-separated.")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(HEADER):
            raise IdentifierError(
                f"{path}:{number}: {len(cells)} columns, expected {len(HEADER)} separated by tabs."
            )
        rows.append(RegistryRow(*cells))
    return rows


def format_registry(rows: Iterable[RegistryRow]) -> str:
    """Return the registry's text: header, then rows in natural order."""
    lines = ["\t".join(HEADER)]
    lines += ["\t".join(getattr(row, name) for name in HEADER) for row in sorted(rows, key=order)]
    return "\n".join(lines) + "\n"


def order(row: RegistryRow) -> tuple[object, ...]:
    """Sort rows by kind of text, with numbers by their value."""
    return tuple(int(t) if t.isdigit() else t for t in re.split(r"(\d+)", row.iri))


def allocate(
    rows: Sequence[RegistryRow], kind: str, today: str, *, count: int = 1, slugs: Sequence[str] = ()
) -> list[RegistryRow]:
    """
    Mint new identifiers: the next `count` serials of `kind`, or the given slugs.

    A new claim comes with its first version; a slug of kind `version` adds the next version of
    the claim it names (`c0024`). `today` is an ISO date.

    Raises
    ------
    IdentifierError
        The kind is unknown, a slug is malformed or was minted before.
    """
    if kind not in KINDS:
        raise IdentifierError(f"No kind of identifier is called {kind!r}: use {', '.join(KINDS)}.")
    family = KINDS[kind]
    taken = {row.iri for row in rows}
    if family.serial:
        last = max((_serial(row.iri) for row in rows if row.kind == kind), default=0)
        locals_ = [f"{family.serial}{last + n:04d}" for n in range(1, count + 1)]
    elif kind == "version":
        locals_ = [_next_version(claim, taken) for claim in slugs]
    else:
        locals_ = list(slugs)
    if not locals_:
        raise IdentifierError(f"Identifiers of kind {kind!r} are named: give at least one name.")
    minted = []
    for local in locals_:
        iri = family.namespace + local
        if not re.fullmatch(family.local, local):
            raise IdentifierError(f"{local!r} is no name for kind {kind!r}: write {family.local}")
        if iri in taken:
            raise IdentifierError(f"<{iri}> was minted before; identifiers are never reused.")
        minted.append(RegistryRow(iri, kind, today))
        if kind == "claim":
            minted.append(RegistryRow(iri + "/v1", "version", today))
    return minted


def _serial(iri: str) -> int:
    return int(re.sub(r"\D", "", iri.rpartition("/")[2]))


def _next_version(claim: str, taken: set[str]) -> str:
    iri = KINDS["claim"].namespace + claim
    if iri not in taken:
        raise IdentifierError(f"There is no claim {claim!r} to give a new version to.")
    number = 1
    while f"{iri}/v{number}" in taken:
        number += 1
    return f"{claim}/v{number}"


def freeze(rows: Iterable[RegistryRow], digests: Mapping[str, str]) -> list[RegistryRow]:
    """Record the digest of every claim version that has none yet."""
    return [
        replace(row, sha256=digests[row.iri])
        if row.kind == "version" and not row.sha256 and row.iri in digests
        else row
        for row in rows
    ]


def retained(before: Iterable[RegistryRow], after: Iterable[RegistryRow]) -> list[str]:
    """
    Return how `after` breaks the promise that `before` made: nothing vanishes, nothing changes.

    Only the status (onward from active), its successor and reason, and a still empty
    `first_release` or `sha256` may change.
    """
    now = {row.iri: row for row in after}
    found = []
    for old in before:
        new = now.get(old.iri)
        if new is None:
            found.append(f"{old.iri}: vanished from the registry; put the row back.")
            continue
        found += [
            f"{old.iri}: its {name} changed; only an empty one may be filled."
            for name in ("kind", "minted", "first_release", "sha256")
            if getattr(old, name) not in ("", getattr(new, name))
        ]
        if old.status in RETIRED and new.status != old.status:
            found.append(f"{old.iri}: {old.status} before, {new.status} now; mint a new one.")
    return found


def check(
    rows: Sequence[RegistryRow],
    used: set[str],
    digests: Mapping[str, str],
    current: set[str] | None = None,
) -> list[str]:
    """
    Return what is wrong, each finding with what to do; nothing when all is well.

    `used` are the IRIs without fragment that the data, vocabulary and ontology speak of, `current`
    those of them that not only superseded claim versions speak of (None: all); `digests` the
    SHA-256 of each claim version as it would be published.
    """
    still = (used if current is None else current) | digests.keys()
    found = [*_check_rows(rows), *_check_use(rows, used, still)]
    found += [
        f"{row.iri}: its content changed after it was frozen; undo the change and write a new "
        f"version (`partage ids allocate version {_claim(row.iri)}`)."
        for row in rows
        if row.sha256
        and digests.get(row.iri) != row.sha256
        and (row.status not in RETIRED or row.iri in digests)
    ]
    return found


def _check_rows(rows: Sequence[RegistryRow]) -> Iterator[str]:
    """Check the registry by itself."""
    known: set[str] = set()
    everything = {row.iri for row in rows}
    for row in rows:
        if row.iri in known:
            yield f"{row.iri}: registered twice; keep the first row."
        known.add(row.iri)
        if row.kind != kind_of(row.iri):
            yield f"{row.iri}: not an identifier of kind {row.kind!r}."
        if row.status not in STATUSES:
            yield f"{row.iri}: unknown status {row.status!r}; use {', '.join(STATUSES)}."
        if row.status == "merged" and row.successor not in everything:
            yield f"{row.iri}: merged into nothing; name a registered successor."
        if row.status in RETIRED and not row.reason:
            yield f"{row.iri}: {row.status} without a reason; write one."
    if list(rows) != sorted(rows, key=order):
        yield f"{PATH}: rows are out of order; run `partage ids check --write`."


def _check_use(rows: Sequence[RegistryRow], used: set[str], still: set[str]) -> Iterator[str]:
    """Check the registry against what the files speak of; superseded versions cannot change."""
    status = {row.iri: row.status for row in rows}
    for iri in sorted(used):
        if kind_of(iri) is None:
            yield f"{iri}: no kind of identifier is written like this; see docs/glossary.md."
        elif iri not in status:
            yield f"{iri}: used but not registered; mint it with `partage ids allocate`."
        elif status[iri] in RETIRED and iri in still:
            yield f"{iri}: {status[iri]}, yet still used; use its successor."
    for iri, standing in status.items():
        if standing == "active" and iri not in used:
            yield f"{iri}: registered as active but nothing speaks of it; withdraw it."


def _claim(version: str) -> str:
    return version.removeprefix(KINDS["claim"].namespace).partition("/")[0]


def mentioned(iris: Iterable[str]) -> set[str]:
    """Keep the IRIs that the registry should know, without their fragments."""
    kept = set()
    for iri in iris:
        whole = iri if iri.startswith(PREFIXES["ds"]) else iri.partition("#")[0]
        if whole.startswith((ID, VOC, PREFIXES["ds"])) and whole not in (ID, VOC, PREFIXES["ds"]):
            kept.add(whole)
    return kept
