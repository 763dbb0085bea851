"""What the query page asks for besides answers: terms to write with, names, examples."""

import json

from flask import Blueprint, Response, redirect, render_template, request, url_for

from partage.errors import ProtocolError, RequestError
from partage.rdf.sparql_terms import is_iri
from partage.resources.labels import labels
from partage.resources.pages.term_texts import TermText, TermWriter
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.negotiation import HTML
from partage.web.http.release_paths import within
from partage.web.http.representation import represent, respond

JSON = "application/json"
# A page of a table has that many IRIs at most, in ten columns.
MOST_IRIS = 1000

blueprint = Blueprint("querying", __name__)


@blueprint.get("/sparql/terms.json")
def terms_json() -> Response:
    """Tell the prefixes, classes and properties that a query can be written with here."""
    body = served_dataset().terms(language.reader_languages())
    response = respond(body, JSON)
    response.vary.add("Accept-Language")
    return response


@blueprint.post("/labels.json")
def labels_json() -> Response:
    """Tell what IRIs are called and where their pages are: `iri=` once for each, in a form."""
    iris = request.form.getlist("iri")
    if len(iris) > MOST_IRIS:
        raise ProtocolError(
            "These are %(count)s IRIs. Ask for %(most)s at a time at most.",
            count=len(iris),
            most=MOST_IRIS,
        )
    writer = TermWriter(labels(served_dataset().engine, iris, language.reader_languages()))
    named = {name: _label_json(writer.named(name)) for name in iris if is_iri(name)}
    response = represent(json.dumps(named, ensure_ascii=False).encode(), JSON)
    response.vary.add("Accept-Language")
    return response


def _label_json(value: TermText) -> dict[str, str | None]:
    """Return a name as the script takes it: no label where the IRI would be its own."""
    href = value.href and within(request.script_root, value.href)
    label = {"href": href, "language": value.language, "label": value.text}
    return {key: label[key] for key in label if key != "label" or value.text != value.note}


@blueprint.get("/examples")
def examples() -> Response:
    """Show the questions that the dataset was made to answer; `?number=` asks one of them."""
    number = request.args.get("number")
    if number is not None:
        question = next(
            (known for known in served_dataset().questions if known.number == number), None
        )
        if question is None:
            raise RequestError(
                "There is no example “%(number)s”. See them all at /examples.", number=number
            )
        there = url_for("sparql.endpoint", query=question.text, lang=language.chosen())
        return redirect(there, 303)  # type: ignore[return-value]  # Flask's redirect makes one
    body = render_template("examples.html").encode()
    return respond(body, HTML)
