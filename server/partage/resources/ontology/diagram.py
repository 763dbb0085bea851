"""The picture of the main classes and of the properties between them, laid out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from partage.rdf.namespaces import iri
from partage.resources.pages.term_texts import TermText, TermWriter

WIDTH, HEIGHT = 940, 470
HALF_WIDTH, HALF_HEIGHT = 68, 24
LETTERS = 17
# Where the middle of each class stands.
PLACES = {
    "ds:Claim": (330, 46),
    "ds:Passage": (590, 46),
    "ds:Source": (868, 46),
    "ds:Party": (72, 170),
    "ds:DataFlow": (470, 170),
    "ds:AccessState": (868, 170),
    "ds:DataSharingAgreement": (72, 300),
    "ds:Feature": (868, 300),
    "ds:DataCategory": (72, 430),
    "ds:SubjectGroup": (271, 430),
    "ds:Purpose": (470, 430),
    "ds:Mechanism": (669, 430),
    "ds:Condition": (868, 430),
}
# From which class to which, by which properties, and how far along the words stand.
LINES = (
    ("ds:Claim", "ds:Party", ("ds:assertedBy",), 0.5),
    ("ds:Claim", "ds:DataFlow", ("ds:about",), 0.5),
    ("ds:Claim", "ds:Passage", ("prov:wasDerivedFrom",), 0.5),
    ("ds:Passage", "ds:Source", ("oa:hasSource",), 0.5),
    ("ds:DataFlow", "ds:Party", ("ds:hasProvider", "ds:hasRecipient"), 0.5),
    ("ds:DataFlow", "ds:AccessState", ("ds:hasState",), 0.5),
    ("ds:DataFlow", "ds:DataSharingAgreement", ("ds:underAgreement",), 0.56),
    ("ds:DataSharingAgreement", "ds:Party", ("ds:hasParty",), 0.5),
    ("ds:DataFlow", "ds:Feature", ("ds:feedsFeature",), 0.56),
    ("ds:DataFlow", "ds:DataCategory", ("ds:concernsDataCategory",), 0.76),
    ("ds:DataFlow", "ds:SubjectGroup", ("ds:concernsSubjectGroup",), 0.5),
    ("ds:DataFlow", "ds:Purpose", ("ds:hasPurpose",), 0.72),
    ("ds:DataFlow", "ds:Mechanism", ("ds:viaMechanism",), 0.5),
    ("ds:DataFlow", "ds:Condition", ("ds:hasCondition",), 0.76),
)


@dataclass(frozen=True, slots=True)
class DiagramBox:
    """A class at its place, its name in lines."""

    value: TermText
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiagramArrow:
    """An arrow between two boxes, from edge to edge, and where its words stand."""

    start: TermText
    end: TermText
    labels: tuple[TermText, ...]
    path: tuple[int, int, int, int]
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """The boxes and the arrows of the picture."""

    boxes: tuple[DiagramBox, ...]
    lines: tuple[DiagramArrow, ...]
    width: int = WIDTH
    height: int = HEIGHT


def drawing(write: TermWriter, classes: Sequence[str]) -> Diagram:
    """Return the picture of those of the main classes that an ontology has."""
    places = {name: place for name, place in PLACES.items() if iri(name) in classes}
    boxes = []
    for name, (x, y) in places.items():
        value = write.named(iri(name))
        boxes.append(DiagramBox(value, x, y, tuple(wrap(value.text, LETTERS))))
    lines = tuple(
        _line(write, start, end, labels, along)
        for start, end, labels, along in LINES
        if start in places and end in places
    )
    return Diagram(tuple(boxes), lines)


def _line(
    write: TermWriter, start: str, end: str, labels: Sequence[str], along: float
) -> DiagramArrow:
    (x1, y1), (x2, y2) = PLACES[start], PLACES[end]
    edges = (*_edge(PLACES[start], PLACES[end]), *_edge(PLACES[end], PLACES[start]))
    return DiagramArrow(
        write.named(iri(start)),
        write.named(iri(end)),
        tuple(write.named(iri(label)) for label in labels),
        edges,
        round(x1 + (x2 - x1) * along),
        round(y1 + (y2 - y1) * along),
    )


def _edge(middle: tuple[int, int], towards: tuple[int, int]) -> tuple[int, int]:
    """Return where the line from the middle of a box leaves it."""
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    share = min(HALF_WIDTH / abs(dx) if dx else 1, HALF_HEIGHT / abs(dy) if dy else 1)
    return round(middle[0] + dx * share), round(middle[1] + dy * share)
