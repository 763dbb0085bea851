"""
What things are called, in the reader's language: the one function that answers it.

A thing without a label of its own is called after its parts (a flow after who gives what to whom);
failing that, after its identifier.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import ref

from pyoxigraph import Literal, NamedNode, Quad

from partage.caching import BoundedCache
from partage.rdf.namespaces import BASE, ID, curie, iri
from partage.rdf.sparql_terms import iriref, is_iri, values
from partage.resources.description.describe import ask
from partage.resources.pages.external_terms import WORDS
from partage.store.engine import Engine, Term

NAMING = tuple(
    iri(name)
    for name in (
        "skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "schema:name", "dct:description",
    )
)  # fmt: skip
COMPOSING = tuple(
    iri(name)
    for name in (
        "ds:hasProvider", "ds:hasRecipient", "ds:principalCategory", "ds:hasParty", "ds:stateKind",
        "oa:hasSource",
    )
)  # fmt: skip
# What names a thing for programs, in whatever language.
NAMES = NAMING[:3]
LONGEST = 160
BATCH = 400
# Datasets do not change while they are served: what things of an engine are called is kept.
LABELS = BoundedCache(12_000_000, "labels")


@dataclass(frozen=True, slots=True)
class Label:
    """A name and its language; `known` when the dataset tells more of the thing."""

    text: str
    language: str = ""
    known: bool = True


class Labels(Mapping[str, Label]):
    """The labels of some IRIs; any other IRI is called after itself."""

    def __init__(self, found: dict[str, Label]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> Label:
        """Return the label of an IRI, whatever it is."""
        return self._found.get(name) or Label(fallback(name), known=False)

    def with_names(self, others: Mapping[str, Label]) -> "Labels":
        """Return these labels with those of things that the dataset does not know."""
        return Labels({**self._found, **others})

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def labels(engine: Engine, iris: Iterable[str], languages: Sequence[str]) -> Labels:
    """Return what each IRI is called, in the first of the languages that has a name for it."""
    wanted = {name for name in iris if is_iri(name)}
    of = ref(engine), tuple(languages)
    kept: dict[str, Label | None] = {name: LABELS.find((*of, name)) for name in wanted}
    new = _found(engine, sorted(name for name in kept if kept[name] is None), languages)
    for name, label in new.items():
        LABELS.put((*of, name), label)
    return Labels({name: label or new[name] for name, label in kept.items()})


def _found(engine: Engine, iris: Sequence[str], languages: Sequence[str]) -> dict[str, Label]:
    """Return the label of each IRI: its name, one made of its parts, a word of ours, or itself."""
    found = _named(engine, iris, languages)
    composed = _composed(engine, [name for name in iris if name not in found], languages)
    named = found | composed
    # Ours have a page at their own address; of others it must be known whether there is one.
    foreign = [name for name in iris if name not in named and not name.startswith(BASE)]
    described = _described(engine, foreign)
    words = {
        name: Label(
            WORDS[name].get(languages[0], WORDS[name]["en"]), languages[0], name in described
        )
        for name in foreign
        if name in WORDS
    }
    itself = {name: Label(fallback(name), known=name in described) for name in iris}
    return itself | named | words


def names(engine: Engine, quads: Sequence[Quad]) -> list[Quad]:
    """Return the names, in all languages, of those things of ours that some quads mention."""
    mentioned = {
        node.value
        for quad in quads
        for node in (quad.subject, quad.object)
        if isinstance(node, NamedNode) and node.value.startswith(BASE) and is_iri(node.value)
    }
    told = frozenset(quads)
    found = (
        Quad(NamedNode(thing), NamedNode(NAMES[number]), name)
        for thing, number, name in _rows(engine, sorted(mentioned), NAMES)
        if isinstance(name, Literal)
    )
    return [quad for quad in found if quad not in told]


def fallback(name: str) -> str:
    """Return a readable form of an IRI: `flow f0012`, `state (claim c0001)`, a CURIE, or itself."""
    if name.startswith(ID):
        kind, _, local = name.removeprefix(ID).partition("/")
        local, _, part = local.partition("#")
        named = f"{kind} {local}"
        return f"{part} ({named})" if part else named
    return curie(name) or name.removeprefix(BASE)


def _described(engine: Engine, wanted: Sequence[str]) -> frozenset[str]:
    """Return those that the dataset says something about, though it names them not."""
    found: set[str] = set()
    for start in range(0, len(wanted), BATCH):
        given = values("iri", wanted[start : start + BATCH])
        pattern = "{ ?iri ?p ?o } UNION { GRAPH ?g { ?iri ?p ?o } }"
        rows = ask(engine, f"SELECT DISTINCT ?iri {{ {given} {pattern} }}")
        found.update(str(getattr(row["iri"], "value", "")) for row in rows)
    return frozenset(found)


def _named(engine: Engine, wanted: Sequence[str], languages: Sequence[str]) -> dict[str, Label]:
    rows = _rows(engine, wanted, NAMING)
    # A dataset may keep everything in named graphs.
    missing = sorted(set(wanted) - {thing for thing, _, _ in rows})
    rows += _rows(engine, missing, NAMING, "GRAPH ?g ")
    ranked: dict[str, tuple[tuple[int, int, str], Label]] = {}
    for thing, number, label in rows:
        if not isinstance(label, Literal):
            continue
        language = (label.language or "").lower()
        known = languages.index(language) if language in languages else len(languages)
        rank = (number, known, label.value)
        if thing not in ranked or rank < ranked[thing][0]:
            ranked[thing] = (rank, Label(_shortened(label.value), language))
    return {name: label for name, (_, label) in ranked.items()}


def _composed(engine: Engine, wanted: Sequence[str], languages: Sequence[str]) -> dict[str, Label]:
    rows = [
        (thing, number, part.value)
        for thing, number, part in _rows(engine, wanted, COMPOSING)
        if isinstance(part, NamedNode)
    ]
    names = _named(engine, sorted({part for _, _, part in rows}), languages)
    parts: dict[str, dict[int, list[str]]] = {}
    for thing, number, part in rows:
        if part in names:
            parts.setdefault(thing, {}).setdefault(number, []).append(names[part].text)
    found = {thing: _phrase(by_number) for thing, by_number in parts.items()}
    return {
        thing: Label(_shortened(text), languages[0], known=False)
        for thing, text in found.items()
        if text
    }


def _rows(
    engine: Engine, wanted: Sequence[str], predicates: Sequence[str], graph: str = ""
) -> list[tuple[str, int, Term]]:
    """Return (thing, position of the predicate, value) for every value of the predicates."""
    rows: list[tuple[str, int, Term]] = []
    # One UNION branch a predicate: the engine looks each up, eight times faster than VALUES.
    branches = " UNION ".join(
        f"{{ ?iri {iriref(predicate)} ?value BIND({number} AS ?n) }}"
        for number, predicate in enumerate(predicates)
    )
    for start in range(0, len(wanted), BATCH):
        given = values("iri", wanted[start : start + BATCH])
        for row in ask(engine, f"SELECT * {{ {given} {graph}{{ {branches} }} }}"):
            thing, number = row["iri"], row["n"]
            if isinstance(thing, NamedNode) and isinstance(number, Literal):
                rows.append((thing.value, int(number.value), row["value"]))
    return rows


def _phrase(parts: dict[int, list[str]]) -> str:
    """Say `Facebook → Netflix: private messages`, `Facebook / Netflix`, or the one part."""
    provider, recipient, category, party, state, source = (
        " + ".join(sorted(parts.get(number, ()))) for number in range(len(COMPOSING))
    )
    if provider and recipient:
        return f"{provider} → {recipient}" + (f": {category}" if category else "")
    if party:
        return party.replace(" + ", " / ")
    return state or source


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
