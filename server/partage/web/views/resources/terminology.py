"""What the pages about the ontology and about the shapes tell, made once for each dataset."""

from collections.abc import Mapping

from markupsafe import Markup

from partage.resources.description.shapes_graph import SHAPES
from partage.resources.labels import Label, labels
from partage.resources.ontology.constraints import constraints, names
from partage.resources.ontology.diagram import drawing
from partage.resources.ontology.term_reference import HierarchyNode, OntologyReference, schemes
from partage.resources.pages.term_texts import TermWriter
from partage.web.dataset import served_dataset
from partage.web.views.resources.axiom_text import axiom_words, separators, severities, shape_words
from partage.web.views.template_fragments import fragment


def ontology_markup(reader: tuple[str, ...]) -> Markup | None:
    """Return the terms of the ontology as a reader is told them; None where it is another's."""
    found = served_dataset().reference(reader)
    if found is None:
        return None
    return fragment("ontology-terms.html", lambda: _ontology_context(found, reader))


def shapes_markup(reader: tuple[str, ...]) -> Markup:
    """Return the shapes and rules as a reader is told them."""
    return fragment("shapes-list.html", lambda: _shapes_context(reader))


def _ontology_context(found: OntologyReference, reader: tuple[str, ...]) -> Mapping[str, object]:
    shapes_read = constraints()
    terms = [entry.name for section in found.sections for entry in section.entries]
    return {
        "reference": found,
        "schemes": schemes(served_dataset().engine, reader),
        "constrained": {term: shapes_read.of(term) for term in terms},
        "drawing": drawing(found.writer, terms),
        "leaves": [_tree_node(branch) for branch in found.hierarchy],
        "words": axiom_words(),
        "joined": separators(),
        "severities": severities(),
    }


def _tree_node(branch: HierarchyNode) -> dict[str, object]:
    """Return a class and those below it as a tree of Apache ECharts takes them."""
    return {
        "name": branch.value.text,
        "value": branch.count,
        "href": f"#{branch.value.name.partition('#')[2]}",
        "children": [_tree_node(below) for below in branch.below],
    }


def _shapes_context(reader: tuple[str, ...]) -> Mapping[str, object]:
    constraints_read = constraints()
    expressions = [
        part
        for shape in constraints_read.shapes.values()
        for part in (*shape.targets, *shape.demands, *([shape.path] if shape.path else []))
    ]
    found = labels(
        served_dataset().engine, {name for part in expressions for name in names(part)}, reader
    )
    language = reader[0]
    shape_labels = {
        f"{SHAPES}#{shape.fragment}": Label(shape.names.get(language, shape.fragment), language)
        for shape in constraints_read.shapes.values()
    }
    return {
        "held": constraints_read,
        "tops": [shape for shape in constraints_read.shapes.values() if shape.of_node],
        "writer": TermWriter(found.with_names(shape_labels)),
        "words": shape_words(),
        "joined": separators(),
        "severities": severities(),
    }
