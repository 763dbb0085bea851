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
        "Cool URIs for the Semantic Web",
        "https://www.w3.org/TR/cooluris/",
        {
            "CU1": "A thing and its document have different IRIs; the thing redirects with 303.",
            "CU2": "The document answers 200 and names its thing.",
            "CU3": "The IRI of a thing shows no file extension, technology or owner.",
            "CU4": "The page and the data documents link to one another.",
            "CU5": "An old IRI never changes its meaning.",
        },
    ),
    Family(
        "Best practice recipes for publishing RDF vocabularies, and OWL 2 §3.3",
        "https://www.w3.org/TR/swbp-vocab-pub/",
        {
            "R1": "The ontology and each of its terms dereference to RDF.",
            "R2": "Without Accept there is a defined default.",
            "R3": "Media types are right, with the charset where it is due.",
            "R4": "The version IRI leads to that version, the ontology's IRI to the current one.",
            "R5": "Old versions stay.",
            "R6": "Prior version, deprecations and change log can be reached.",
        },
    ),
    Family(
        "Content Negotiation by Profile",
        "https://www.w3.org/TR/dx-prof-conneg/",
        {
            "CN1": "All representations are listed, as a page and as RDF.",
            "CN2": "`_profile` and `_mediatype` go before the headers.",
            "CN3": "Every answer says which profile it conforms to.",
            "CN4": "One link is canonical, the others alternate, and none of them fails.",
            "CN5": "Tokens stand for profiles.",
            "CN6": "An unknown profile gets the default, not an error.",
            "CN7": "`Vary` names Accept and Accept-Profile.",
        },
    ),
    Family(
        "FAIR Signposting",
        "https://signposting.org/FAIR/",
        {
            "FS1": "A landing page has one `cite-as`, the persistent IRI.",
            "FS2": "It is `describedby` documents, each with its type.",
            "FS3": "It tells its `type`: a page about a thing, and the thing's.",
            "FS4": "It tells licence and author.",
            "FS5": "`item` and `collection` agree in both directions.",
            "FS6": "The link set comes in both formats, each context with its anchor.",
            "FS7": "The page's `link` elements say the same, and a client reads them.",
        },
    ),
    Family(
        "Memento (RFC 7089)",
        "https://www.rfc-editor.org/rfc/rfc7089",
        {
            "M1": "An original resource links to its TimeGate and TimeMap.",
            "M2": "The TimeGate varies by Accept-Datetime and redirects to a memento.",
            "M3": "A memento tells its datetime and its original, and never changes.",
            "M4": "A time before the first leads to the first; a malformed one is a 400.",
            "M5": "The TimeMap lists all mementos with their times.",
            "M6": "Pages elsewhere may read these headers.",
        },
    ),
    Family(
        "Data on the Web Best Practices",
        "https://www.w3.org/TR/dwbp/",
        {
            "D1": "Metadata are there for people and for machines.",
            "D2": "The licence is told.",
            "D3": "Provenance is told.",
            "D4": "Each version has a number and a history.",
            "D5": "The dataset and each version have persistent IRIs.",
            "D6": "There are several formats, negotiated.",
            "D7": "Everything can be downloaded at once.",
            "D8": "The interfaces are documented.",
            "D9": "Identifiers outlive what they name.",
            "D10": "Readers are told how to report a fault.",
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
        "RDA, Data Citation of Evolving Data",
        "https://doi.org/10.15497/RDA00016",
        {
            "Q1": "Data are versioned and timestamped (R1, R2).",
            "Q2": "Queries are stored and normalised; the same query has the same IRI (R3, R4).",
            "Q3": "The order of a result is made stable before it is digested (R5).",
            "Q4": "The digest of the result is stored and verified anew (R6).",
            "Q5": "The time of execution is stored and an IRI is made (R7 to R9).",
            "Q6": "There is a citation, a landing page, and both for machines (R10 to R12).",
            "Q7": "After a change of engine all stored queries are run and compared (R13, R14).",
        },
    ),
    Family(
        "Persistent identifiers",
        "https://doi.org/10.1371/journal.pbio.2001414",
        {
            "X1": "IRIs show no owner, version or extension.",
            "X2": "The rules of the redirecting service are in the repository, and tested.",
            "X3": "A redirect is at most two hops from its landing.",
            "X4": "The list of identifiers only grows; what goes leaves a tombstone.",
        },
    ),
)
REQUIREMENTS = {
    identifier: sentence
    for family in FAMILIES
    for identifier, sentence in family.requirements.items()
}
