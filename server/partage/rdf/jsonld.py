"""
JSON-LD for programmers (JSON-LD 1.1, https://www.w3.org/TR/json-ld11/): one object about the main
resource, what it refers to nested once, what refers to it under `linkedFrom`, in the short names of
our context.

Nothing is dropped: what neither leads to nor comes from the main resource is `included` beside it.
The only context that is ever read is our own, from the package; no other document is loaded.
"""

import json
from collections.abc import Iterable
from functools import cache, partial
from typing import Literal as Choice
from typing import cast

from pyld import jsonld
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from partage.assets import assets_root
from partage.errors import IntegrityError
from partage.rdf.namespaces import BASE, iri
from partage.rdf.unwritable import triple_terms

Form = Choice["expanded", "compacted", "framed"]
FORMS: tuple[Form, ...] = ("framed", "compacted", "expanded")
FORM_NAMESPACE = "http://www.w3.org/ns/json-ld#"
CONTEXT = BASE + "context.jsonld"
TYPE = iri("rdf:type")
# No short name stands for an IRI that reads as one (JSON-LD 1.1 API §5.2.2).
CONFUSED = "IRI confused with prefix"
# What it is, its own properties, what is around it.
PLACES = {"id": -2, "type": -1, "@graph": 1, "linkedFrom": 2, "included": 3}
# What JSON has a notation of its own for.
INTEGER, BOOLEAN, STRING = iri("xsd:integer"), iri("xsd:boolean"), iri("xsd:string")

Value = dict[str, object]
Node = dict[str, object]


def write_jsonld(
    quads: Iterable[Quad], main: str, form: Form = "framed", context: str = CONTEXT
) -> bytes:
    """
    Return the quads as JSON-LD about the resource `main`; `context` is the address of our context.

    Quads in named graphs are told graph by graph, and no graph is nested in another. Where an IRI
    has one of the context's prefixes for its scheme, as `org:x`, no name is shortened.

    Raises
    ------
    Unwritable
        One of them has a triple term.
    """
    graphs = _nodes(quads)
    default = graphs.pop("", {})
    framed = form == "framed"
    told: list[Node] = _framed(default, main) if framed else list(default.values())
    for name, nodes in sorted(graphs.items()):
        inner = _framed(nodes, main) if framed else list(nodes.values())
        told.append({"@id": name, "@graph": inner})
    document: object = told
    if form != "expanded":
        try:
            document = _compact(told, context)
        except jsonld.JsonLdError as error:
            if error.code != CONFUSED:
                raise
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


@cache
def context_bytes() -> bytes:
    """Return our context as it is served and shipped."""
    return (assets_root() / "ontology" / "context.jsonld").read_bytes()


@cache
def _language_map_properties() -> frozenset[str]:
    """Return the properties whose values our context tells by language."""
    context = json.loads(context_bytes())["@context"]
    terms = [term for term in context.values() if isinstance(term, dict)]
    names = [term["@id"] for term in terms if "@language" in term.get("@container", "")]
    split = [name.partition(":") for name in names]
    return frozenset(context[prefix] + local for prefix, _, local in split)


def load_own_context(address: str, url: str, _options: object) -> dict[str, object]:
    """
    Return our context for its address: the document loader that never reaches out.

    Raises
    ------
    IntegrityError
        Any other document is asked for.
    """
    if url != address:
        raise IntegrityError(f"JSON-LD here reads no document but its own context, not {url}.")
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": json.loads(context_bytes()),
    }


def _compact(nodes: list[Node], context: str) -> object:
    compacted = jsonld.compact(
        nodes,
        context,
        {"documentLoader": partial(load_own_context, context), "skipExpansion": True},
    )
    del compacted["@context"]
    return {"@context": context, **cast("Node", _ordered(compacted))}


def _ordered(value: object) -> object:
    """Return JSON with what a node is before its own properties, and what is around it after."""
    if isinstance(value, list):
        return [_ordered(member) for member in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: PLACES.get(key, 0))
    return {key: _ordered(value[key]) for key in keys}


def _nodes(quads: Iterable[Quad]) -> dict[str, dict[str, Node]]:
    """Return the nodes of each graph in expanded form, in the order of their names."""
    graphs: dict[str, dict[str, Node]] = {}
    for quad in sorted(set(quads), key=str):
        graph = "" if isinstance(quad.graph_name, DefaultGraph) else _name(quad.graph_name)
        nodes = graphs.setdefault(graph, {})
        node = nodes.setdefault(_name(quad.subject), {"@id": _name(quad.subject)})
        if quad.predicate.value == TYPE and not isinstance(quad.object, Literal):
            cast("list[str]", node.setdefault("@type", [])).append(_name(quad.object))
        else:
            _values(node, quad.predicate.value).append(_value(quad.object, quad.predicate))
    return graphs


def _values(node: Node, key: str) -> list[Value]:
    return cast("list[Value]", node.setdefault(key, []))


def _name(term: NamedNode | BlankNode | Triple | Literal | DefaultGraph) -> str:
    return str(term) if isinstance(term, BlankNode) else str(getattr(term, "value", term))


def _value(term: NamedNode | BlankNode | Triple | Literal, predicate: NamedNode) -> Value:
    if isinstance(term, Triple):
        raise triple_terms()
    if not isinstance(term, Literal):
        return {"@id": _name(term)}
    text, datatype = term.value, term.datatype.value
    if term.language:
        direction = {"@direction": str(term.direction)} if term.direction else {}
        return {"@value": text, "@language": term.language, **direction}
    if datatype == STRING:
        return {"@value": text}
    native = None if predicate.value in _language_map_properties() else _native(text, datatype)
    return {"@value": text, "@type": datatype} if native is None else {"@value": native}


def _native(text: str, datatype: str) -> bool | int | None:
    """Return what JSON has a notation of its own for; maps of languages take nothing but texts."""
    if datatype == BOOLEAN and text in {"true", "false"}:
        return text == "true"
    whole = datatype == INTEGER and text.removeprefix("-").isdecimal()
    # JavaScript counts exactly only so far.
    exact = whole and text == str(int(text)) and abs(int(text)) < 2**53
    return int(text) if exact else None


def _framed(nodes: dict[str, Node], main: str) -> list[Node]:
    """Return the main node with all others nested in it, around it, or beside it."""
    if main not in nodes:
        return list(nodes.values())
    placed = {main}
    tree = nodes[main]
    coming = [
        node for name, node in nodes.items() if name != main and _referring_properties(node, main)
    ]
    _nest([tree], nodes, placed)
    reverse: dict[str, list[Node]] = {}
    for node in coming:
        if str(node["@id"]) in placed:
            continue
        placed.add(str(node["@id"]))
        whole = True
        for key in _referring_properties(node, main):
            rest = [value for value in _values(node, key) if value != {"@id": main}]
            if rest:
                node[key] = rest
            else:
                del node[key]
            reverse.setdefault(key, []).append(node if whole else {"@id": node["@id"]})
            whole = False
        _nest([node], nodes, placed)
    if reverse:
        tree["@reverse"] = reverse
    beside = []
    for name, node in nodes.items():
        if name not in placed:
            placed.add(name)
            _nest([node], nodes, placed)
            beside.append(node)
    if beside:
        tree["@included"] = beside
    return [tree]


def _referring_properties(node: Node, main: str) -> list[str]:
    """Return the properties by which a node refers to the main one."""
    return [key for key in node if key[0] != "@" and {"@id": main} in _values(node, key)]


def _nest(level: list[Node], nodes: dict[str, Node], placed: set[str]) -> None:
    """Put each node that is referred to where it is first met, nearest first."""
    while level:
        below: list[Node] = []
        for node in level:
            for key in [key for key in node if key[0] != "@"]:
                for number, value in enumerate(values := _values(node, key)):
                    name = str(value.get("@id", ""))
                    if name in nodes and name not in placed:
                        placed.add(name)
                        values[number] = nodes[name]
                        below.append(nodes[name])
        level = below
