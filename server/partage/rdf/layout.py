"""
The committed form of Turtle and TriG: one way to write each graph, made for review.

Subjects are sorted; each opens a line with its identity predicates (type, who, with whom), then
one predicate a line; several objects of a predicate follow one another. Claim versions are
followed by their assertion graph. Only the prefixes in use are declared. Blank nodes are refused.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from partage.errors import CanonicalFormError
from partage.rdf.namespaces import ID, PREFIXES, iri

TYPE = iri("rdf:type")

# These share the subject's first line, in this order; a reader sees at once what the thing is.
OPENING = tuple(
    iri(curie)
    for curie in (
        "rdf:type", "dct:identifier", "ds:claimType", "ds:confidence",
        "ds:hasProvider", "ds:hasRecipient", "ds:principalCategory",
        "ds:statedProvider", "ds:statedRecipient",
        "ds:underAgreement", "ds:underAgreementSet", "ds:stateKind", "ds:asOfEdtf",
        "owl:sourceIndividual", "owl:assertionProperty", "owl:targetIndividual",
        "oa:hasSource", "oa:start", "oa:end",
    )
)  # fmt: skip
_RANK = {predicate: rank for rank, predicate in enumerate(OPENING)}
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w-]*[\w])?|", re.ASCII)
_BARE = {
    iri("xsd:integer"): re.compile(r"[+-]?[0-9]+"),
    iri("xsd:boolean"): re.compile(r"true|false"),
}
_DIGITS = re.compile(r"(\d+)")
_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)

Term = NamedNode | Literal | BlankNode | Triple


def committed_form(quads: Iterable[Quad]) -> str:
    """
    Return the committed form of `quads`: Turtle when all are in the default graph, else TriG.

    Raises
    ------
    CanonicalFormError
        A blank node or a triple term.
    """
    graphs: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        name = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        graphs[name].append(quad)
    writer = _LayoutWriter()
    default = {subject: list(rows) for subject, rows in _by_subject(graphs.pop("", []))}
    owner = {name: name.partition("#")[0] for name in graphs}
    blocks = []
    for subject in sorted(default.keys() | set(owner.values()), key=_natural_key):
        if subject in default:
            blocks.append(writer.subject(subject, default[subject], ""))
        for name in sorted(n for n, s in owner.items() if s == subject):
            inner = [writer.subject(s, list(r), "    ") for s, r in _by_subject(graphs[name])]
            body = "".join(inner)
            attached = blocks and owner[name] in default
            text = f"{writer.name(name)} {{\n{body}}}\n"
            if attached:
                blocks[-1] += text
            else:
                blocks.append(text)
    header = f"@base <{ID}> .\n" + "".join(
        f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n"
        for prefix in PREFIXES
        if prefix in writer.used
    )
    return header + "".join("\n" + block for block in blocks)


def _by_subject(quads: list[Quad]) -> list[tuple[str, list[Quad]]]:
    def key(quad: Quad) -> tuple[object, ...]:
        return _natural_key(_iri_of(quad.subject))

    return [
        (_iri_of(rows[0].subject), rows)
        for rows in (list(group) for _, group in groupby(sorted(quads, key=key), key))
    ]


def _natural_key(text: str) -> tuple[object, ...]:
    """Sort c2 before c10, and runs of digits before other text."""
    parts = _DIGITS.split(text)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _iri_of(term: Term) -> str:
    if isinstance(term, NamedNode):
        return term.value
    raise CanonicalFormError(
        f"{term} is not an IRI. Data holds no blank nodes: give the thing an identifier "
        "(`partage ids allocate KIND`) or a #fragment of the thing it belongs to."
    )


class _LayoutWriter:
    """Writes terms and remembers the prefixes it used."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def subject(self, subject: str, quads: list[Quad], indent: str) -> str:
        rows: dict[str, list[str]] = defaultdict(list)
        for quad in quads:
            rows[quad.predicate.value].append(self.term(quad.object))
        lines = {
            predicate: ("a" if predicate == TYPE else self.name(predicate))
            + " "
            + _listed(sorted(set(objects), key=_by_language), indent)
            for predicate, objects in rows.items()
        }
        opening = [lines[p] for p in sorted(lines, key=lambda p: _RANK.get(p, 0)) if p in _RANK]
        others = sorted(lines[p] for p in lines if p not in _RANK)
        first = " ; ".join([*opening]) or others.pop(0)
        return (
            f"{indent}{self.name(subject)} {first}"
            + "".join(f" ;\n{indent}    {line}" for line in others)
            + " .\n"
        )

    def name(self, value: str) -> str:
        for prefix, namespace in _NAMESPACES:
            if value.startswith(namespace) and _LOCAL.fullmatch(value[len(namespace) :]):
                self.used.add(prefix)
                return f"{prefix}:{value[len(namespace) :]}"
        return f"<{value.removeprefix(ID)}>" if value != ID else f"<{value}>"

    def term(self, term: Term) -> str:
        if not isinstance(term, Literal):
            return self.name(_iri_of(term))
        quoted = f'"{term.value.translate(_ESCAPES)}"'
        if term.language:
            return f"{quoted}@{term.language}"
        datatype = term.datatype.value
        if datatype == iri("xsd:string"):
            return quoted
        bare = _BARE.get(datatype)
        if bare and bare.fullmatch(term.value):
            return term.value
        return f"{quoted}^^{self.name(datatype)}"


def _by_language(text: str) -> tuple[str, str]:
    """Sort texts by their language tag first."""
    return (text.rpartition('"@')[2] if '"@' in text else "", text)


def _listed(objects: list[str], indent: str) -> str:
    """Join objects: names side by side, texts below one another."""
    texts = len(objects) > 1 and any('"@' in text for text in objects)
    return f" ,\n{indent}        ".join(objects) if texts else " , ".join(objects)


_NAMESPACES = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))
