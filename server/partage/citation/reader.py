"""What the graph tells of the things that a citation names: their facts and their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from partage.citation.model import LANGUAGES, NOTHING, BilingualText
from partage.rdf.namespaces import SPARQL_PREFIXES, iri
from partage.rdf.sparql_terms import iriref, values
from partage.store.engine import Engine, Query, Term

NAMING = ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "dct:description")
_ASKED = (
    *NAMING, "dct:issued", "dct:created", "dct:isVersionOf", "dct:publisher", "dct:isReplacedBy",
    "dct:isPartOf", "schema:creativeWorkStatus",
    "dcat:version", "owl:versionInfo", "owl:versionIRI", "owl:deprecated", "rdfs:comment",
    "skos:inScheme", "pav:version", "pav:previousVersion", "pav:hasCurrentVersion",
    "ds:assertedBy", "ds:reportedBy", "ds:citesWork", "ds:citedThrough", "ds:publisherName",
    "ds:locator", "ds:hasProvider", "ds:hasRecipient", "ds:principalCategory", "ds:hasParty",
    "prov:wasDerivedFrom", "prov:wasQuotedFrom", "schema:url",
    "oa:hasSource", "oa:hasSelector", "oa:start", "oa:end",
)  # fmt: skip
COMMA, AND = BilingualText(", ", ", "), BilingualText(" and ", " et ")


@dataclass(frozen=True, slots=True)
class CitationFacts:
    """The values of one thing's properties, which are named by their CURIEs."""

    values: Mapping[str, list[Term]] = field(default_factory=dict)

    def iris(self, *curies: str) -> tuple[str, ...]:
        """Return the things that some properties lead to, sorted, each once."""
        found = {
            term.value
            for curie in curies
            for term in self.values.get(iri(curie), ())
            if isinstance(term, NamedNode)
        }
        return tuple(sorted(found))

    def text(self, *curies: str) -> BilingualText:
        """Return the first property's text; one in neither language stands for both."""
        for curie in curies:
            found = [t for t in self.values.get(iri(curie), ()) if isinstance(t, Literal)]
            if found:
                by = {(t.language or "").lower(): t.value for t in sorted(found, key=str)}
                ours = BilingualText(by.get("en", ""), by.get("fr", ""))
                return ours or both(next(iter(by.values())))
        return NOTHING

    def plain(self, curie: str) -> str:
        """Return the text of a property in whatever language, empty where there is none."""
        return self.text(curie).said("en")

    @property
    def name(self) -> BilingualText:
        """What the thing is called."""
        return self.text(*NAMING)


@dataclass(frozen=True, slots=True)
class CitationReader:
    """Reads facts from one engine."""

    engine: Engine

    def facts(self, things: Iterable[str]) -> dict[str, CitationFacts]:
        """Return the facts of some things, whichever graphs they stand in."""
        found = {thing: CitationFacts({}) for thing in things}
        if not found:
            return {}
        asked = ", ".join(_ASKED)
        pattern = f"{values('s', found)} ?s ?p ?o FILTER(?p IN ({asked}))"
        told: dict[str, dict[str, list[Term]]] = {thing: {} for thing in found}
        for row in self._rows(f"{{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }}"):
            subject, predicate = row["s"], row["p"]
            assert isinstance(subject, NamedNode)
            assert isinstance(predicate, NamedNode)
            told[subject.value].setdefault(predicate.value, []).append(row["o"])
        return {thing: CitationFacts(of_thing) for thing, of_thing in told.items()}

    def names(self, things: Iterable[str]) -> dict[str, BilingualText]:
        """Return what things are called, after their identifiers where they have no name."""
        return {t: told.name or both(local(t)) for t, told in self.facts(things).items()}

    def exists(self, thing: str) -> bool:
        """Return whether the dataset says anything of a thing, or has a graph of its name."""
        name = iriref(thing)
        patterns = (
            f"{{ {name} ?p ?o }} UNION {{ GRAPH ?g {{ {name} ?p ?o }} }} "
            f"UNION {{ GRAPH {name} {{ ?s ?p ?o }} }}"
        )
        return self.engine.query(Query(f"ASK {{ {patterns} }}")).answer is True

    def graphs(self, names: Iterable[str]) -> list[Quad]:
        """Return the quads of some named graphs."""
        text = f"SELECT ?g ?s ?p ?o {{ {values('g', names)} GRAPH ?g {{ ?s ?p ?o }} }}"
        found = []
        for row in self.engine.query(Query(text)).solutions():
            subject, predicate, graph = row["s"], row["p"], row["g"]
            assert isinstance(subject, NamedNode | BlankNode)
            assert isinstance(predicate, NamedNode)
            assert isinstance(graph, NamedNode)
            found.append(Quad(subject, predicate, row["o"], graph))
        return found

    def _rows(self, pattern: str) -> list[Mapping[str, Term]]:
        text = f"{SPARQL_PREFIXES}SELECT DISTINCT ?s ?p ?o {{ {pattern} }}"
        return list(self.engine.query(Query(text)).solutions())


def both(text: str) -> BilingualText:
    """Return a text that is the same in both languages: a name, a number, an identifier."""
    return BilingualText(text, text)


def local(thing: str) -> str:
    """Return the last part of an IRI: `s0001`, `hasRecipient`."""
    return thing.rpartition("#")[2].rstrip("/").rpartition("/")[2]


def listed(words: Iterable[BilingualText]) -> BilingualText:
    """Return an enumeration: `a, b and c`, `a, b et c`."""
    *first, last = (*words,) or (NOTHING,)
    return joined((joined(first, COMMA), last), AND) if first else last


def joined(words: Iterable[BilingualText], separator: BilingualText) -> BilingualText:
    """Return words with a separator between them, in both languages."""
    items = list(words)
    return BilingualText(
        **{
            language: getattr(separator, language).join(item.said(language) for item in items)
            for language in LANGUAGES
        }
    )


def filled(pattern: BilingualText, *parts: BilingualText, **named: BilingualText) -> BilingualText:
    """Return a pattern with words in its places, in both languages."""
    return BilingualText(
        **{
            language: getattr(pattern, language).format(
                *(part.said(language) for part in parts),
                **{key: part.said(language) for key, part in named.items()},
            )
            for language in LANGUAGES
        }
    )
