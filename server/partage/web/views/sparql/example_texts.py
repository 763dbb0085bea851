"""How the example queries find their answers, and what these mean: for readers, by number."""

from types import MappingProxyType

from flask_babel import lazy_gettext as _

EXPLANATIONS = MappingProxyType(
    {
        "01": _(
            "Takes the flows that the reasoner finds to be private communications, and counts "
            "the claims whose own assertion names the recipient. Access claimed is not use "
            "proven: some of these claims are disputed or denied by others."
        ),
        "02": _(
            "Groups the flows out of Facebook by their principal category and counts the "
            "recipients of each. A recipient, or a set of them named together, counts once in a "
            "category."
        ),
        "03": _(
            "Who gives data for a purpose that serves a feature feeds that feature: this is "
            "inferred. Each row then tells the data as the claim itself states them, or else "
            "the principal category."
        ),
        "04": _(
            "An agreement is inferred to be reciprocal when claims state flows under it both "
            "from and to Facebook. The two counts tell how many flows go each way."
        ),
        "05": _(
            "Keeps the agreements that cover a flow to Facebook, and with NOT EXISTS leaves out "
            "those that also cover one from it. Not stated is not the same as none."
        ),
        "06": _(
            "Takes the flows whose data subjects are friends of Facebook users, or any narrower "
            "group, which is inferred. They are counted under the principal category of each "
            "flow."
        ),
        "07": _(
            "Walks the hierarchy of data categories with the path skos:broader*, at any depth: "
            "private messages, posts, inboxes and more are all communications."
        ),
        "08": _(
            "UNION puts the two directions together, and BIND gives each a name. A set of "
            "parties, such as app developers, counts as one."
        ),
        "09": _(
            "IF and EXISTS tell of each flow whether a purpose is stated. That none is stated "
            "does not mean that there was none."
        ),
        "10": _(
            "Looks into the assertion graph of each claim, so that only what a claim itself "
            "states is counted, and not what one permission implies. No row means “not stated”, "
            "not “no”."
        ),
        "11": _(
            "Each number is given as stated, with its qualifier (“about”, “more than”) and who "
            "says so. Sources count different things and disagree; the mood is recorded only "
            "for the article that was read whole."
        ),
        "12": _(
            "A subquery finds the earliest possible day of all stated beginnings; the outer "
            "query finds the claims that state it. Days are derived from the stated EDTF dates."
        ),
        "13": _(
            "Uses the inferred property ds:sharesDataWith in both directions, without regard to "
            "agreements. Comparing the names keeps each pair once."
        ),
        "14": _(
            "VALUES names the two classes to be counted: access granted to data that stay where "
            "they are, and data handed over."
        ),
        "15": _(
            "A list is open where the source gives examples only: others than those named, "
            "companies or kinds of data, may belong to it. This is recorded for the article "
            "that was read whole."
        ),
        "16": _(
            "VALUES chooses the properties to be shown of one thing. The Wikidata item is that "
            "of the company, not that of the network."
        ),
        "17": _(
            "Asks the ontology about itself: its version IRI, and the version that came before, "
            "where there was one."
        ),
        "18": _(
            "Follows the mapping properties of SKOS to the Data Privacy Vocabulary. The broader "
            "categories are asked too, for DPV may know only those."
        ),
        "19": _(
            "GRAPH ?graph ranges over all named graphs. Those of claim versions are taken "
            "together by their part: head, assertion, provenance, publication information."
        ),
        "20": _(
            "A claim’s version is a nanopublication: its head graph names the graph with its "
            "publication information, where licence, editors and date stand."
        ),
        "21": _(
            "One triple pattern: what has been replaced, and by what. No identifier was "
            "replaced so far."
        ),
        "22": _(
            "Deprecated terms that were neither withdrawn nor merged, with their successors "
            "where they have one. There are none so far."
        ),
        "23": _(
            "Asks for every thing of ours and both languages whether a label is missing, with "
            "NOT EXISTS. No rows is the good answer: every one has both."
        ),
        "24": _(
            "Counts the members of each class with all that is inferred; kinds of concept are "
            "left out. The beginning of many a query: it tells what there is."
        ),
        "25": _(
            "The path skos:prefLabel|skos:altLabel takes the preferred and all other names, and "
            "LANG tells the language of each."
        ),
        "26": _(
            "Reads the graph of alignments alone, and cuts each foreign IRI after its namespace "
            "with REPLACE, to count by vocabulary."
        ),
        "27": _(
            "From the flow to the claims about it, from each claim to the passage it stands in. "
            "Places in a captured source count Unicode code points, the end excluded; other "
            "places are described in words."
        ),
        "28": _(
            "Two ways to be about private communications, joined by UNION: a claim about such a "
            "flow, denials included, or a claim that names such data."
        ),
        "29": _(
            "Counts who disputes whose claims. A claim may be disputed without being "
            "contradicted: the reasoner tells which pairs cannot both hold."
        ),
        "30": _(
            "The class ds:ContestedClaim is inferred from the relations that the editors "
            "recorded between claims; the count tells how many dispute each."
        ),
        "31": _(
            "Claims that the source makes in the conditional, as hearsay. The mood is recorded "
            "for the article that was read whole."
        ),
        "32": _(
            "The source does not attribute these claims in so many words; the editors read from "
            "the context who speaks."
        ),
        "33": _(
            "The numbers of documents and interviews, as stated of the newspaper, with who "
            "states them. Sources differ."
        ),
        "34": _(
            "NOT EXISTS keeps the organizations that some claim is about, but that no flow "
            "comes from or goes to."
        ),
        "35": _(
            "A subquery counts the publishers of each claim; the outer query counts the claims "
            "by that number. Different publishers are no proof of independence: many retell the "
            "same report."
        ),
        "36": _(
            "Every claim says whether it keeps to the words of the source or is the editors’ "
            "inference. What the reasoner infers is no claim: it stands in graphs of its own."
        ),
        "37": _(
            "Three properties of one source. The text itself bears no date; this one comes from "
            "its address."
        ),
        "38": _(
            "Counts the passages of each captured source, and those that lie inside the capture "
            "with a digest of their characters and one of their words: those can be verified."
        ),
        "39": _(
            "Follows a claim to its current version and to the version before. There are no "
            "rows so far: every claim is in its first version."
        ),
        "40": _(
            "Quotations read in another language than they were spoken in. The original words "
            "are not in the sources that were read."
        ),
    }
)
