"""The kinds of things of ours that are cited: what their records are called and titled."""

import re
from dataclasses import dataclass

from partage.citation.model import BilingualText
from partage.rdf.namespaces import BASE, PREFIXES


@dataclass(frozen=True, slots=True)
class RecordKind:
    """
    One kind of thing: `local` matches what follows the base in its IRIs.

    `title` is filled with the thing's `name`, its `local` name, and for a claim its `who`.
    """

    key: str
    local: re.Pattern[str]
    genre: BilingualText
    title: BilingualText


_SEGMENT = r"[A-Za-z0-9._~-]+"
_VERSIONED = re.compile(re.escape(BASE) + rf"release/(?P<version>{_SEGMENT})(?:/(?P<rest>.*))?")
# Documents about what is not below `id/`.
OUTSIDE = ("voc", "graph", "ns")
# A star is one segment of a path.
_TABLE = """
dataset | | dataset | jeu de données | {name} | {name}
release | release/* | dataset | jeu de données | {name} | {name}
ontology | ns | ontology | ontologie | {name} | {name}
term | ns#* | ontology term | terme d’ontologie | {name} (ds:{local}) | {name} (ds:{local})
scheme | voc/* | concept scheme | schéma de concepts | {name} | {name}
concept | voc/*/* | concept | concept | {name} | {name}
graph | graph/* | named graph | graphe nommé | Named graph “{local}” | Graphe nommé « {local} »
organization | id/org/* | organization record | fiche d’organisation | {name} | {name}
person | id/person/* | person record | fiche de personne | {name} | {name}
set | id/set/* | record of a set of parties | fiche d’un ensemble de parties | {name} | {name}
feature | id/feature/* | feature record | fiche de fonction | {name} | {name}
agent | id/agent/* | agent record | fiche d’agent | {name} | {name}
agreement | id/agreement/* | agreement record | fiche d’accord | Agreement {local}: {name} | Accord {local} : {name}
agreement set | id/agreement-set/* | agreement set record | fiche d’un ensemble d’accords | {name} | {name}
flow | id/flow/* | data flow record | fiche de flux de données | Data flow {local}: {name} | Flux de données {local} : {name}
claim | id/claim/* | claim record | fiche d’assertion | {name} ({who}) | {name} ({who})
version | id/claim/*/* | claim record | fiche d’assertion | {name} ({who}) | {name} ({who})
source | id/source/* | source record | fiche de source | Source {local}: {name} | Source {local} : {name}
passage | id/passage/* | passage record | fiche de passage | Passage {local}: {name} | Passage {local} : {name}
"""  # noqa: E501  # a row is one line


def _kind(line: str) -> RecordKind:
    key, local, *words = (cell.strip() for cell in line.split("|"))
    genre_en, genre_fr, title_en, title_fr = words
    return RecordKind(
        key,
        re.compile(local.replace("*", _SEGMENT)),
        BilingualText(genre_en, genre_fr),
        BilingualText(title_en, title_fr),
    )


KINDS = tuple(_kind(line) for line in _TABLE.strip().splitlines())


def kind_of(iri: str) -> RecordKind | None:
    """Return the kind of a thing by its IRI; None for what cannot be cited."""
    local = iri.removeprefix(BASE)
    if not iri.startswith(BASE):
        return None
    return next((kind for kind in KINDS if kind.local.fullmatch(local)), None)


def whole(iri: str) -> str:
    """Return what a node within something belongs to (`c0001#state` to `c0001`), else the IRI."""
    return iri if iri.startswith(BASE + "ns#") else iri.partition("#")[0]


def unversioned(iri: str) -> tuple[str, str | None]:
    """Return the thing and the release that a versioned IRI names: `…/release/2026.11.0/id/x`."""
    found = _VERSIONED.fullmatch(iri)
    if found is None:
        return iri, None
    return (BASE + found["rest"] if found["rest"] else iri), found["version"]


def named(text: str) -> str:
    """
    Return the IRI that a person means: an IRI, a CURIE (`c:c0001`) or a path (`/doc/claim/c0001`).

    What is none of these comes back as it is.
    """
    prefix, colon, rest = text.partition(":")
    if text.startswith(BASE) or rest.startswith("//"):
        return text
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + rest
    path = text.removeprefix("/")
    document = path.removeprefix("doc/")
    if document == path:
        return BASE + path
    return BASE + ("" if document.partition("/")[0] in OUTSIDE else "id/") + document
