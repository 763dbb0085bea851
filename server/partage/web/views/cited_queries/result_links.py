"""The addresses of a cited result, and its typed links (https://signposting.org/FAIR/)."""

from urllib.parse import urlencode

from partage.rdf.formats import GRAPH_FORMATS
from partage.rdf.namespaces import EDITORS, LICENSE
from partage.resources.description.schema_org import SCHEMA
from partage.sparql.cited.cited_query import CITED
from partage.sparql.cited.normal_form import normalize
from partage.sparql.cited.query_store import CitedResult
from partage.sparql.protocol.evaluation import offers
from partage.web.http.links import LINKSETS, Link

JSON = "application/json"
# A longer address is not made: the query is sent in a body instead.
LONGEST_ADDRESS = 8_000
# A base that no query uses: with it a query without relative IRIs means the same.
FOREIGN_BASE = "a://b/"
# Proxies cut longer headers off; the link set has every item.
LONGEST_ITEMS = 2_000


def page_path(cited: CitedResult) -> str:
    """Return the path of its page."""
    return f"/query/{cited.asked.id}"


def links(cited: CitedResult, *, whole: bool = False) -> list[Link]:
    """
    Return the typed links of its page; an `item` is the result in one format.

    Where the items are too long for a header, only the `whole` has them.
    """
    page = page_path(cited)
    media_types = {fmt.key: fmt.media_type for fmt in offers(cited.kind)}
    items = [Link("item", address, media_types[key]) for key, _, address in downloads(cited)]
    if not whole and sum(len(item.href) for item in items) > LONGEST_ITEMS:
        items = []
    formats = [("json", JSON), *((fmt.extension, fmt.media_type) for fmt in GRAPH_FORMATS)]
    return [
        Link("cite-as", CITED + cited.asked.id),
        Link("canonical", CITED + cited.asked.id),
        Link("type", SCHEMA + "/AboutPage"),
        Link("type", SCHEMA + "/Dataset"),
        Link("license", LICENSE),
        Link("author", EDITORS),
        *(Link("describedby", f"{page}.{extension}", kind) for extension, kind in formats),
        *(Link("linkset", "/linkset" + page, media_type) for media_type in LINKSETS),
        *items,
    ]


def downloads(cited: CitedResult) -> list[tuple[str, str, str]]:
    """Return key, label and address of each format to get the result in, from its release."""
    address = query_address(cited)
    addresses = [(fmt.key, fmt.label, f"{address}&format={fmt.key}") for fmt in offers(cited.kind)]
    return addresses if len(addresses[0][2]) <= LONGEST_ADDRESS else []


def query_address(cited: CitedResult) -> str:
    """Return the address that asks it again: as it was typed, where that means the same there."""
    same_meaning = normalize(cited.text, FOREIGN_BASE) == cited.asked.normal
    query = cited.text if same_meaning else cited.asked.normal
    parameters = urlencode([("query", query), *dataset_parameters(cited)])
    return f"/release/{cited.asked.release}/sparql?{parameters}"


def dataset_parameters(cited: CitedResult) -> list[tuple[str, str]]:
    """Return the parameters that name the dataset it was asked of."""
    cited_query = cited.asked
    return [
        *([("graphs", cited_query.graphs)] if cited_query.graphs else ()),
        *(("default-graph-uri", graph) for graph in cited_query.default_graphs or ()),
        *(("named-graph-uri", graph) for graph in cited_query.named_graphs or ()),
    ]
