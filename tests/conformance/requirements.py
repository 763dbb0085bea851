"""
What the specifications and recommendations ask of a server like ours, one sentence each.

A test that holds us to some of them says so: `@pytest.mark.meets("CU1", "CU2")`. The page
docs/reference/conformance.md is made from these marks, see `report.py`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """The requirements of one document; their identifiers begin with the same letters."""

    title: str
    source: str
    requirements: dict[str, str]


FAMILIES = (
    Family(
        "SPARQL 1.1 Protocol",
        "https://www.w3.org/TR/sparql11-protocol/",
        {
            "P1": "GET, a POSTed form and a POSTed query give the same answer.",
            "P2": "A request at fault gets a 4xx status, and the body says why.",
            "P3": "The dataset of the request goes before that of the query text.",
            "P4": "Every form of query has a standard format, and Accept is obeyed.",
            "P5": "Updates are refused, in whatever way they are sent.",
            "P6": "A failed evaluation is a 5xx, a refusal a 4xx, never a 200 with an error.",
            "P7": "Relative IRIs are resolved against BASE, else against the request.",
        },
    ),
    Family(
        "SPARQL 1.1 Service Description",
        "https://www.w3.org/TR/sparql11-service-description/",
        {
            "SD1": "GET without parameters describes the service, as RDF or as a page.",
            "SD2": "The language and each announced result format are really served.",
            "SD3": "Features and extension functions are announced as they are.",
            "SD4": "Every named graph is listed with as many triples as a query counts.",
            "SD5": "The entailment regime of each graph is told.",
        },
    ),
    Family(
        "The sparql-examples convention",
        "https://github.com/sib-swiss/sparql-examples",
        {
            "E1": "Each example has an IRI under that of the endpoint.",
            "E2": "Each has the classes of its form of query.",
            "E3": "Each is explained, once in every language.",
            "E4": "Prefixes are declared where tools look for them.",
            "E5": "Each names the endpoint it is for.",
            "E6": "All are parsed and run, and none is empty that should not be.",
            "E7": "They are in a named graph of the endpoint.",
        },
    ),
    Family(
        "VoID",
        "https://www.w3.org/TR/void/",
        {
            "V1": "The description is at its well-known address.",
            "V2": "Its counts are true.",
            "V3": "Classes and properties have partitions.",
            "V4": "It is in a named graph of the endpoint.",
            "V5": "It is made anew with every release.",
            "V6": "Dumps, endpoint, example resource and licence are named.",
        },
    ),
    Family(
        "Data Citation of Evolving Data (RDA)",
        "https://doi.org/10.15497/RDA00016",
        {
            "Q1": "Data are versioned and timestamped; a citation names the version (R1, R2).",
            "Q2": "Queries are stored in a normal form; the same has one identifier (R3, R4).",
            "Q3": "A digest does not depend on an order that the query does not ask for (R5).",
            "Q4": "The result's digest is kept, and verified on demand (R6).",
            "Q5": "The time of the query is kept, and it has a persistent identifier (R7, R8, R9).",
            "Q6": "Citation text, landing page, and data for machines (R10, R11, R12).",
            "Q7": "All queries can be asked again after a migration, and compared (R13, R14).",
        },
    ),
    Family(
        "Cool URIs for the Semantic Web",
        "https://www.w3.org/TR/cooluris/",
        {
            "CU1": "A thing is not its document: 303 leads from one to the other.",
            "CU2": "A document answers, and names its thing.",
            "CU3": "No format, technology or owner is in the name of a thing.",
            "CU4": "Pages and data link one another.",
            "CU5": "What an identifier meant, it means.",
        },
    ),
    Family(
        "Best Practice Recipes for Publishing RDF Vocabularies",
        "https://www.w3.org/TR/swbp-vocab-pub/",
        {
            "R1": "The ontology and each term lead to RDF, as Turtle and as RDF/XML.",
            "R2": "Who asks for no format gets a defined one.",
            "R3": "Media types are right, with the charset of Turtle.",
            "R4": "The IRI of a version leads to that version, the ontology's to the current one.",
            "R5": "Old versions stay.",
            "R6": "What is deprecated says so.",
        },
    ),
    Family(
        "Content Negotiation by Profile",
        "https://www.w3.org/TR/dx-prof-conneg/",
        {
            "CN1": "All representations are listed, as RDF and as a page.",
            "CN2": "The address beats the headers.",
            "CN3": "Every answer says its profile.",
            "CN4": "One link is canonical, and no alternate that is listed fails.",
            "CN5": "A token means the IRI of a profile.",
            "CN6": "An unknown profile gives the default.",
            "CN7": "Caches are told which headers matter.",
        },
    ),
    Family(
        "FAIR Signposting",
        "https://signposting.org/FAIR/",
        {
            "FS1": "A landing page has one link to cite, to the persistent IRI.",
            "FS2": "It names its metadata with their media types.",
            "FS3": "It names the type of the page and of the thing.",
            "FS4": "It names licence and author.",
            "FS5": "Items and their collection name one another.",
            "FS6": "The links come as sets in both formats, each with its anchor.",
            "FS7": "The page has the links of the header, and a client reads both.",
        },
    ),
    Family(
        "Data on the Web Best Practices",
        "https://www.w3.org/TR/dwbp/",
        {
            "D1": "People and machines get metadata.",
            "D2": "The licence is told.",
            "D3": "Where the data come from is told.",
            "D4": "Versions are told, with their history.",
            "D5": "The dataset and each version have persistent identifiers.",
            "D6": "There are several formats, negotiated.",
            "D7": "The whole can be downloaded.",
            "D8": "The interfaces are documented.",
            "D9": "Identifiers survive what they named.",
        },
    ),
    Family(
        "Persistent identifiers",
        "https://w3id.org/",
        {
            "X1": "No owner, version of software or format is in an identifier.",
            "X2": "The redirects of w3id.org are kept with the code, and tested.",
            "X3": "Who follows an identifier arrives after two redirects at most.",
            "X4": "The list of identifiers is only added to.",
        },
    ),
)
REQUIREMENTS = {
    identifier: sentence
    for family in FAMILIES
    for identifier, sentence in family.requirements.items()
}
