"""
Whether two servers say the same: answers as multisets, in one form for all.

Numbers are compared by value to nine digits, as engines differ in the datatype that an aggregate
has; a plain literal is an `xsd:string`; blank nodes are all alike. The order of solutions counts
for nothing: where a query orders them, it is to choose them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, RdfFormat, parse

from benchmarks.servers import JSON, Answer, Unanswered
from partage.rdf.namespaces import iri

NUMBERS = {iri(f"xsd:{name}") for name in ("integer", "int", "long", "decimal", "double", "float")}
NUMBERS |= {iri("xsd:nonNegativeInteger"), iri("xsd:short"), iri("xsd:byte")}


@dataclass(frozen=True, slots=True)
class Digest:
    """How many solutions or statements an answer has, and a digest of them."""

    rows: int
    sha256: str


def digest(answer: Answer) -> Digest:
    """
    Return what is compared of an answer.

    Raises
    ------
    Unanswered
        It is not of the form that it says.
    """
    try:
        rows = _solutions(answer.body) if answer.media_type == JSON else _statements(answer)
    except (ValueError, SyntaxError) as error:
        raise Unanswered(f"not readable as {answer.media_type}") from error
    return Digest(len(rows), hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:16])


def _solutions(body: bytes) -> list[str]:
    found = json.loads(body)
    if "boolean" in found:
        return [str(found["boolean"])]
    names = sorted(found["head"]["vars"])
    if names == ["__ASK_RETVAL"]:  # how Virtuoso answers ASK
        return [
            str(any(row["__ASK_RETVAL"]["value"] == "1" for row in found["results"]["bindings"]))
        ]
    return [
        "\t".join(_term(row.get(name)) for name in names) for row in found["results"]["bindings"]
    ]


def _term(term: Mapping[str, str] | None) -> str:
    if term is None or term["type"] == "bnode":
        return "" if term is None else "_:"
    if term["type"] == "uri":
        return f"<{term['value']}>"
    datatype = term.get("datatype", "")
    if datatype in NUMBERS:
        return f"{float(term['value']):.9g}"
    tag = term.get("xml:lang", "").lower() or ("" if datatype == iri("xsd:string") else datatype)
    return f"{json.dumps(term['value'])}^{tag}"


def _statements(answer: Answer) -> list[str]:
    form = RdfFormat.from_media_type(answer.media_type) or RdfFormat.N_TRIPLES
    return sorted(
        {
            " ".join("_:" if isinstance(part, BlankNode) else str(part) for part in quad.triple)
            for quad in parse(answer.body, format=form, base_iri="http://localhost/")
        }
    )
