"""Property paths (SPARQL 1.1 Query Language §9.1, §18.2.2.5, §18.4)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from partage.rdf.namespaces import iri
from partage.rdf.sparql_terms import iriref
from partage.sparql.rewriting.building import (
    OURS,
    exists,
    expression,
    filtered,
    group,
    literal,
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
    Projection,
    QueryTree,
    Select,
    SubSelect,
    Term,
    all_shown,
)

TYPE = iriref(iri("rdf:type"))

IsKnown = Callable[[str], bool]
Rewrite = Callable[[Pattern], Sequence[Pattern] | None]


def alternatives(tree: QueryTree) -> QueryTree:
    """Have each alternative of a path give its solutions, also where another gives the same."""
    select = tree.select
    if tree.form == "ASK" or (select is not None and select.modifier and not _computes(select)):
        return tree  # where duplicates do not count
    return rewritten_triples(tree, NegatedSteps().of)


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

    return rewritten_triples(tree, rewrite)


def _may_be_empty(path: Path) -> bool:
    """Return whether a path may have no steps (§18.4)."""
    if path.kind in {"*", "?"}:
        return True
    some = any if path.kind == "alternative" else all
    return path.kind not in {"iri", "negated"} and some(map(_may_be_empty, path.steps))


def _computes(select: Select) -> bool:
    return any(one.expression is not None for one in select.projections)


class NegatedSteps:
    """
    Writes triple patterns for paths in which one solution may be found several times.

    With `every`, all paths are taken apart but those of any length.
    """

    def __init__(self, *, every: bool = False) -> None:
        self._every = every
        self._made = 0

    def of(self, found: Pattern) -> Sequence[Pattern] | None:
        """Return what stands for a triple pattern; None where it stays."""
        subject, verb, target = found.terms
        path = verb.path and _forward(verb.path)
        if path is None or not (self._every or _branches(path)):
            return None
        return list(self._patterns(subject, path, target))

    def asked(self, found: Pattern, *filters: Pattern) -> Iterator[Pattern]:
        """Yield what asks a triple pattern that is not taken apart."""
        yield from (found, *filters)

    def _patterns(self, subject: Term, path: Path, target: Term) -> Iterator[Pattern]:
        if path.kind == "sequence" and (self._every or _branches(path)):
            *before, last = path.steps
            for step in before:
                between = self._variable()
                yield from self._patterns(subject, step, between)
                subject = between
            yield from self._patterns(subject, last, target)
        elif parts := _alternatives(path):
            yield pattern("union", *(group(*self._patterns(subject, s, target)) for s in parts))
        elif path.kind == "negated":
            if path.steps[0].kind == "inverse":
                subject, target = target, subject
            verb = self._variable()
            names = [step.steps[0].text if step.steps else step.text for step in path.steps]
            iris = [term(Term("iri", TYPE if name == "a" else name, 0, 0)) for name in names]
            others = filtered(expression("NOT IN", term(verb), *iris))
            yield from self.asked(Pattern("triple", 0, 0, "", (subject, verb, target)), others)
        elif self._every and path.kind == "inverse":
            yield from self._patterns(target, path.steps[0], subject)
        else:
            yield from self.asked(triple(subject, path, target))

    def _variable(self) -> Term:
        self._made += 1
        return variable(f"{OURS}via_{self._made}")


def _branches(path: Path) -> bool:
    """Return whether alternatives of a path can give one solution several times."""
    if path.kind == "sequence":
        return any(map(_branches, path.steps))
    return path.kind in {"alternative", "negated"}


def _alternatives(path: Path) -> Sequence[Path]:
    """Return the paths of which a path is the alternative; none where it is one path."""
    if path.kind == "alternative":
        return path.steps
    directions = {step.kind for step in path.steps}
    if path.kind != "negated" or len(directions) < 2:
        return ()
    # A negated property set in both directions is the alternative of two (§18.2.2.2).
    return [
        replace(path, steps=tuple(step for step in path.steps if step.kind == kind))
        for kind in sorted(directions)
    ]


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
    name = without_blanks(Pattern("triple", 0, 0, "", (end,))).terms[0].text[1:]
    return [pattern("union", walked, group(values(name, constants[0]), unknown))]


def rewritten_triples(tree: QueryTree, rewrite: Rewrite) -> QueryTree:
    """Return a query with triple patterns rewritten, and `SELECT *` showing what it has shown."""

    def change(node: object) -> object:
        if isinstance(node, Group):
            return _group(node, rewrite)
        if isinstance(node, QueryTree | SubSelect) and node.select and node.where:
            visible = all_shown(node.where, node.clauses)
            ours = [name for name in visible if name.startswith(OURS)]
            if not node.select.projections and any(not _is_blank(name) for name in ours):
                named = sorted(visible.difference(ours))  # as the engine does
                nothing = Projection(0, 0, f"{OURS}nothing", literal("1"))
                columns = shown(named) or (nothing,)
                return replace(node, select=replace(node.select, projections=columns))
        return node

    shows_all = tree.select is not None and not tree.select.projections
    visible = all_shown(tree.where, tree.clauses) if shows_all and tree.where else ()
    if shows_all and all(name.startswith(OURS) for name in visible):
        return tree  # a query of no columns, which nothing but `SELECT *` writes
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
