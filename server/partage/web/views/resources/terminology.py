"""What the pages about the ontology and about the shapes tell, made once for each dataset."""

from collections.abc import Mapping

from markupsafe import Markup

from partage.resources.description.shapes_graph import SHAPES
from partage.resources.labels import Label, labels
from partage.resources.ontology.constraints import constraints, names
from partage.resources.ontology.diagram import drawing
from partage.resources.ontology.terms import HierarchyNode, OntologyReference, schemes
from partage.resources.pages.values import TermWriter
from partage.web.dataset import served_dataset
from partage.web.views.fragments import fragment
from partage.web.views.resources.axiom_text import axiom_words, joiners, severities, shape_words


def ontology(reader: tuple[str, ...]) -> Markup | None:
    """Return the terms of the ontology as a reader is told them; None where it is another's."""
    found = served_dataset().reference(reader)
    if found is None:
        return None
    return fragment("ontology-terms.html", lambda: _of_ontology(found, reader))


def shapes(reader: tuple[str, ...]) -> Markup:
    """Return the shapes and rules as a reader is told them."""
    return fragment("shapes-list.html", lambda: _of_shapes(reader))


def _of_ontology(found: OntologyReference, reader: tuple[str, ...]) -> Mapping[str, object]:
    shapes_read = constraints()
    terms = [entry.name for section in found.sections for entry in section.entries]
    return {
        "reference": found,
        "schemes": schemes(served_dataset().engine, reader),
        "constrained": {term: shapes_read.of(term) for term in terms},
        "drawing": drawing(found.writer, terms),
        "leaves": [_leaf(branch) for branch in found.hierarchy],
        "words": axiom_words(),
        "joined": joiners(),
        "severities": severities(),
    }


def _leaf(branch: HierarchyNode) -> dict[str, object]:
    """Return a class and those below it as a tree of Apache ECharts takes them."""
    return {
        "name": branch.value.text,
        "value": branch.count,
        "href": f"#{branch.value.name.partition('#')[2]}",
        "children": [_leaf(below) for below in branch.below],
    }


def _of_shapes(reader: tuple[str, ...]) -> Mapping[str, object]:
    read = constraints()
    said = [
        part
        for shape in read.shapes.values()
        for part in (*shape.targets, *shape.demands, *([shape.path] if shape.path else []))
    ]
    found = labels(served_dataset().engine, {name for part in said for name in names(part)}, reader)
    language = reader[0]
    ours = {
        f"{SHAPES}#{shape.fragment}": Label(shape.names.get(language, shape.fragment), language)
        for shape in read.shapes.values()
    }
    return {
        "held": read,
        "tops": [shape for shape in read.shapes.values() if shape.of_node],
        "writer": TermWriter(found.with_names(ours)),
        "words": shape_words(),
        "joined": joiners(),
        "severities": severities(),
    }
