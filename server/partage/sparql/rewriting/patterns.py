"""
Regular expressions and replacements, as XPath has them.

SPARQL 1.1 Query Language §17.4.3.14 and §17.4.3.15; XQuery and XPath Functions 3.1 §5.6.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from pyoxigraph import Literal, RdfFormat, parse

from partage.errors import RegexNotSupported
from partage.rdf.sparql_terms import string
from partage.sparql.rewriting.building import expression, literal
from partage.sparql.syntax.lexer import place, unescape
from partage.sparql.syntax.transform import transform
from partage.sparql.syntax.tree import Expression, QueryTree

# Where the flags stand among the operands.
FLAGS = {"REGEX": 2, "REPLACE": 3}
_PART_OF_PATTERN = re.compile(r"\\(.)|-\[|[\[\]]", re.DOTALL)
_PART_OF_REPLACEMENT = re.compile(r"\\([\\$])|\$([0-9]+)|[\\$]")
_GROUP = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?)", re.DOTALL)


def regular_expressions(tree: QueryTree) -> QueryTree:
    """
    Have REGEX and REPLACE read literal patterns and replacements as XPath does.

    Raises
    ------
    RegexNotSupported
        A pattern holds what the engine cannot evaluate.
    """

    def change(node: object) -> object:
        if not isinstance(node, Expression) or node.name not in FLAGS:
            return node
        flags = [_value(one) for one in node.operands[FLAGS[node.name] :]]
        if None in flags or "q" in "".join(filter(None, flags)):
            return _written(node, 2, _literally) if flags and flags[0] else node
        pattern = _value(node.operands[1]) if len(node.operands) > 1 else None
        groups = 9 if pattern is None else sum(one == "(" for one in _GROUP.findall(pattern))
        start = node.operands[1].start if len(node.operands) > 1 else 0
        read = _written(node, 1, lambda text: _pattern(text, tree, start))
        return _written(read, 2, lambda text: _replacement(text, groups))

    return transform(tree, change)


def _value(operand: Expression) -> str | None:
    """Return the text of a literal; None for anything else."""
    term = operand.term
    if term is None or term.kind != "literal" or term.text[:1] not in {'"', "'"}:
        return None
    quoted = unescape(re.sub(r"(@[\w-]+|\^\^.*)\Z", "", term.text, flags=re.DOTALL))
    (read,) = parse(f"<a:a> <a:a> {quoted} .", format=RdfFormat.TURTLE)
    return read.object.value if isinstance(read.object, Literal) else None


def _written(node: Expression, at: int, write: Callable[[str], str | None]) -> Expression:
    """Return a call with the literal at a place written anew; None there is an error."""
    if len(node.operands) <= at or at == FLAGS[node.name]:
        return node
    text = _value(node.operands[at])
    written = text if text is None else write(text)
    if written == text:
        return node
    error = expression("/", literal("1"), literal("0"))
    made = error if written is None else literal(string(written))
    return replace(node, operands=(*node.operands[:at], made, *node.operands[at + 1 :]))


def _pattern(text: str, tree: QueryTree, start: int) -> str:
    depth = 0

    def change(found: re.Match[str]) -> str:
        nonlocal depth
        part = found[0]
        if found[1] and (found[1] in "icIC" or (not depth and found[1] in "123456789")):
            raise RegexNotSupported(
                "Line %(line)d, column %(column)d: `%(part)s` in a regular expression is not "
                "supported here. Write it in another way, as `[A-Za-z]` for `\\i`; there is none "
                "for back-references.",
                *place(tree.text, start),
                part=part,
            )
        if part in {"[", "-["}:
            part = "--[" if depth and part == "-[" else part
            depth += 1
        elif part == "]":
            depth = max(depth - 1, 0)
        return part

    return _PART_OF_PATTERN.sub(change, text)


def _replacement(text: str, groups: int) -> str | None:
    """Return a replacement as the engine reads it; None where XPath has it to be an error."""
    valid = True

    def change(found: re.Match[str]) -> str:
        nonlocal valid
        if found[1]:
            return "$$" if found[1] == "$" else "\\"
        digits = found[2]
        if digits is None:
            valid = False
            return ""
        while len(digits) > 1 and int(digits) > groups:
            digits = digits[:-1]
        return f"${{{digits}}}{found[2][len(digits) :]}"

    made = _PART_OF_REPLACEMENT.sub(change, text)
    return made if valid else None


def _literally(text: str) -> str:
    return text.replace("$", "$$")
