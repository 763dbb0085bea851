"""
What may have been meant by patterns that find nothing.

A suggestion is tried before it is made: it is a piece of text that could stand instead, and the
pattern finds something with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyoxigraph import NamedNode

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.sparql.diagnosis.join_graph import EmptyPoint, JoinReport, PatternCount, scoped
from partage.sparql.diagnosis.pattern_counts import PatternCounter
from partage.sparql.diagnosis.term_suggestions import Role, TermSuggestions, split
from partage.sparql.syntax.names import NamedIri, Names
from partage.sparql.syntax.tree import Pattern, Term
from partage.store.engine import Solution
from partage.store.engine import Term as RdfTerm

HintKind = Literal[
    "namespace", "term", "unknown", "language", "datatype", "case", "space", "part", "wants-iri",
    "wants-literal", "swapped", "other-graph", "default-graph", "instance", "sample", "property",
    "class", "form", "unbound", "filter-case", "filter-text", "filter-language", "filter-number",
    "limit", "offset", "having", "values", "together",
]  # fmt: skip
Edits = tuple[tuple[int, int, str], ...]
TYPE = f"<{iri('rdf:type')}>"
# Hints beyond these are no help.
MOST = 8
MOST_SUSPECTS = 4
MOST_SHOWN = 3
MANY = 1_000_000
ANY = "?partageprobe_any"
NAMING = ", ".join(iriref(iri(name)) for name in ("skos:prefLabel", "skos:altLabel", "rdfs:label"))


@dataclass(frozen=True, slots=True)
class PatternHint:
    """What may be wrong at a place, and what could stand there instead."""

    kind: HintKind
    start: int
    facts: Mapping[str, str] = field(default_factory=dict)
    suggestion: str | None = None
    edits: Edits = ()
    # Whether the query has results with it; None where that was not tried.
    mends: bool | None = None


def corrected(text: str, edits: Edits) -> str:
    """Return a query with pieces of it replaced."""
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def triple_hints(
    prober: PatternCounter, report: JoinReport, spelling: TermSuggestions
) -> list[PatternHint]:
    """Return what may be wrong with triple patterns: the one that empties the query first."""
    finder = _Finder(prober, spelling, Names(prober.tree))
    found: list[PatternHint] = []
    ended = [one for e in (report.emptied,) if e for one in (e.branches or (e,))]
    culprits = {id(one.element) for one in ended}
    empty = [place for place in report.places if place.element.terms and place.count == 0]
    empty.sort(key=lambda place: id(place.element) not in culprits)
    for place in empty[:MOST_SUSPECTS]:
        found += finder.alone(place)
    for one in ended:
        if one.element is not None and one.element.terms and not _alone(report, one.element):
            found += finder.joined(one.element, one)
    return found


def _alone(report: JoinReport, element: Pattern) -> bool:
    return any(place.count == 0 for place in report.places if place.element is element)


class _Finder:
    def __init__(self, prober: PatternCounter, spelling: TermSuggestions, names: Names) -> None:
        self.prober = prober
        self.spelling = spelling
        self.names = names
        self._slips: dict[str, PatternHint | None] = {}

    def alone(self, place: PatternCount) -> list[PatternHint]:
        """Return what may be wrong with a triple pattern that finds nothing by itself."""
        for check in (self._namespaces, self._unknown, self._graphs, self._literal, self._wants,
                      self._swapped, self._instance, self._property, self._sample):  # fmt: skip
            if found := list(check(place)):
                return found[:MOST_SHOWN]
        return []

    def joined(self, element: Pattern, emptied: EmptyPoint) -> list[PatternHint]:
        """Return what may be wrong with a triple pattern that finds nothing that goes along."""
        for check in (self._class, self._inverted, self._other_property, self._outside, self._form):
            if found := list(check(element, emptied)):
                return found[:MOST_SHOWN]
        return []

    # A triple pattern by itself

    def _namespaces(self, place: PatternCount) -> Iterator[PatternHint]:
        for term in place.element.terms:
            for named in self.names.within(term):
                prefix = named.text.partition(":")[0]
                if named.text.startswith("<") or named.text == "a" or self._known(named.iri):
                    continue
                if prefix not in self._slips:
                    self._slips[prefix] = self._slip(prefix, named.iri)
                if hint := self._slips[prefix]:
                    yield hint

    def _slip(self, prefix: str, name: str) -> PatternHint | None:
        """Return what the namespace of a prefix should be, where it is slightly another."""
        declared = self.names.declared[prefix]
        local = name.removeprefix(declared)
        if declared in self.spelling.namespaces:
            return None
        for space in sorted(self.spelling.namespaces, key=len):
            if space + local in self.spelling.things and _slipped(declared, space):
                start = self.prober.tree.text.find(f"<{declared}>")
                facts = {"prefix": prefix, "declared": declared, "namespace": space}
                edits = ((start, start + len(declared) + 2, f"<{space}>"),)
                return PatternHint("namespace", start, facts, f"PREFIX {prefix}: <{space}>", edits)
        return None

    def _unknown(self, place: PatternCount) -> Iterator[PatternHint]:
        terms = place.element.terms
        for term in terms:
            for named in self.names.within(term):
                if self._known(named.iri):
                    continue
                role = _role(terms, term, self.names)
                near = self.spelling.nearest(named.iri, role)
                near = near or self.spelling.nearest(named.iri)
                tried = [name for name in near if self._finds(place, named, self.names.name(name))]
                for name in (tried or near)[:1]:
                    yield self._instead("term", named, self.names.name(name))
                if not near:
                    yield PatternHint("unknown", named.start, {"term": named.text})

    def _instead(self, kind: HintKind, named: NamedIri | Term, written: str) -> PatternHint:
        facts = {"term": named.text, "nearest": written}
        return PatternHint(kind, named.start, facts, written, ((named.start, named.end, written),))

    def _known(self, name: str) -> bool:
        if name in self.spelling.things or name == iri("rdf:type"):
            return True
        thing = iriref(name)
        mentioned = f"{{ {thing} {ANY} [] }} UNION {{ [] {ANY} {thing} }}"
        used = f"{{ [] {thing} {ANY} }}"
        every = f"{mentioned} UNION {used}"
        # What was not answered in time is not called unknown.
        found = self.prober.find("*", f"{every} UNION {{ GRAPH ?partageprobe_g {{ {every} }} }}")
        return found is None or bool(found)

    def _finds(self, place: PatternCount, piece: NamedIri | Term, written: str) -> bool:
        return self.prober.holds(scoped(place.scope, _replaced(place.element, piece, written)))

    def _graphs(self, place: PatternCount) -> Iterator[PatternHint]:
        """Look for the triple in other graphs than those that are asked."""
        text = place.element.text
        if not place.scope:
            yield from self._elsewhere(place.element, f"GRAPH ?partageprobe_g {{ {text} }}")
        elif self.prober.holds(text):
            yield PatternHint("default-graph", place.element.start)

    def _elsewhere(self, element: Pattern, body: str) -> Iterator[PatternHint]:
        rows = self.prober.find("DISTINCT ?partageprobe_g", body, 2) or ()
        graphs = [row["partageprobe_g"] for row in rows]
        if not graphs:
            return
        graph = self.names.write(graphs[0]) or ""
        # Of several graphs none is the one that was meant.
        written = f"GRAPH {graph}" if len(graphs) == 1 else "GRAPH ?graph"
        edits: Edits = ()
        if self._whole(element):
            text = self.prober.tree.text[element.start : element.end]
            edits = ((element.start, element.end, f"{written} {{ {text} }}"),)
        yield PatternHint("other-graph", element.start, {"graph": graph}, written, edits)

    def _whole(self, element: Pattern) -> bool:
        """Return whether the triple stands by itself, so that braces can go around it."""
        subject, verb, _ = element.terms
        rest = self.prober.tree.text[element.end :].lstrip()
        whole = element.start == subject.start < verb.start
        return whole and rest[:1] in {".", "}"} and "blank" not in {t.kind for t in element.terms}

    def _literal(self, place: PatternCount) -> Iterator[PatternHint]:
        """Look for literals that differ from one in their tag, datatype, case or white space."""
        subject, verb, node = place.element.terms
        if node.kind != "literal":
            return
        pattern = scoped(place.scope, f"{subject.text} {verb.text} {ANY}")
        same = f"LCASE(REPLACE(STR({ANY}), '^\\\\s+|\\\\s+$', ''))"
        key = f"LCASE(REPLACE(STR({node.text}), '^\\\\s+|\\\\s+$', ''))"
        found = self._values(f"{pattern} FILTER(isLiteral({ANY}) && {same} = {key})")
        for term in found:
            if (written := self.names.write(term)) and written != node.text:
                yield self._instead(self._difference(node, term), node, written)
        if found:
            return
        named = f"{ANY} ?partageprobe_p ?partageprobe_name FILTER(?partageprobe_p IN ({NAMING}) && "
        labelled = f"{named} LCASE(STR(?partageprobe_name)) = {key})"
        for term in self._values(f"{pattern} . {labelled}"):
            if written := self.names.write(term):
                yield self._instead("wants-iri", node, written)
        part = f"FILTER(isLiteral({ANY}) && CONTAINS({same}, {key}) && STRLEN(STR({ANY})) < 200)"
        for term in self._values(f"{pattern} {part}"):
            if written := self.names.write(term):
                yield self._instead("part", node, written)

    def _values(self, body: str) -> list[RdfTerm]:
        rows = self.prober.find(f"DISTINCT {ANY}", body, MOST_SHOWN, f"ORDER BY LANG({ANY})")
        return [row[ANY[1:]] for row in rows or () if ANY[1:] in row]

    def _difference(self, node: Term, term: RdfTerm) -> HintKind:
        value = str(getattr(term, "value", ""))
        values = self.prober.find(f"(STR({node.text}) AS {ANY})", "")
        text = str(getattr(values[0][ANY[1:]], "value", "")) if values else ""
        if text != value:
            return "case" if text.strip().lower() == value.lower() == text.lower() else "space"
        return "language" if getattr(term, "language", None) or "@" in node.text else "datatype"

    def _wants(self, place: PatternCount) -> Iterator[PatternHint]:
        """Look for a literal where the pattern has an IRI: the name of the thing."""
        subject, verb, node = place.element.terms
        if node.kind != "iri" or self.names.iri(verb) == iri("rdf:type"):
            return
        pattern = scoped(place.scope, f"{subject.text} {verb.text} {ANY}")
        body = f"{pattern} FILTER(isLiteral({ANY})) {node.text} ?partageprobe_p {ANY}"
        for term in self._values(body):
            if written := self.names.write(term):
                yield self._instead("wants-literal", node, written)

    def _swapped(self, place: PatternCount) -> Iterator[PatternHint]:
        subject, verb, node = place.element.terms
        if verb.kind != "iri" or node.kind == "literal" or verb.text == "a":
            return
        if self.prober.holds(scoped(place.scope, f"{subject.text} ^{verb.text} {node.text}")):
            yield self._instead("swapped", verb, f"^{verb.text}")

    def _instance(self, place: PatternCount) -> Iterator[PatternHint]:
        _, verb, node = place.element.terms
        if self.names.iri(verb) != iri("rdf:type") or node.kind != "iri":
            return
        classes = self._values(f"{node.text} a {ANY}")
        written = [name for term in classes if (name := self.names.write(term))]
        if written and written[0] != f"<{iri('owl:Class')}>":
            yield PatternHint(
                "instance", node.start, {"term": node.text, "class": ", ".join(written)}
            )

    def _property(self, place: PatternCount) -> Iterator[PatternHint]:
        """Look for properties that do have this value, or are used with this subject."""
        subject, verb, node = place.element.terms
        if verb.kind != "iri" or node.kind == "literal" or verb.text == "a":
            return
        body = scoped(place.scope, f"{subject.text} {ANY} {node.text}")
        yield from self._properties(verb, body)

    def _sample(self, place: PatternCount) -> Iterator[PatternHint]:
        """Tell what the property has for values."""
        _, verb, node = place.element.terms
        values = self._values(scoped(place.scope, f"{ANY}_subject {verb.text} {ANY}"))
        written = [name for term in values if (name := self.names.write(term)) and len(name) < 80]
        if written and node.kind in {"iri", "literal"}:
            facts = {"term": node.text, "property": verb.text, "values": ", ".join(written)}
            yield PatternHint("sample", node.start, facts)

    def _properties(self, verb: Term, body: str) -> Iterator[PatternHint]:
        for term in self._frequent(body):
            if written := self.names.write(term):
                yield self._instead("property", verb, written)

    def _frequent(self, body: str) -> list[RdfTerm]:
        """Return what stands at the open place most often."""
        rows = self.prober.find(
            f"{ANY} (COUNT(*) AS ?partageprobe_n)", body, MOST_SHOWN,
            f"GROUP BY {ANY} ORDER BY DESC(?partageprobe_n)",
        )  # fmt: skip
        return [row[ANY[1:]] for row in rows or () if ANY[1:] in row]

    # A triple pattern together with those before

    def _class(self, element: Pattern, emptied: EmptyPoint) -> Iterator[PatternHint]:
        """Look for the classes that do have the property."""
        if self._is_type(element):
            subject, _, node = element.terms
            partner = next((e for e in emptied.joined if e.variables & element.variables), element)
            yield from self._classes(node, emptied.body(f"{subject.text} a {ANY}"), partner)
            return
        for other in emptied.joined:
            if self._is_type(other) and other.variables & element.variables:
                subject, _, node = other.terms
                yield from self._classes(node, f"{element.text} {subject.text} a {ANY}", element)

    def _is_type(self, element: Pattern) -> bool:
        if not element.terms or element.terms[2].kind != "iri":
            return False
        return self.names.iri(element.terms[1]) == iri("rdf:type")

    def _classes(self, node: Term, body: str, partner: Pattern) -> Iterator[PatternHint]:
        # Of those that all of them have, the one that has fewest others says most.
        found = sorted(self._frequent(body), key=lambda term: (self._members(term), str(term)))
        for term in found:
            if (written := self.names.write(term)) and written != node.text:
                verb = partner.terms[1].text if partner.terms else partner.shown
                facts = {"class": node.text, "property": verb, "nearest": written}
                edits = ((node.start, node.end, written),)
                yield PatternHint("class", node.start, facts, written, edits)

    def _members(self, term: RdfTerm) -> int:
        count = self.prober.count(f"[] a {term}") if isinstance(term, NamedNode) else None
        return MANY if count is None else count

    def _outside(self, element: Pattern, emptied: EmptyPoint) -> Iterator[PatternHint]:
        yield from self._elsewhere(
            element, emptied.body(f"GRAPH ?partageprobe_g {{ {element.text} }}")
        )

    def _inverted(self, element: Pattern, emptied: EmptyPoint) -> Iterator[PatternHint]:
        subject, verb, node = element.terms
        if verb.kind == "iri" and verb.start != verb.end and node.kind != "literal":
            body = emptied.body(f"{subject.text} ^{verb.text} {node.text}")
            if self.prober.holds(body):
                yield self._instead("swapped", verb, f"^{verb.text}")

    def _other_property(self, element: Pattern, emptied: EmptyPoint) -> Iterator[PatternHint]:
        subject, verb, node = element.terms
        if verb.kind == "iri" and verb.start != verb.end and node.kind != "variable":
            body = emptied.body(f"{subject.text} {ANY} {node.text}")
            yield from self._properties(verb, body)

    def _form(self, element: Pattern, emptied: EmptyPoint) -> Iterator[PatternHint]:
        """Look for a shared variable whose values are the same but for their tag or datatype."""
        node = element.terms[2]
        before = frozenset[str]().union(*(one.variables for one in emptied.joined))
        if node.kind != "variable" or node.text[1:] not in before:
            return
        pattern = _replaced(element, node, ANY)
        # Things have one form; and only of few values each can be compared with each.
        if not self.prober.holds(f"{pattern} FILTER(isLiteral({ANY}))"):
            return
        same = (
            f"FILTER(LCASE(STR({ANY})) = LCASE(STR({node.text})) && !sameTerm({ANY}, {node.text}))"
        )
        wanted = f"{ANY} ({node.text} AS ?partageprobe_other)"
        rows: Sequence[Solution] = self.prober.find(wanted, emptied.body(f"{pattern} {same}")) or ()
        for row in rows:
            here, there = row[ANY[1:]], row["partageprobe_other"]
            facts = {"variable": node.text, "here": str(here), "there": str(there)}
            yield PatternHint("form", node.start, facts)


def _replaced(element: Pattern, piece: NamedIri | Term, written: str) -> str:
    """Return a triple with a piece of it replaced."""
    parts = []
    for term in element.terms:
        text = term.text
        if term.start <= piece.start and piece.end <= term.end and piece.start < piece.end:
            text = text[: piece.start - term.start] + written + text[piece.end - term.start :]
        parts.append(text)
    return " ".join(parts) + " ."


def _role(terms: Sequence[Term], term: Term, names: Names) -> Role:
    if term is terms[1]:
        return "property"
    is_class = term is terms[2] and names.iri(terms[1]) == iri("rdf:type")
    return "class" if is_class else "any"


def _slipped(declared: str, space: str) -> bool:
    """Return whether two namespaces differ only in what slips: scheme, `www.`, `#`, `/`, case."""
    return _bare(declared) == _bare(space) or split(space)[0] == declared + "#"


def _bare(space: str) -> str:
    rest = space.partition("://")[2] or space
    return rest.removeprefix("www.").rstrip("#/").lower()
