"""Browsing: facets, order and pages over a dataset of enough organizations to fill two."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

import small_dataset
from partage.rdf.namespaces import ID, VOC, iri
from partage.resources.browse.kinds import KINDS
from partage.resources.browse.table import BrowsedTable, orders
from partage.resources.browse.view import BrowseView, construct, select
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.engine import Engine, Query
from partage.web.app import create_app

ENGLISH, FRENCH = ("en", "fr", ""), ("fr", "en", "")
FIRMS = 60


def firms() -> Iterator[Quad]:
    """Sixty firms, every other one a bank, every third in France; and the agreement's type."""
    type_, label = NamedNode(iri("rdf:type")), NamedNode(iri("skos:prefLabel"))
    yield Quad(NamedNode(ID + "agreement/a0001"), type_, NamedNode(iri("ds:DataSharingAgreement")))
    kinds = {"bank": ("bank", "banque"), "shop": ("shop", "boutique")}
    for name, words in {**kinds, "france": ("France", "France")}.items():
        space = "country" if name == "france" else "organization-kind"
        concept = NamedNode(f"{VOC}{space}/{name}")
        for word, language in zip(words, ("en", "fr"), strict=True):
            yield Quad(concept, label, Literal(word, language=language))
    for number in range(FIRMS):
        firm = NamedNode(f"{ID}org/firm-{number:02}")
        kind = "shop" if number % 2 else "bank"
        yield Quad(firm, type_, NamedNode(iri("ds:Organization")))
        yield Quad(firm, label, Literal(f"Firm {number:02}", language="en"))
        yield Quad(firm, label, Literal(f"Entreprise {FIRMS - number:02}", language="fr"))
        yield Quad(
            firm,
            NamedNode(iri("ds:organizationKind")),
            NamedNode(f"{VOC}organization-kind/{kind}"),
        )
        if number % 3 == 0:
            yield Quad(firm, NamedNode(iri("ds:country")), NamedNode(VOC + "country/france"))


@pytest.fixture(scope="module")
def engine() -> Engine:
    store = Store()
    store.bulk_extend([*small_dataset.quads(), *firms()])
    return EmbeddedEngine(store)


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    app = create_app(Settings(), engine)
    app.testing = True
    made = app.test_client()
    made.environ_base["HTTP_ACCEPT"] = "text/html"
    return made


def text_of(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + body)).split())


def names_of(html: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', html)]


def test_the_index_names_every_kind_with_its_number(client: FlaskClient) -> None:
    page = text_of(client.get("/browse/").text)
    assert "Organizations 62 Who gives data" in page
    assert "Disputes 1 Which claim disputes which" in page
    for name in KINDS:
        assert f'href="/browse/{name}"' in client.get("/browse/").text


def test_a_page_tells_which_rows_it_shows_of_how_many(client: FlaskClient) -> None:
    first, second = client.get("/browse/organizations"), client.get("/browse/organizations?page=2")
    assert "1–50 of 62" in text_of(first.text)
    assert "51–62 of 62" in text_of(second.text)
    assert names_of(first.text)[:2] == ["Firm 00", "Firm 01"]
    assert names_of(first.text) + names_of(second.text) == sorted(
        [f"Firm {n:02}" for n in range(FIRMS)] + ["Netflix", "The Gazette & <Co>"]
    )


def test_pages_are_linked_in_headers_and_below_the_table(client: FlaskClient) -> None:
    response = client.get("/browse/organizations?kind=ok:bank&kind=ok:shop&page=2")
    assert response.status_code == 200
    kept = "kind=ok%3Abank&kind=ok%3Ashop"
    assert f'</browse/organizations?{kept}>; rel="prev"' in response.headers["Link"]
    assert 'rel="next"' not in response.headers["Link"]
    assert f'<a rel="prev" href="/browse/organizations?{kept.replace("&", "&amp;")}"' in (
        response.text
    )


def test_values_of_one_facet_widen_and_facets_narrow(client: FlaskClient) -> None:
    banks = text_of(client.get("/browse/organizations?kind=ok:bank").text)
    both = text_of(client.get("/browse/organizations?kind=ok:bank&kind=ok:shop").text)
    french = text_of(client.get("/browse/organizations?kind=ok:bank&country=co:france").text)
    assert "1–30 of 30" in banks
    assert "1–50 of 60" in both
    assert "1–10 of 10" in french


def test_the_counts_of_a_facet_pass_over_its_own_values_only(client: FlaskClient) -> None:
    page = text_of(client.get("/browse/organizations?kind=ok:bank&country=co:france").text)
    assert "Kind bank 10 shop 10" in page  # in France
    assert "Country France 10" in page  # among banks
    assert "Kind bank 30 shop 30" in text_of(client.get("/browse/organizations").text)


def test_what_is_chosen_can_be_taken_back(client: FlaskClient) -> None:
    html = client.get("/browse/organizations?kind=ok:bank&country=co:france&page=1").text
    without = '<li><a href="/browse/organizations?country=co%3Afrance" title="Remove this filter">'
    assert without + '<span class="key">Kind</span> bank' in html
    assert (
        'href="/browse/organizations?country=co%3Afrance" rel="nofollow" aria-current="true"'
        in (html)
    )


def test_letters_in_the_name_narrow_in_the_readers_language(client: FlaskClient) -> None:
    assert names_of(client.get("/browse/organizations?q=FIRM+1").text) == [
        f"Firm {number}" for number in range(10, 20)
    ]
    nothing = text_of(client.get("/browse/organizations?q=firm+1&lang=fr").text)
    assert "Rien ici ne réunit tout cela." in nothing


def test_a_column_turns_the_order_round(client: FlaskClient) -> None:
    html = client.get("/browse/organizations?sort=-label").text
    assert names_of(html)[:2] == ["The Gazette & <Co>", "Netflix"]
    assert '<th scope="col" aria-sort="descending"><a href="/browse/organizations"' in html
    french = client.get("/browse/organizations?sort=-label&lang=fr").text
    assert names_of(french)[:3] == ["Netflix", "La Gazette", "Entreprise 60"]
    by_kind = names_of(client.get("/browse/organizations?sort=-kind&kind=ok:shop").text)
    assert by_kind[0] == "Firm 01"


VIEWS = [
    BrowseView(),
    BrowseView(page=2),
    BrowseView(order="label", descending=True),
    BrowseView(words='firm "\\'),
    BrowseView(words="e"),
    BrowseView(words="FIRM"),
]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("languages", [ENGLISH, FRENCH])
def test_the_query_of_a_view_answers_the_rows_of_its_page(
    engine: Engine, name: str, languages: tuple[str, ...]
) -> None:
    kind = KINDS[name]
    table = BrowsedTable(engine, kind)
    turned = [
        BrowseView(order=key, descending=down) for key in orders(kind) for down in (False, True)
    ]
    narrowed = [
        BrowseView(chosen={key: (value,)})
        for key, values in table.holders.items()
        for value in values
    ]
    assert table.find(BrowseView(), languages).total > 0
    for view in (*VIEWS, *turned, *narrowed):
        rows = engine.query(Query(select(kind, view, languages[0]))).solutions()
        found = [tuple(str(row[key].value) for key in kind.keys) for row in rows]  # type: ignore[union-attr]
        assert found == list(table.find(view, languages).members), view


def test_the_query_is_shown_with_its_prefixes_and_filters(client: FlaskClient) -> None:
    html = client.get("/browse/organizations?kind=ok:bank&lang=fr").text
    query = select(
        KINDS["organizations"], BrowseView(chosen={"kind": (VOC + "organization-kind/bank",)}), "fr"
    )
    assert "PREFIX ok: <https://w3id.org/partage/voc/organization-kind/>" in query
    assert "FILTER(?value IN (ok:bank))" in query
    link = unescape(html.partition("Montrez-moi la requête")[0].rpartition('href="')[2])
    assert parse_qs(urlsplit(link).query)["query"] == [query]


@pytest.mark.parametrize(
    ("address", "accept"), [("/browse/organizations.csv", "text/html"),
                            ("/browse/organizations", "text/csv")],
)  # fmt: skip
def test_a_view_is_a_table_with_all_its_rows(
    client: FlaskClient, address: str, accept: str
) -> None:
    response = client.get(f"{address}?kind=ok:shop&kind=ok:bank", headers={"Accept": accept})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'inline; filename="organizations.csv"'
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == FIRMS  # more than a page
    assert rows[0]["label"] == "Firm 00"
    assert rows[0]["kindLabel"] == "bank"
    assert rows[0]["country"] == VOC + "country/france"


def test_a_view_is_json_as_sparql_gives_it(client: FlaskClient) -> None:
    response = client.get("/browse/disputes.json")
    assert response.mimetype == "application/sparql-results+json"
    (row,) = response.get_json(force=True)["results"]["bindings"]
    assert row["claim"]["value"] == ID + "claim/c0002"
    assert row["disputed"]["value"] == ID + "claim/c0001"
    assert row["how"]["value"] == "logical"


def test_a_view_is_a_graph_of_what_is_stated_of_its_members(client: FlaskClient) -> None:
    response = client.get("/browse/organizations.ttl?country=co:france&kind=ok:shop")
    assert response.mimetype == "text/turtle"
    subjects = {quad.subject for quad in parse(response.data, RdfFormat.TURTLE)}
    assert subjects == {NamedNode(f"{ID}org/firm-{n:02}") for n in range(3, FIRMS, 6)}


def test_the_graph_of_disputes_tells_both_claims(engine: Engine) -> None:
    rows = engine.query(Query(construct(KINDS["disputes"], BrowseView(), "en"))).solutions()
    assert {row["s"] for row in rows} == {NamedNode(f"{ID}claim/c000{n}") for n in (1, 2)}


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/browse/organizations?colour=red", 400, "Use kind, country, role, category, q, sort"),
        (
            "/browse/organizations?kind=ok:zoo",
            400,
            "kind=ok:zoo is no value here. Use ok:bank, ok:shop.",
        ),
        ("/browse/organizations?sort=size", 400, "Use label, kind, country"),
        ("/browse/organizations?page=0", 400, "Use a number from 1."),
        ("/browse/organizations?page=3", 404, "the last is 2"),
        ("/browse/horses", 404, "There are: organizations, agreements, flows"),
        ("/browse/organizations.zip", 406, "text/csv"),
    ],
)
def test_what_cannot_be_shown_is_told_with_what_can(
    client: FlaskClient, address: str, status: int, told: str
) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert told in unescape(response.text)


def test_texts_of_the_data_and_of_readers_are_escaped(client: FlaskClient) -> None:
    html = client.get("/browse/organizations?q=%3Cb%3E%22").text
    assert "<b>" not in html
    assert 'value="&lt;b&gt;&#34;"' in html
    assert "The Gazette &amp; &lt;Co&gt;" in client.get("/browse/organizations?sort=-label").text


def test_there_is_nothing_to_browse_in_a_dataset_of_others() -> None:
    store = Store()
    store.add(Quad(NamedNode("http://e.example/a"), NamedNode(iri("rdfs:label")), Literal("A")))
    strange = create_app(Settings(), EmbeddedEngine(store)).test_client()
    for path in ("/browse/", "/browse/claims"):
        response = strange.get(path)
        assert response.status_code == 404
        assert "This dataset tells of no data-sharing agreements to browse" in response.text
