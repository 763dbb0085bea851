"""
A view of a kind as one SPARQL query: its filters, its order, its page.

The query answers what the page shows, row by row; `$lang` has become the reader's language.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from partage.rdf.namespaces import PREFIXES, curie
from partage.rdf.sparql_terms import iriref, string
from partage.resources.browse.kinds import BrowsedKind, BrowsedProperty

ROWS = 50
NAMED = "?value skos:prefLabel ?name"
_PREFIXED = re.compile(r"<[^>]*>|\b([a-z]+):")


@dataclass(frozen=True, slots=True)
class BrowseView:
    """What a reader wants to see of a kind: values of facets, words of the label, order, page."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""
    order: str = "label"
    descending: bool = False
    page: int = 1


def select(kind: BrowsedKind, view: BrowseView, language: str, *, whole: bool = False) -> str:
    """Return the query for a page of a view; `whole`: for all its rows with all that is known."""
    shown = [each for each in kind.all if whole or each.column]
    names = [name for each in shown for name, _ in _bindings(each)]
    optional = [_optional(kind, each, language, each.key == view.order) for each in shown]
    order = "DESC(?order)" if view.descending else "?order"
    paging = [] if whole else [f"LIMIT {ROWS}"]
    paging += [f"OFFSET {ROWS * (view.page - 1)}"] if view.page > 1 and not whole else []
    return _prefixed(
        f"SELECT {_keys(kind)} {' '.join(names)}",
        "WHERE {",
        *_filters(kind, view, language),
        *optional,
        "}",
        f"ORDER BY {order} {_keys(kind)}",
        *paging,
    )


def construct(kind: BrowsedKind, view: BrowseView, language: str) -> str:
    """Return the query for all that is stated of the members in a view."""
    first, *others = kind.keys
    thing = [f"  BIND(?{first} AS ?thing)"]
    if others:
        thing = [
            "  VALUES ?first { true false }",
            f"  BIND(IF(?first, ?{first}, ?{others[0]}) AS ?thing)",
        ]
    return _prefixed(
        "CONSTRUCT { ?thing ?property ?object }",
        "WHERE {",
        *_filters(kind, view, language),
        *thing,
        "  ?thing ?property ?object .",
        "}",
    )


def pattern(each: BrowsedProperty, language: str, given: str = "") -> str:
    """Return a property's pattern, in a language; of all members, or of those `given`."""
    text = each.pattern.replace("$lang", language)
    return text.replace("$given ", f"{given} " if given else "")


def some(kind: BrowsedKind, view: BrowseView, language: str) -> str:
    """Return the query for the members on a page of a view, in no order but the engine's own."""
    return _prefixed(
        f"SELECT DISTINCT {_keys(kind)}",
        "WHERE {",
        *_filters(kind, view, language),
        "}",
        f"LIMIT {ROWS}",
        f"OFFSET {ROWS * (view.page - 1)}",
    )


def counted(kind: BrowsedKind, view: BrowseView, language: str) -> str:
    """Return the query that counts the members of a view, as `?n`."""
    filters = "\n".join(_filters(kind, view, language))
    return f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT {_keys(kind)} {{ {filters} }} }}"


def _filters(kind: BrowsedKind, view: BrowseView, language: str) -> list[str]:
    keys = _keys(kind)
    parts = [f"  {kind.members} ."]
    for key, values in view.chosen.items():
        each = kind.find(key)
        among = ", ".join(_written(each, value) for value in values)
        parts.append(
            f"  # {key}\n  {{ SELECT DISTINCT {keys} {{ {pattern(each, language)} "
            f"FILTER({_compared(each)} IN ({among})) }} }}"
        )
    if view.words:
        label = pattern(kind.find("label"), language)
        parts.append(
            f"  # words\n  {{ SELECT DISTINCT {keys} {{ {label} "
            f"FILTER(CONTAINS(LCASE(STR(?value)), {string(view.words.lower())})) }} }}"
        )
    return parts


def _compared(each: BrowsedProperty) -> str:
    return "?value" if each.values == "named" else "STR(?value)"


def _bindings(each: BrowsedProperty) -> list[tuple[str, str]]:
    """Return the variables that show a property, and from what they are gathered."""
    name = re.sub(r"-(.)", lambda found: found[1].upper(), each.key)
    if each.values == "number" or each.key.endswith("label"):
        return [(f"?{name}", f"(MIN(?value) AS ?{name})")]
    if each.values != "named":
        return [_joined("?value", " | ", name)]
    return [_joined("STR(?value)", " ", name), _joined("?name", " | ", name + "Label")]


def _joined(values: str, separator: str, name: str) -> tuple[str, str]:
    gathered = f"GROUP_CONCAT(DISTINCT {values}; SEPARATOR={string(separator)})"
    return f"?{name}", f"({gathered} AS ?{name})"


def _optional(kind: BrowsedKind, each: BrowsedProperty, language: str, ordered: bool) -> str:
    body = pattern(each, language)
    if each.values == "named":
        body += f" . {NAMED} FILTER(LANG(?name) = {string(language)})"
    gathered = [expression for _, expression in _bindings(each)]
    gathered += [f"({_first(each)} AS ?order)"] if ordered else []
    lines = "\n      ".join(gathered)
    return (
        f"  OPTIONAL {{\n    SELECT {_keys(kind)}\n      {lines}\n"
        f"    WHERE {{ {body} }}\n    GROUP BY {_keys(kind)}\n  }}"
    )


def _first(each: BrowsedProperty) -> str:
    """Return what a property's least value is, as things are put in order by it."""
    if each.values == "number":
        return "MIN(?value)"
    return f"MIN(LCASE(STR({'?name' if each.values == 'named' else '?value'})))"


def _written(each: BrowsedProperty, value: str) -> str:
    if each.values != "named":
        return string(value)
    return curie(value) or iriref(value)


def _keys(kind: BrowsedKind) -> str:
    return " ".join(f"?{key}" for key in kind.keys)


def _prefixed(*lines: str) -> str:
    """Return the lines of a query below the declarations of the prefixes that they use."""
    text = "\n".join(lines) + "\n"
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    used = sorted({found[1] for found in _PREFIXED.finditer(plain) if found[1]})
    return "".join(f"PREFIX {name}: {iriref(PREFIXES[name])}\n" for name in used) + "\n" + text
