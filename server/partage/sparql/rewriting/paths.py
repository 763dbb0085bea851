"""Property paths (SPARQL 1.1 Query Language §9.1, §18.2.2.5, §18.4)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from partage.sparql.rewriting.building import (
    OURS,
    exists,
    filtered,
    group,
    pattern,
    shown,
    term,
    triple,
    values,
    variable,
    without_blanks,
)
from partage.sparql.rewriting.building import call as function
from partage.sparql.syntax.terms import BLANK
from partage.sparql.syntax.transform import is_same, transform
from partage.sparql.syntax.tree import (
    Group,
    Path,
    Pattern,
    QueryTree,
    Select,
    SubSelect,
    Term,
    all_shown,
)

IsKnown = Callable[[str], bool]
Rewrite = Callable[[Pattern], Sequence[Pattern] | None]


def alternatives(tree: QueryTree) -> QueryTree:
    """Have each alternative of a path give its solutions, also where another gives the same."""
    select = tree.select
    if tree.form == "ASK" or (select is not None and select.modifier and not _computes(select)):
        return tree  # where duplicates do not count
    return _rewritten(tree, _Alternatives().of)


def zero_length(tree: QueryTree, is_known: IsKnown | None = None) -> QueryTree:
    """
    Have a path of no steps start and end at a term that no triple of the graph has.

    `is_known` returns whether a triple of the default graph has an IRI; it is asked, for speed,
    where no other graph is.
    """
    words = {token.word for token in tree.tokens}
    known = is_known if not tree.dataset and "GRAPH" not in words else None

    def rewrite(found: Pattern) -> Sequence[Pattern] | None:
        constants = [one for one in found.terms[::2] if one.kind in {"iri", "literal"}]
        path = found.terms[1].path
        if path is None or not _may_be_empty(path) or not constants:
            return None
        iris = [tree.iri(one) for one in constants]
        if known is not None and all(one is not None and known(one) for one in iris):
            return None
        return _from_unknown(found.terms[0], path, found.terms[2], constants)

    return _rewritten(tree, rewrite)


def _may_be_empty(path: Path) -> bool:
    """Return whether a path may have no steps (§18.4)."""
    if path.kind in {"*", "?"}:
        return True
    some = any if path.kind == "alternative" else all
    return path.kind not in {"iri", "negated"} and some(map(_may_be_empty, path.steps))


def _computes(select: Select) -> bool:
    return any(one.expression is not None for one in select.projections)


class _Alternatives:
    def __init__(self) -> None:
        self._steps = 0

    def of(self, found: Pattern) -> Sequence[Pattern] | None:
        """Return what stands for a triple pattern; None where it stays."""
        subject, verb, target = found.terms
        path = verb.path and _forward(verb.path)
        if path is None or not _branches(path):
            return None
        return list(self._patterns(subject, path, target))

    def _patterns(self, subject: Term, path: Path, target: Term) -> Iterator[Pattern]:
        if path.kind == "sequence" and _branches(path):
            *before, last = path.steps
            for step in before:
                self._steps += 1
                between = variable(f"{OURS}via_{self._steps}")
                yield from self._patterns(subject, step, between)
                subject = between
            yield from self._patterns(subject, last, target)
        elif _branches(path):
            steps = _directions(path) if path.kind == "negated" else path.steps
            groups = (group(*self._patterns(subject, step, target)) for step in steps)
            yield pattern("union", *groups)
        else:
            yield triple(subject, path, target)


def _branches(path: Path) -> bool:
    """Return whether alternatives of a path can give one solution several times."""
    return (
        path.kind == "alternative"
        or (path.kind == "sequence" and any(map(_branches, path.steps)))
        or (path.kind == "negated" and len({step.kind for step in path.steps}) > 1)
    )


def _directions(path: Path) -> tuple[Path, Path]:
    """Return the two paths of which a negated property set is the alternative (§18.2.2.2)."""
    forward = tuple(step for step in path.steps if step.kind == "iri")
    backward = tuple(step for step in path.steps if step.kind == "inverse")
    return replace(path, steps=forward), replace(path, steps=backward)


def _forward(path: Path) -> Path:
    """Return a path whose inverses stand at its single steps."""
    if path.kind != "inverse":
        return replace(path, steps=tuple(map(_forward, path.steps)))
    (inner,) = path.steps
    if inner.kind == "inverse":
        return _forward(inner.steps[0])
    if inner.kind not in {"sequence", "alternative", "negated"}:
        return path
    steps = inner.steps[::-1] if inner.kind == "sequence" else inner.steps
    return Path(inner.kind, 0, 0, tuple(_forward(Path("inverse", 0, 0, (step,))) for step in steps))


def _from_unknown(
    subject: Term, path: Path, target: Term, constants: Sequence[Term]
) -> Sequence[Pattern]:
    walked = group(triple(subject, path, target))
    unknown = filtered(exists("NOT EXISTS", triple(constants[0], path, constants[0])))
    if len(constants) == 2:
        same = filtered(function("SAMETERM", term(subject), term(target)))
        return [pattern("union", walked, group(same, unknown))]
    end = target if constants[0] is subject else subject
    return [pattern("union", walked, group(values(end.text[1:], constants[0]), unknown))]


def _rewritten(tree: QueryTree, rewrite: Rewrite) -> QueryTree:
    """Return a query with triple patterns rewritten, and `SELECT *` showing what it has shown."""

    def change(node: object) -> object:
        if isinstance(node, Group):
            return _group(node, rewrite)
        if isinstance(node, QueryTree | SubSelect) and node.select and node.where:
            visible = all_shown(node.where, node.clauses)
            ours = [name for name in visible if name.startswith(OURS)]
            if not node.select.projections and any(not _is_blank(name) for name in ours):
                named = sorted(visible.difference(ours))  # as the engine does
                return replace(node, select=replace(node.select, projections=shown(named)))
        return node

    return transform(tree, change)


def _group(found: Group, rewrite: Rewrite) -> Group:
    """
    Return a group with its triple patterns rewritten.

    Its blank nodes become variables, for a label names one node within one basic graph pattern.
    """
    made: list[Pattern] = []
    for one in found.patterns:
        written = rewrite(one) if one.kind == "triple" else None
        made += [one] if written is None else written
    if is_same(found.patterns, made):
        return found
    return replace(found, patterns=tuple(map(without_blanks, made)))


def _is_blank(name: str) -> bool:
    return f"?{name}".startswith(BLANK)
