"""
The current view as tables, for spreadsheets and data frames: a row for each thing of a kind.

A thing's identifier comes first, then what is said of it. A column follows properties from the
thing; of what it leads to, it holds the IRIs, the English or French names, or the values. Where
there are several they are sorted; CSV (RFC 4180) writes ` | ` between them, Parquet has lists.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import BASE, iri

SEPARATOR = " | "
Cell = tuple[str, ...]
Term = Any
"""What pyoxigraph gives as the object of a triple."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, the properties that lead to its values, and what to write of these."""

    name: str
    path: tuple[str, ...]
    shows: str = "value"


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, columns and rows; a row is an IRI and for each column its values."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def _both(name: str, *path: str) -> tuple[Column, Column]:
    """Return two columns: the names of things in English, and their IRIs."""
    return Column(name, path, "en"), Column(f"{name}_iri", path, "iri")


def _names(path: str = "skos:prefLabel") -> tuple[Column, Column]:
    return Column("name_en", (path,), "text-en"), Column("name_fr", (path,), "text-fr")


_PARTIES = (
    *_names(),
    Column("other_names", ("skos:altLabel",)),
    *_both("kind", "ds:organizationKind"),
    Column("country", ("ds:country",), "en"),
    Column("same_as", ("skos:exactMatch",), "iri"),
    Column("homepage", ("foaf:homepage",), "iri"),
    Column("agreements_iri", ("ds:isPartyTo",), "iri"),
    Column("provides_iri", ("ds:isProviderOf",), "iri"),
    Column("receives_iri", ("ds:isRecipientOf",), "iri"),
    Column("member_of", ("ds:isMemberOf",), "en"),
)
TABLES: Mapping[str, tuple[tuple[str, ...], tuple[Column, ...]]] = MappingProxyType(
    {
        "organizations": (("org", "person", "set"), _PARTIES),
        "agreements": (
            ("agreement", "agreement-set"),
            (
                *_names(),
                Column("type", ("rdf:type",), "en"),
                *_both("party", "ds:hasParty"),
                *_both("party_set", "ds:partySet"),
                Column("mechanism", ("ds:viaMechanism",), "en"),
                Column("purpose", ("ds:hasPurpose",), "en"),
                Column("flows_iri", ("ds:coversFlow",), "iri"),
                Column("claims_iri", ("ds:isSubjectOfClaim",), "iri"),
            ),
        ),
        "flows": (
            ("flow",),
            (
                Column("type", ("rdf:type",), "en"),
                *_both("provider", "ds:hasProvider"),
                *_both("recipient", "ds:hasRecipient"),
                *_both("principal_category", "ds:principalCategory"),
                Column("data_categories", ("ds:concernsDataCategory",), "en"),
                Column("purpose", ("ds:hasPurpose",), "en"),
                Column("subjects", ("ds:concernsSubjectGroup",), "en"),
                Column("mechanism", ("ds:viaMechanism",), "en"),
                Column("condition", ("ds:hasCondition",), "en"),
                Column("feeds", ("ds:feedsFeature",), "en"),
                Column("agreement_iri", ("ds:underAgreement",), "iri"),
                Column("reciprocates_iri", ("ds:reciprocatesFlow",), "iri"),
                Column("claims_iri", ("ds:isSubjectOfClaim",), "iri"),
            ),
        ),
        "claims": (
            ("claim",),
            (
                Column("says_en", ("dct:description",), "text-en"),
                Column("version_iri", ("pav:hasCurrentVersion",), "iri"),
                Column("about_iri", ("ds:about",), "iri"),
                Column("type", ("ds:claimType",), "en"),
                *_both("asserted_by", "ds:assertedBy"),
                Column("confidence", ("ds:confidence",), "en"),
                Column("supports_iri", ("ds:supports",), "iri"),
                Column("disputes_iri", ("ds:disputes",), "iri"),
                Column("contradicts_iri", ("ds:logicallyContradicts",), "iri"),
                Column("qualifies_iri", ("ds:qualifies",), "iri"),
                Column("passages_iri", ("prov:wasDerivedFrom",), "iri"),
                Column("locators", ("prov:wasDerivedFrom", "ds:locator")),
                Column("source", ("prov:wasDerivedFrom", "oa:hasSource", "dct:title")),
                Column("source_iri", ("prov:wasDerivedFrom", "oa:hasSource"), "iri"),
                Column("source_url", ("prov:wasDerivedFrom", "oa:hasSource", "schema:url")),
            ),
        ),
        "sources": (
            ("source",),
            (
                Column("title", ("dct:title",)),
                Column("creator", ("dct:creator",)),
                Column("publisher", ("ds:publisherName",)),
                Column("issued", ("dct:issued",)),
                Column("language", ("dct:language",)),
                Column("type", ("ds:sourceType",), "en"),
                Column("access", ("ds:accessLevel",), "en"),
                Column("url", ("schema:url",)),
                Column("cited_through_iri", ("ds:citedThrough",), "iri"),
            ),
        ),
        "passages": (
            ("passage",),
            (
                *_both("source", "oa:hasSource"),
                Column("locator", ("ds:locator",)),
                Column("claims_iri", ("^prov:wasDerivedFrom",), "iri"),
            ),
        ),
    }
)
"""The kinds of identifiers in each table, and its columns."""


class _View:
    """The current view, from a thing along a property, also backwards (`^`)."""

    def __init__(self, view: Iterable[Quad]) -> None:
        self._objects: dict[tuple[str, str], list[Term]] = {}
        self.subjects: set[str] = set()
        for quad in view:
            subject, predicate, found = quad.subject, quad.predicate.value, quad.object
            if not isinstance(subject, NamedNode):
                continue
            self.subjects.add(subject.value)
            self._objects.setdefault((subject.value, predicate), []).append(found)
            if isinstance(found, NamedNode):
                self._objects.setdefault((found.value, "^" + predicate), []).append(subject)

    def follow(self, start: str, path: Iterable[str]) -> list[Term]:
        """Return what a path of properties leads to."""
        reached: list[Term] = [NamedNode(start)]
        for step in path:
            name = "^" + iri(step[1:]) if step.startswith("^") else iri(step)
            reached = [
                found
                for node in reached
                if isinstance(node, NamedNode)
                for found in self._objects.get((node.value, name), ())
            ]
        return reached

    def name(self, term: Term, language: str) -> str:
        """Return what a thing is called, or its IRI where it has no name."""
        if not isinstance(term, NamedNode):
            return str(term.value)
        for property_ in ("skos:prefLabel", "rdfs:label", "dct:title"):
            found = self.follow(term.value, (property_,))
            names = {str(each.value) for each in found if each.language in {language, None}}
            if names or found:
                return min(names or {str(each.value) for each in found})
        return str(term.value)


def _texts(language: str) -> Callable[[_View, list[Term]], Iterator[str]]:
    return lambda _, found: (
        str(term.value) for term in found if isinstance(term, Literal) and term.language == language
    )


# What each kind of column writes of the terms that its path leads to.
SHOWS: Mapping[str, Callable[[_View, list[Term]], Iterable[str]]] = MappingProxyType(
    {
        "value": lambda _, found: (str(term.value) for term in found),
        "iri": lambda _, found: (str(t.value) for t in found if isinstance(t, NamedNode)),
        "en": lambda view, found: (view.name(term, "en") for term in found),
        "text-en": _texts("en"),
        "text-fr": _texts("fr"),
    }
)


def tables(view: Iterable[Quad]) -> list[Table]:
    """Return the tables of a current view, each with its rows in the order of their IRIs."""
    known = _View(view)
    found = []
    for name, (kinds, columns) in TABLES.items():
        openings = tuple(f"{BASE}id/{kind}/" for kind in kinds)
        things = sorted(
            thing
            for thing in known.subjects
            if thing.startswith(openings) and thing.count("/") == 6 and "#" not in thing
        )
        rows = (
            (thing, tuple(_cell(known, thing, column) for column in columns)) for thing in things
        )
        found.append(Table(name, columns, tuple(rows)))
    return found


def as_csv(table: Table) -> str:
    """Return a table as CSV, with a header."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["iri", *(column.name for column in table.columns)])
    for thing, cells in table.rows:
        writer.writerow([thing, *(SEPARATOR.join(cell) for cell in cells)])
    return text.getvalue()


def as_parquet(table: Table, path: Path) -> None:
    """Write a table as Parquet: a column that never has two values is text, others are lists."""
    import pyarrow as pa
    from pyarrow import parquet

    names, arrays = ["iri"], [pa.array([thing for thing, _ in table.rows], type=pa.string())]
    for place, column in enumerate(table.columns):
        cells = [cells[place] for _, cells in table.rows]
        if any(len(cell) > 1 for cell in cells):
            array = pa.array([list(cell) for cell in cells], type=pa.list_(pa.string()))
        else:
            array = pa.array([next(iter(cell), None) for cell in cells], type=pa.string())
        names.append(column.name)
        arrays.append(array)
    parquet.write_table(pa.table(arrays, names=names), path, compression="zstd")


def _cell(view: _View, thing: str, column: Column) -> Cell:
    found = view.follow(thing, column.path)
    return tuple(sorted(set(SHOWS[column.shows](view, found))))
