"""Two things side by side: `/compare?a=…&b=…`, by IRI, identifier or name."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from partage.errors import ProtocolError
from partage.resources.pages.comparison import ComparedProperty, ComparedValue, compare, index
from partage.resources.pages.summaries import Summarizer
from partage.resources.search.ranking import identified
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.negotiation import HTML
from partage.web.http.representation import negotiated_media_type, represent
from partage.web.http.validators import tag_of_bytes, validate

JSON, CSV = "application/json", "text/csv"
COLUMNS = ("property", "value", "value_iri", "in_a", "in_b", "disputed", "claims", "statements")

blueprint = Blueprint("compare", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class ComparisonChoice:
    """The things that were asked for; `problem` says why they cannot be compared."""

    things: tuple[str, ...] = ()
    problem: str = ""
    suggestions: tuple[str, ...] = ()
    field: str = ""


@blueprint.get("/compare", endpoint="compare")
def side_by_side() -> Response:
    """Compare two things, or offer a form to choose them."""
    texts = [request.args.get(name, "").strip() for name in ("a", "b")]
    dataset = served_dataset()
    # Names are known of a whole dataset only; of a larger one, things are compared by identifier.
    named = (
        []
        if dataset.is_in_memory
        else [name for text in texts if (name := identified(dataset.engine, text))]
    )
    summarizer = dataset.summarizer(language.reader_languages(), *named)
    media_type = negotiated_media_type((HTML, JSON, CSV))
    choice = _choose(summarizer, texts)
    both = len(choice.things) == 2 and not choice.problem
    aspects = compare(summarizer, *choice.things) if both else ()
    if media_type == HTML:
        body = _page(summarizer, choice, aspects)
    elif not both:
        raise ProtocolError(choice.problem or _("Give two things to compare, as a and b."))
    else:
        body = (_json if media_type == JSON else _csv)(summarizer, choice.things, aspects)
    response = represent(body.encode(), media_type)
    response.vary.add("Accept-Language")
    if choice.problem:
        response.status_code = 400
        return response
    return validate(response, tag_of_bytes(body.encode()), served_dataset().metadata.issued)


def _choose(summarizer: Summarizer, texts: Sequence[str]) -> ComparisonChoice:
    """Find what two texts mean."""
    things: list[str] = []
    for name, text in zip("ab", texts, strict=True):
        if not text:
            continue
        thing, suggestions = index(summarizer).find(text, things[0] if things else None)
        if thing is None:
            problem = _(
                "Nothing here that can be compared is called “%(text)s”. Give a name, an "
                "identifier such as a0005, or an IRI.",
                text=text[:200],
            )
            return ComparisonChoice(tuple(things), problem, tuple(suggestions), name)
        things.append(thing)
    if len(things) == 2 and not index(summarizer).alike(*things):
        problem = _("The two are not of one kind. Compare two agreements, or two organizations …")
        return ComparisonChoice(tuple(things), problem)
    return ComparisonChoice(tuple(things))


def _page(
    summarizer: Summarizer, choice: ComparisonChoice, aspects: Sequence[ComparedProperty]
) -> str:
    names = [summarizer.named(thing) for thing in choice.things]
    options = {
        summarizer.named(name).text
        for name in index(summarizer).beside(next(iter(choice.things), None))
    }
    return render_template(
        "compare.html",
        things=names,
        aspects=aspects,
        problem=choice.problem,
        near=[summarizer.named(name) for name in choice.suggestions],
        at=choice.field,
        options=sorted(options, key=str.lower),
    )


def _rows(aspect: ComparedProperty) -> list[tuple[ComparedValue, bool, bool]]:
    """Return each value once, with whether the one and the other has it."""
    left = [(cell, True, aspect.is_shared(cell)) for cell in aspect.left]
    return [*left, *((cell, False, True) for cell in aspect.right if not aspect.is_shared(cell))]


def _json(
    summarizer: Summarizer, things: Sequence[str], aspects: Sequence[ComparedProperty]
) -> str:
    def thing(name: str) -> dict[str, str]:
        return {"iri": name, "label": summarizer.named(name).text}

    def cell(found: ComparedValue) -> dict[str, object]:
        return {
            "value": found.value.text,
            "iri": found.value.name or None,
            "disputed": found.disputed,
            "claims": [claim.name for claim in found.claims],
            "statements": list(found.statements),
        }

    document = {
        "a": thing(things[0]),
        "b": thing(things[1]),
        "properties": [
            {
                "property": aspect.key,
                "verdict": {"left": "only a", "right": "only b"}.get(
                    aspect.verdict, aspect.verdict
                ),
                "a": [cell(found) for found in aspect.left],
                "b": [cell(found) for found in aspect.right],
            }
            for aspect in aspects
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _csv(_tell: Summarizer, _things: Sequence[str], aspects: Sequence[ComparedProperty]) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for aspect in aspects:
        for cell, in_a, in_b in _rows(aspect):
            marks = [str(mark).lower() for mark in (in_a, in_b, cell.disputed)]
            claims = " ".join(claim.name for claim in cell.claims)
            statements = " ".join(cell.statements)
            writer.writerow(
                [aspect.key, cell.value.text, cell.value.name, *marks, claims, statements]
            )
    return text.getvalue()
