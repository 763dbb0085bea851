"""The words of axioms and shapes, by the keys of `partage.resources.ontology`."""

from flask_babel import gettext as _


def axiom_words() -> dict[str, str]:
    """Return what an axiom says of its term, `{a}` and `{b}` being the parts of the expression."""
    return {
        "equivalent": _("By definition it holds exactly: {a}"),
        "subclass": _("Everything in it is: {a}"),
        "subproperty": _("Whatever has it also has, with the same value: {a}"),
        "domain": _("Whatever has it is: {a}"),
        "range": _("Its values are: {a}"),
        "used-of": _("It is used of: {a}"),
        "values-of": _("It takes values of: {a}"),
        "inverse": _("Read backwards it is: {a}"),
        "chain": _("It follows from {a}"),
        "functional": _("One thing has at most one value of it"),
        "transitive": _(
            "It carries over: what it leads to, and what that leads to, it all leads to"
        ),
        "symmetric": _("It holds in both directions"),
        "disjoint": _("Nothing in it is also: {a}"),
        "disjoint-property": _("It never holds between two things together with: {a}"),
        "some": _("at least one “{a}” that is: {b}"),
        "only": _("only such “{a}” as are: {b}"),
        "value": _("“{a}” with the value {b}"),
        "none": _("without any “{a}”"),
    }


def shape_words() -> dict[str, str]:
    """Return what a shape is for and what it demands, as `axiom_words` does."""
    return {
        "target-class": _("everything that is: {a}"),
        "target-subjects": _("everything that has: {a}"),
        "target-node": _("the one thing {a}"),
        "reversed": _("“{a}”, read backwards"),
        "no-value": _("no value at all"),
        "one-value": _("exactly one value"),
        "least-values": _("at least {a} of them"),
        "most-values": _("at most {a} of them"),
        "qualified": _("{a} that meets {b}"),
        "class": _("each is: {a}"),
        "datatype": _("each of the datatype {a}"),
        "kind": _("each of the kind {a}"),
        "pattern": _("each matches {a}"),
        "at-least": _("none below {a}"),
        "longer": _("none shorter than {a} characters"),
        "shorter": _("none longer than {a} characters"),
        "has": _("{a} among them"),
        "once-a-language": _("no language twice"),
        "less": _("less than the value of “{a}”"),
        "no-more": _("at most the value of “{a}”"),
        "apart": _("none that is also a value of “{a}”"),
        "node": _("each meets {a}"),
        "in": _("each one of: {a}"),
        "languages": _("in one of the languages {a}"),
    }


def separators() -> dict[str, str]:
    """Return what stands between the parts of an expression, first after the first of them."""
    return {
        "and": _(" and "),
        "or": _(" or "),
        "either": _(" or "),
        "chained": _(", then "),
        "listed": _(", "),
        "with": _(" with "),
    }


def severities() -> dict[str, str]:
    """Return what the severities of shapes and rules are called."""
    return {
        "Violation": _("violation"),
        "Warning": _("warning"),
        "Info": _("remark"),
    }
