"""
From a tree back to a text that every engine reads in one way
(SPARQL 1.2 Query Language §19.8): one space between tokens, none before the parenthesis of a
function, booleans in small letters, blank nodes with labels. What is reified cannot be written.
"""

from collections.abc import Callable, Iterable

from partage.sparql.syntax.lexer import unescape
from partage.sparql.syntax.tree import (
    Clause,
    Expression,
    Group,
    InlineData,
    Path,
    Pattern,
    Projection,
    QueryTree,
    Select,
    Term,
)

SIGNS = {"NEG": "-", "POS": "+", "!": "!"}
MARKS = {"sequence": "/", "alternative": "|"}


def query_text(tree: QueryTree) -> str:
    """Return the text of a query whose tree is not reified."""
    assert tree.reified is None
    parts = [unescape(tree.text[one.start : one.end]) for one in tree.prologue]
    if tree.select is not None:
        parts.append(_select(tree.select))
    else:
        parts.append(tree.form)
    if tree.template is not None:
        parts.append("{ " + " ".join(map(_pattern, tree.template)) + " }")
    if tree.form == "DESCRIBE":
        parts += map(_term, tree.described) if tree.described else ["*"]
    parts += (f"FROM {'NAMED ' if one.named else ''}{unescape(one.iri)}" for one in tree.dataset)
    if tree.where is not None:
        parts.append("WHERE " + group_text(tree.where))
    parts += map(_clause, tree.clauses)
    return " ".join(parts)


def group_text(group: Group) -> str:
    """Return the text of a group in its braces."""
    if (sub := group.subselect) is not None:
        parts = [_select(sub.select), "WHERE", group_text(sub.where), *map(_clause, sub.clauses)]
    else:
        parts = list(map(_pattern, group.patterns))
    return " ".join(("{", *parts, "}"))


def expression_text(expression: Expression) -> str:
    """Return the text of an expression, in parentheses where it has operators."""
    operator, operands = expression.operator, expression.operands
    if operator == "TERM":
        assert expression.term is not None
        return _term(expression.term)
    if expression.group is not None:
        return f"{operator} {group_text(expression.group)}"
    if operator in {"CALL", "AGGREGATE"}:
        return _call(expression)
    if operator in SIGNS:
        return f"({SIGNS[operator]} {expression_text(operands[0])})"
    if operator in {"IN", "NOT IN"}:
        members = ", ".join(map(expression_text, operands[1:]))
        return f"({expression_text(operands[0])} {operator} ({members}))"
    return f"({expression_text(operands[0])} {operator} {expression_text(operands[1])})"


def _call(expression: Expression) -> str:
    given = "*" if expression.star else ", ".join(map(expression_text, expression.operands))
    distinct = "DISTINCT " if expression.distinct else ""
    separator = ""
    if expression.separator is not None:
        separator = f"; SEPARATOR = {unescape(expression.separator)}"
    return f"{expression.name}({distinct}{given}{separator})"


def _bracketed(expression: Expression) -> str:
    written = expression_text(expression)
    is_call = expression.operator in {"CALL", "AGGREGATE"} or expression.group is not None
    return written if is_call or written.startswith("(") else f"({written})"


def _term(term: Term) -> str:
    if term.kind == "blank":
        return "_:" + term.text[1:]
    if term.triple is not None:
        return " ".join(("<<(", *map(_term, term.triple), ")>>"))
    if term.kind == "path":
        assert term.path is not None
        return path_text(term.path)
    if term.kind == "literal" and term.text.upper() in {"TRUE", "FALSE"}:
        return term.text.lower()
    return unescape(term.text)


def path_text(path: Path) -> str:
    """Return the text of a path, in parentheses where it has several steps."""
    steps = list(map(path_text, path.steps))
    if path.kind == "iri":
        return unescape(path.text)
    if path.kind == "inverse":
        return f"^({steps[0]})" if path.steps[0].kind == "inverse" else f"^{steps[0]}"
    if path.kind == "negated":
        return "!(" + "|".join(steps) + ")"
    if path.kind in MARKS:
        return "(" + MARKS[path.kind].join(steps) + ")"
    step = steps[0] if path.steps[0].kind in {"iri", *MARKS} else f"({steps[0]})"
    return step + path.kind


def _pattern(pattern: Pattern) -> str:
    return _PATTERNS[pattern.kind](pattern)


def _named(pattern: Pattern) -> str:
    assert pattern.name is not None
    word = "GRAPH" if pattern.kind == "graph" else "SERVICE SILENT" if pattern.silent else "SERVICE"
    return f"{word} {_term(pattern.name)} {group_text(pattern.groups[0])}"


def _bind(pattern: Pattern) -> str:
    assert pattern.expression is not None
    return f"BIND({expression_text(pattern.expression)} AS ?{pattern.target})"


def _filter(pattern: Pattern) -> str:
    assert pattern.expression is not None
    return f"FILTER {_bracketed(pattern.expression)}"


def _values(pattern: Pattern) -> str:
    assert pattern.data is not None
    return _data(pattern.data)


_PATTERNS: dict[str, Callable[[Pattern], str]] = {
    "triple": lambda pattern: " ".join(map(_term, pattern.terms)) + " .",
    "filter": _filter,
    "bind": _bind,
    "values": _values,
    "optional": lambda pattern: f"OPTIONAL {group_text(pattern.groups[0])}",
    "minus": lambda pattern: f"MINUS {group_text(pattern.groups[0])}",
    "lateral": lambda pattern: f"LATERAL {group_text(pattern.groups[0])}",
    "graph": _named,
    "service": _named,
    "union": lambda pattern: " UNION ".join(map(group_text, pattern.groups)),
    "group": lambda pattern: group_text(pattern.groups[0]),
    "select": lambda pattern: group_text(pattern.groups[0]),
}


def _data(data: InlineData) -> str:
    rows = (
        "(" + " ".join("UNDEF" if term is None else _term(term) for term in row) + ")"
        for row in data.rows
    )
    names = " ".join(f"?{name}" for name in data.variables)
    return f"VALUES ({names}) {{ {' '.join(rows)} }}"


def _select(select: Select) -> str:
    shown = list(map(_projection, select.projections)) or ["*"]
    return " ".join(filter(None, ("SELECT", select.modifier, *shown)))


def _projection(projection: Projection) -> str:
    if projection.expression is None:
        return f"?{projection.variable}"
    if projection.variable is None:
        return _bracketed(projection.expression)
    return f"({expression_text(projection.expression)} AS ?{projection.variable})"


def _clause(clause: Clause) -> str:
    if clause.data is not None:
        return _data(clause.data)
    if clause.number is not None:
        return f"{clause.word} {clause.number}"
    parts: Iterable[str]
    if clause.keys:
        parts = ("GROUP BY", *map(_projection, clause.keys))
    elif clause.constraints:
        parts = ("HAVING", *map(_bracketed, clause.constraints))
    else:
        parts = (
            "ORDER BY",
            *(
                f"{'DESC' if one.descending else 'ASC'}({expression_text(one.expression)})"
                for one in clause.conditions
            ),
        )
    return " ".join(parts)
