"""
A release as tables, for those who work in spreadsheets and data frames: one for each main class.

A row is a thing; a column follows a path of properties from it and writes what it finds there.
Where a cell holds several values, they stand in the order of their IRIs with ` | ` between, so that
a column of IRIs and the columns of their labels can be read side by side. CSV is RFC 4180 in UTF-8
with a byte order mark, without which Excel misreads accents
(https://www.rfc-editor.org/rfc/rfc4180).
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from partage.rdf.namespaces import iri
from partage.releases.descriptions import NAMING
from partage.store.embedded import columnar
from partage.store.embedded.columnar import Term, text_of

BETWEEN = " | "
ENCODING = "utf-8-sig"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """
    A column: its name, the properties that lead from the thing to its values, and what to write.

    A step `^p` goes against the property. `take` is "iri", "count", a language (the label in it),
    or a property (its values), with a language where only that is wanted.
    """

    name: str
    path: tuple[str, ...] = ()
    take: str = "iri"


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """A table: the name of its files, the classes that its rows are of, and its columns."""

    name: str
    of: tuple[str, ...]
    columns: tuple[TableColumn, ...]


def _labels(name: str, *path: str) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(f"{name}_{language}", path, language) for language in ("en", "fr"))


def _things(name: str, *path: str) -> tuple[TableColumn, ...]:
    return (TableColumn(name, path), *_labels(name, *path))


def _values(*properties: tuple[str, str]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, (), take) for name, take in properties)


IRI = TableColumn("iri")
CLAIMS = (
    TableColumn("claims", ("ds:isSubjectOfClaim",)),
    TableColumn("claims_count", ("ds:isSubjectOfClaim",), "count"),
    TableColumn("disputing_claims", ("ds:isSubjectOfClaim", "ds:isDisputedBy")),
    *_labels("asserted_by", "ds:isSubjectOfClaim", "ds:assertedBy"),
)
STATES = (
    *_labels("state", "ds:hasState", "ds:stateKind"),
    TableColumn("state_as_reported", ("ds:hasState",), "ds:statedStatus"),
    TableColumn("start", ("ds:hasState",), "ds:startEdtf"),
    TableColumn("end", ("ds:hasState",), "ds:endEdtf"),
    TableColumn("as_of", ("ds:hasState",), "ds:asOfEdtf"),
)
SOURCES = (
    TableColumn("sources", ("prov:wasDerivedFrom", "oa:hasSource")),
    TableColumn("source_titles", ("prov:wasDerivedFrom", "oa:hasSource"), "dct:title"),
    TableColumn("source_publishers", ("prov:wasDerivedFrom", "oa:hasSource"), "ds:publisherName"),
    TableColumn("source_dates", ("prov:wasDerivedFrom", "oa:hasSource"), "dct:issued"),
    TableColumn("source_urls", ("prov:wasDerivedFrom", "oa:hasSource"), "schema:url"),
)

TABLES: tuple[ReleaseTable, ...] = (
    ReleaseTable("organizations", ("ds:Organization", "ds:Person", "ds:PartySet"), (
        IRI, *_labels("label"), TableColumn("other_names", (), "skos:altLabel"),
        *_labels("types", "rdf:type"), TableColumn("member_of", ("ds:isMemberOf",)),
        *_things("kind", "ds:organizationKind"), *_things("country", "ds:country"),
        *_values(("same_as", "skos:exactMatch"), ("homepage", "foaf:homepage")),
        TableColumn("gives_data_in_flows", ("ds:isProviderOf",), "count"),
        TableColumn("gets_data_in_flows", ("ds:isRecipientOf",), "count"),
        TableColumn("agreements", ("ds:isPartyTo",)),
        TableColumn("claims_asserted", ("^ds:assertedBy",), "count"),
        *_values(("note", "skos:editorialNote")),
    )),
    ReleaseTable("agreements", ("ds:DataSharingAgreement", "ds:AgreementSet"), (
        IRI, *_labels("label"), *_labels("types", "rdf:type"),
        *_things("parties", "ds:hasParty"), *_things("party_sets", "ds:partySet"),
        TableColumn("flows", ("ds:coversFlow",)),
        TableColumn("flows_count", ("ds:coversFlow",), "count"),
        *_labels("data_categories", "ds:coversFlow", "ds:statedDataCategory"), *STATES, *CLAIMS,
    )),
    ReleaseTable("flows", ("ds:DataFlow",), (
        IRI, *_labels("types", "rdf:type"), *_things("provider", "ds:hasProvider"),
        *_things("recipient", "ds:hasRecipient"), TableColumn("agreement", ("ds:underAgreement",)),
        *_things("principal_category", "ds:principalCategory"),
        *_labels("data_categories", "ds:statedDataCategory"),
        *_labels("subject_groups", "ds:concernsSubjectGroup"),
        *_labels("permissions", "ds:grantsPermission"), *_labels("purposes", "ds:hasPurpose"),
        *_labels("mechanisms", "ds:viaMechanism"), *_labels("conditions", "ds:hasCondition"),
        *_labels("feeds", "ds:feedsFeature"), TableColumn("reciprocates", ("ds:reciprocatesFlow",)),
        *STATES, *CLAIMS,
    )),
    ReleaseTable("claims", ("ds:Claim",), (
        IRI, TableColumn("version", ("pav:hasCurrentVersion",)),
        *_values(("identifier", "dct:identifier"), ("description_en", "dct:description@en"),
                 ("description_fr", "dct:description@fr")),
        *_labels("type", "ds:claimType"), *_labels("confidence", "ds:confidence"),
        *_things("asserted_by", "ds:assertedBy"), *_labels("mood", "ds:mood"),
        *_labels("attribution", "ds:attributionMode"), TableColumn("about", ("ds:about",)),
        *_labels("providers", "ds:about", "ds:hasProvider"),
        *_labels("recipients", "ds:about", "ds:hasRecipient"),
        TableColumn("supports", ("ds:supports",)), TableColumn("disputes", ("ds:disputes",)),
        TableColumn("disputed_by", ("ds:isDisputedBy",)),
        TableColumn("qualifies", ("ds:qualifies",)),
        TableColumn("passages", ("prov:wasDerivedFrom",)),
        TableColumn("places", ("prov:wasDerivedFrom",), "ds:locator"), *SOURCES,
    )),
    ReleaseTable("sources", ("ds:Source",), (
        IRI, *_values(("identifier", "dct:identifier"), ("title", "dct:title"),
                      ("creator", "dct:creator"), ("cited_through", "ds:citedThrough"),
                      ("language", "dct:language"), ("issued", "dct:issued"),
                      ("publisher_name", "ds:publisherName")),
        *_things("publisher", "dct:publisher"), *_labels("type", "ds:sourceType"),
        *_labels("access", "ds:accessLevel"),
        *_values(("url", "schema:url"), ("capture_length", "ds:captureLength"),
                 ("capture_sha256", "ds:captureSha256")),
        TableColumn("passages_count", ("^oa:hasSource",), "count"),
        TableColumn("claims_count", ("^oa:hasSource", "^prov:wasDerivedFrom"), "count"),
    )),
    ReleaseTable("passages", ("ds:Passage",), (
        IRI, TableColumn("source", ("oa:hasSource",)),
        TableColumn("source_title", ("oa:hasSource",), "dct:title"),
        TableColumn("source_url", ("oa:hasSource",), "schema:url"),
        TableColumn("start", ("oa:hasSelector",), "oa:start"),
        TableColumn("end", ("oa:hasSelector",), "oa:end"),
        TableColumn("place_en", (), "ds:locator@en"), TableColumn("place_fr", (), "ds:locator@fr"),
        TableColumn("sha256", ("oa:hasSelector",), "ds:sha256"),
        TableColumn("claims", ("^prov:wasDerivedFrom",)),
    )),
)  # fmt: skip


class TableValues:
    """The current view, to be walked along its properties and against them."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        held: dict[tuple[Term, str], list[Term]] = defaultdict(list)
        for quad in quads:
            held[quad.subject, quad.predicate.value].append(quad.object)
            held[quad.object, "^" + quad.predicate.value].append(quad.subject)
        self._held = {key: sorted(values, key=str) for key, values in held.items()}

    def follow(self, node: Term, step: str) -> Sequence[Term]:
        """Return where a step leads, in the order of the values."""
        against = step.startswith("^")
        return self._held.get((node, "^" * against + iri(step.removeprefix("^"))), ())

    def walk(self, node: Term, path: Iterable[str]) -> list[Term]:
        """Return where a path leads, each node once."""
        found = [node]
        for step in path:
            found = list(dict.fromkeys(end for start in found for end in self.follow(start, step)))
        return found

    def label(self, node: Term, language: str) -> str:
        """Return a thing's name in a language, or an empty string."""
        for name in NAMING:
            for value in self._held.get((node, name), ()):
                if isinstance(value, Literal) and value.language == language:
                    return value.value
        return ""

    def members(self, classes: Iterable[str]) -> list[Term]:
        """Return the members of classes, in the order of their IRIs."""
        found = {
            node for name in classes for node in self.follow(NamedNode(iri(name)), "^rdf:type")
        }
        return sorted(found, key=str)


def rows(table: ReleaseTable, view: TableValues) -> list[list[Term | None]]:
    """Return a table's rows: a term where there is one, else a text, None where nothing is."""
    return [
        [_cell(column, thing, view) for column in table.columns] for thing in view.members(table.of)
    ]


def _cell(column: TableColumn, thing: Term, view: TableValues) -> Term | None:
    nodes = view.walk(thing, column.path)
    if column.take == "count":
        return Literal(len(nodes))
    values = [_taken(column.take, node, view) for node in nodes]
    if len(values) == 1:
        return values[0]
    texts = ["" if value is None else text_of(value) for value in values]
    return Literal(BETWEEN.join(texts)) if any(texts) else None


def _taken(take: str, node: Term, view: TableValues) -> Term | None:
    if take == "iri":
        return node
    if ":" not in take:
        label = view.label(node, take)
        return Literal(label) if label else None
    name, _, language = take.partition("@")
    found = [
        value
        for value in view.follow(node, name)
        if not language or getattr(value, "language", "") == language
    ]
    if len(found) == 1:
        return found[0]
    return Literal(BETWEEN.join(map(text_of, found))) if found else None


def as_csv(table: ReleaseTable, view: TableValues) -> bytes:
    """Return a table as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in table.columns)
    for row in rows(table, view):
        writer.writerow("" if term is None else text_of(term) for term in row)
    return text.getvalue().encode(ENCODING)


def as_parquet(table: ReleaseTable, view: TableValues) -> bytes:
    """Return a table as Parquet, its columns typed; only where `columnar.available()`."""
    found, output = rows(table, view), io.BytesIO()
    names = [column.name for column in table.columns]
    columnar.write_rows(names, lambda: iter(found), output, "parquet")
    return output.getvalue()
