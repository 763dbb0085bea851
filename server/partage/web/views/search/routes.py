"""
Searching: a page, the same as JSON for scripts, and how browsers come to search here
(OpenSearch 1.1, https://github.com/dewitt/opensearch).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from flask_babel import gettext as _

from partage.errors import ProtocolError, message
from partage.resources.identifiers import link
from partage.resources.labels import Label, labels
from partage.resources.search.ranking import Hit, SearchResult, fits, identified, marked
from partage.web.dataset import served_dataset
from partage.web.http import language
from partage.web.http.negotiation import HTML
from partage.web.http.release_paths import within
from partage.web.http.representation import respond
from partage.web.http.validators import tag_of_bytes, validate

HITS_PER_PAGE = 25
DEFAULT_LIMIT, HIGHEST_LIMIT = 8, 100
OPENSEARCH = "application/opensearchdescription+xml"

blueprint = Blueprint("search", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as it is shown: its name and the text that fits, in pieces, marked or not."""

    iri: str
    kind: str
    href: str
    label: Label
    pieces: list[tuple[str, bool]]
    text: list[tuple[str, bool]]
    language: str

    @property
    def json(self) -> dict[str, str]:
        """What a script is told of it."""
        text = "".join(piece for piece, _ in self.text)
        return {"iri": self.iri, "kind": self.kind, "label": self.label.text,
                "labelLanguage": self.label.language, "href": self.href,
                "text": text, "language": self.language}  # fmt: skip


@blueprint.get("/search")
def page() -> Response:
    """Show what a few words find."""
    question, kind, number = (
        _search_words(),
        request.args.get("kind", ""),
        _number_parameter("page", 1, 10_000),
    )
    reader = language.reader_languages()
    answer = _search(question, kind)
    if kind and kind not in dict(answer.kinds):
        names = ", ".join(name for name, _ in answer.kinds) or message("nothing")
        raise ProtocolError(
            "kind=%(kind)s is no kind that was found. Found are: %(names)s.",
            kind=kind[:40],
            names=names,
        )
    pages = max(1, -(-len(answer.hits) // HITS_PER_PAGE))
    if number > pages:
        abort(
            404,
            _(
                "There is no page %(page)s of what was found: the last is %(last)s.",
                page=number,
                last=pages,
            ),
        )
    start = HITS_PER_PAGE * (number - 1)
    body = render_template(
        "search.html",
        question=question,
        kind=kind,
        answer=answer,
        hits=_shown(answer, answer.hits[start : start + HITS_PER_PAGE], reader),
        start=start,
        earlier=_address(kind, number - 1) if number > 1 else "",
        later=_address(kind, number + 1) if number < pages else "",
        of_kind=_address,
    ).encode()
    response = respond(body, HTML, modified=served_dataset().metadata.issued)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/search.json")
def data() -> Response:
    """Tell scripts what a few words find: `q`, `kind`, and `limit` hits from the first."""
    question, limit = _search_words(), _number_parameter("limit", DEFAULT_LIMIT, HIGHEST_LIMIT)
    answer = _search(question, request.args.get("kind", ""))
    shown = _shown(answer, answer.hits[:limit], language.reader_languages())
    words = _kind_labels()
    document = {
        "q": question,
        "total": len(answer.hits),
        "kinds": dict(answer.kinds),
        "replaced": dict(answer.replaced),
        "partial": answer.partial,
        "hits": [
            {**hit.json, "kindLabel": words.get(hit.kind, words["other"])[0]} for hit in shown
        ],
    }
    response = jsonify(document)
    validate(response, tag_of_bytes(response.get_data()), served_dataset().metadata.issued)
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """Tell browsers how to search here."""
    body = render_template("opensearch.xml").encode()
    return respond(body, OPENSEARCH)


def _kind_labels() -> dict[str, tuple[str, str]]:
    """Return what kinds are called in the reader's language: one thing, and several."""
    module = current_app.jinja_env.get_template("search-words.html").make_module()
    return module.kinds  # type: ignore[attr-defined,no-any-return]  # the template sets it


def _search(question: str, kind: str) -> SearchResult:
    dataset = served_dataset()
    if not question:
        return SearchResult()
    return dataset.search(question, kind, identified(dataset.engine, question))


def _shown(answer: SearchResult, hits: Sequence[Hit], reader: Sequence[str]) -> list[ShownHit]:
    named = labels(served_dataset().engine, {hit.iri for hit in hits}, reader)
    found = []
    for hit in hits:
        label = named[hit.iri]
        text = None if hit.text and fits(label.text, answer.sought) else hit.text
        found.append(
            ShownHit(
                iri=hit.iri,
                kind=hit.kind,
                href=within(request.script_root, link(hit.iri, known=True) or ""),
                label=label,
                pieces=marked(label.text, answer.sought),
                text=marked(text.text, answer.sought) if text else [],
                language=text.language if text else "",
            )
        )
    return found


def _search_words() -> str:
    return " ".join(request.args.get("q", "").split())


def _number_parameter(name: str, default: int, highest: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= highest:
        raise ProtocolError(
            "%(name)s=%(text)s cannot be used. Use a number from 1 to %(most)s.",
            name=name,
            text=text[:40],
            most=highest,
        )
    return int(text)


def _address(kind: str = "", number: int = 1) -> str:
    """Return the address of what was found: of a kind, and of a page."""
    pairs = {"q": _search_words(), "kind": kind, "page": str(number) if number > 1 else ""}
    return "/search?" + urlencode({name: value for name, value in pairs.items() if value})
