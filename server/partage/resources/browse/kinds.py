"""
The one table of what can be browsed: kinds of things, and the properties that are their columns,
facets and orders.

A pattern is the body of a SPARQL query. It names a member by the variables of its kind, and binds
`?value`; `$lang` stands for the reader's language, `$given` for the members that are asked about,
where these are not all.
"""

from dataclasses import dataclass
from typing import Literal

# An IRI that has a name, a text, a number, or one of a few keys that the page has words for.
Values = Literal["named", "text", "number", "word"]


@dataclass(frozen=True, slots=True)
class BrowsedProperty:
    """What is known of members of a kind; `facet` and `column` say where it is shown."""

    key: str
    pattern: str
    values: Values = "named"
    facet: bool = True
    column: bool = False


@dataclass(frozen=True, slots=True)
class BrowsedKind:
    """
    A kind of things: `members` binds its variables `keys`, `label` is what a member is called.

    `order` is the property that members are in order of at first.
    """

    name: str
    keys: tuple[str, ...]
    members: str
    label: str
    properties: tuple[BrowsedProperty, ...]
    order: str = "label"

    @property
    def all(self) -> tuple[BrowsedProperty, ...]:
        """The label, and what else is known of a member."""
        return (
            BrowsedProperty("label", self.label, "text", facet=False, column=True),
            *self.properties,
        )

    def find(self, key: str) -> BrowsedProperty:
        """Return the property with a key that the kind has."""
        return next(each for each in self.all if each.key == key)


def _count(key: str, member: str, pattern: str) -> BrowsedProperty:
    counted = (
        f"{{ SELECT ?{member} (COUNT(DISTINCT ?each) AS ?value) {{ $given {pattern} }} "
        f"GROUP BY ?{member} }}"
    )
    return BrowsedProperty(key, counted, "number", facet=False, column=True)


def _whether(key: str, member: str, test: str) -> BrowsedProperty:
    tested = f'{member} BIND(IF(EXISTS {{ {test} }}, "yes", "no") AS ?value)'
    return BrowsedProperty(key, tested, "word")


YEAR = "BIND(SUBSTR(STR(?issued), 1, 4) AS ?value)"
_PREFERRED = 'skos:prefLabel ?value FILTER(LANG(?value) = "$lang")'

ORGANIZATIONS = BrowsedKind(
    "organizations",
    ("organization",),
    "?organization a ds:Organization",
    f"?organization {_PREFERRED}",
    (
        BrowsedProperty("kind", "?organization ds:organizationKind ?value", column=True),
        BrowsedProperty("country", "?organization ds:country ?value", column=True),
        BrowsedProperty(
            "role",
            '{ ?flow ds:hasProvider ?organization BIND("provides" AS ?value) } '
            'UNION { ?flow ds:hasRecipient ?organization BIND("receives" AS ?value) } '
            "UNION { ?flow ds:hasRecipient ?organization . ?back ds:hasProvider ?organization "
            'BIND("both" AS ?value) }',
            "word",
        ),
        BrowsedProperty(
            "category",
            "?flow ds:hasRecipient ?organization ; ds:principalCategory ?value",
        ),
        _count("given", "organization", "?each ds:hasProvider ?organization"),
        _count("received", "organization", "?each ds:hasRecipient ?organization"),
        _count("made", "organization", "?each a ds:Claim ; ds:assertedBy ?organization"),
    ),
)
AGREEMENTS = BrowsedKind(
    "agreements",
    ("agreement",),
    "?agreement a ds:DataSharingAgreement",
    '?agreement ds:hasParty/skos:prefLabel ?one, ?other FILTER(LANG(?one) = "$lang" && '
    'LANG(?other) = "$lang" && STR(?one) < STR(?other)) '
    'BIND(CONCAT(?one, " / ", ?other) AS ?value)',
    (
        BrowsedProperty("party", "?agreement ds:hasParty ?value"),
        BrowsedProperty(
            "partner-kind",
            "?agreement ds:hasParty ?party . ?party ds:organizationKind ?value "
            "FILTER NOT EXISTS { ?party a ds:PlatformOperator }",
            column=True,
        ),
        BrowsedProperty(
            "category", "?agreement ds:coversFlow/ds:principalCategory ?value", column=True
        ),
        BrowsedProperty("purpose", "?agreement ds:coversFlow/ds:hasPurpose ?value"),
        BrowsedProperty("state", "?agreement ds:hasState/ds:stateKind ?value", column=True),
        _whether("reciprocal", "?agreement a ds:DataSharingAgreement",
                 "?agreement a ds:ReciprocalAgreement"),
        _count("flows", "agreement", "?agreement ds:coversFlow ?each"),
        _count("claims", "agreement",
               "?each a ds:Claim . { ?each ds:about ?agreement } "
               "UNION { ?each ds:about/ds:underAgreement ?agreement }"),
    ),
)  # fmt: skip
FLOWS = BrowsedKind(
    "flows",
    ("flow",),
    "?flow a ds:DataFlow",
    '?flow ds:hasProvider/skos:prefLabel ?from ; ds:hasRecipient/skos:prefLabel ?to FILTER('
    'LANG(?from) = "$lang" && LANG(?to) = "$lang") BIND(CONCAT(?from, " → ", ?to) AS ?value)',
    (
        BrowsedProperty(
            "direction",
            '{ ?flow a ds:OutboundFlow BIND("outbound" AS ?value) } '
            'UNION { ?flow a ds:InboundFlow BIND("inbound" AS ?value) }',
            "word",
        ),
        BrowsedProperty("category", "?flow ds:principalCategory ?value", column=True),
        BrowsedProperty("purpose", "?flow ds:hasPurpose ?value", column=True),
        BrowsedProperty("mechanism", "?flow ds:viaMechanism ?value"),
        BrowsedProperty("state", "?flow ds:hasState/ds:stateKind ?value", column=True),
        BrowsedProperty("provider", "?flow ds:hasProvider ?value"),
        BrowsedProperty("recipient", "?flow ds:hasRecipient ?value"),
        BrowsedProperty("year", "?claim a ds:Claim ; ds:about ?flow ; "
                 f"prov:wasDerivedFrom/oa:hasSource/dct:issued ?issued {YEAR}", "text"),
        _whether("private", "?flow a ds:DataFlow", "?flow a ds:PrivateCommunicationsFlow"),
        _count("claims", "flow", "?each a ds:Claim ; ds:about ?flow"),
    ),
)  # fmt: skip
CLAIMS = BrowsedKind(
    "claims",
    ("claim",),
    "?claim a ds:Claim",
    "?claim dct:description ?value",
    (
        BrowsedProperty("type", "?claim ds:claimType ?value", column=True),
        BrowsedProperty("speaker", "?claim ds:assertedBy ?value", column=True),
        _whether("contested", "?claim a ds:Claim", "?claim a ds:ContestedClaim"),
        BrowsedProperty("aspect", "?claim ds:deniedAspect ?value"),
        BrowsedProperty("confidence", "?claim ds:confidence ?value"),
        BrowsedProperty(
            "source-type", "?claim prov:wasDerivedFrom/oa:hasSource/ds:sourceType ?value"
        ),
        BrowsedProperty(
            "year", f"?claim prov:wasDerivedFrom/oa:hasSource/dct:issued ?issued {YEAR}",
            "text", column=True,
        ),
        _count("disputes", "claim", "?each a ds:Claim ; ds:disputes ?claim"),
    ),
)  # fmt: skip
SOURCES = BrowsedKind(
    "sources",
    ("source",),
    "?source a ds:Source",
    "?source dct:title ?value",
    (
        BrowsedProperty("type", "?source ds:sourceType ?value", column=True),
        BrowsedProperty("publisher", "?source ds:publisherName ?value", "text", column=True),
        BrowsedProperty("issued", "?source dct:issued ?value", "text", facet=False, column=True),
        BrowsedProperty("year", f"?source dct:issued ?issued {YEAR}", "text"),
        BrowsedProperty("language", "?source dct:language ?value", "text"),
        BrowsedProperty("access", "?source ds:accessLevel ?value"),
        _count("claims", "source", "?each a ds:Claim ; prov:wasDerivedFrom/oa:hasSource ?source"),
    ),
)
CATEGORIES = BrowsedKind(
    "data-categories",
    ("category",),
    "?category a ds:DataCategory",
    f"?category {_PREFERRED}",
    (
        BrowsedProperty("broader", "?category skos:broader ?value", column=True),
        BrowsedProperty("recipient",
                        "?flow ds:principalCategory|ds:concernsDataCategory ?category ; "
                        "ds:hasRecipient ?value"),
        _count("flows", "category",
               "?each ds:principalCategory|ds:concernsDataCategory ?category ; a ds:DataFlow"),
    ),
)  # fmt: skip
DISPUTES = BrowsedKind(
    "disputes",
    ("claim", "disputed"),
    "?claim a ds:Claim ; ds:disputes ?disputed . ?disputed a ds:Claim",
    "?claim ds:disputes ?disputed ; dct:description ?value",
    (
        BrowsedProperty("disputed-label",
                 "?claim ds:disputes ?disputed . ?disputed dct:description ?value",
                 "text", facet=False, column=True),
        BrowsedProperty("who", "?claim ds:assertedBy ?value ; ds:disputes ?disputed", column=True),
        BrowsedProperty("whom", "?claim ds:disputes ?disputed . ?disputed ds:assertedBy ?value",
                 column=True),
        BrowsedProperty("how", "?claim ds:disputes ?disputed BIND(IF(EXISTS { ?claim "
                 "ds:logicallyContradicts|^ds:logicallyContradicts ?disputed }, "
                 '"logical", "rhetorical") AS ?value)', "word", column=True),
        BrowsedProperty("aspect", "?claim ds:disputes ?disputed ; ds:deniedAspect ?value"),
        BrowsedProperty("type", "?claim ds:disputes ?disputed . ?disputed ds:claimType ?value"),
    ),
)  # fmt: skip
KINDS = {
    kind.name: kind
    for kind in (ORGANIZATIONS, AGREEMENTS, FLOWS, CLAIMS, SOURCES, CATEGORIES, DISPUTES)
}
