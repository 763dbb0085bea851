"""The application: one engine behind routes; everything it needs is passed in."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from partage import __version__
from partage.rdf.questions import Question
from partage.rdf.terms import iriref
from partage.releases.catalog import Catalog
from partage.resources.identifiers import document
from partage.settings import Settings
from partage.sparql.running import offers
from partage.store.engine import Engine
from partage.web import (
    addresses,
    budget,
    citing,
    compression,
    cors,
    errors,
    framing,
    language,
    memento,
    observing,
    queries,
    querystore,
    validators,
)
from partage.web.answers import Answer
from partage.web.blueprints import (
    about,
    browse,
    cite,
    compare,
    differences,
    discovery,
    downloads,
    nanopublications,
    operations,
    pages,
    pictures,
    querycite,
    querying,
    releases,
    resources,
    search,
    sparql,
    statements,
    wellknown,
    why,
)
from partage.web.site import Site, Sites, site, sites
from partage.web.versions import RELEASE, Versions

ROOMS = (
    sparql,
    why,
    querying,
    querycite,
    statements,
    nanopublications,
    resources,
    pages,
    browse,
    search,
    about,
    pictures,
    wellknown,
    downloads,
    releases,
    differences,
    compare,
    cite,
    discovery,
    operations,
)
NO_RELEASES = Catalog(Path())
STARTER = "SELECT ?thing ?property ?value\nWHERE {\n  ?thing ?property ?value .\n}\nLIMIT 10"


def create_app(
    settings: Settings,
    engine: Engine,
    release: Path | None = None,
    catalog: Catalog = NO_RELEASES,
) -> Flask:
    """Return the WSGI application that serves one dataset, its release's files, all releases."""
    app = Flask("partage.web", static_folder="static", template_folder="templates")
    app.response_class = Answer
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["partage"] = Site(settings, engine, release)
    app.extensions["partage.sites"] = Sites(app.extensions["partage"], catalog)
    app.wsgi_app = Versions(app.wsgi_app, catalog)  # type: ignore[method-assign]
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    language.install(app)
    errors.install(app)
    framing.install(app)
    budget.install(app, settings.client_seconds)
    queries.install(app)
    querystore.install(app, settings)
    memento.install(app)
    observing.install(app, settings.access_log)
    validators.install(app)  # what is installed first is done last: after the compression
    compression.install(app)
    cors.install(app)
    addresses.install(app, settings)
    app.context_processor(_everywhere)
    app.add_template_global(language.address)
    app.add_template_global(document)
    app.add_template_global(_asked, "asked")
    app.add_template_global(_in_language, "in_language")
    app.add_template_global(citing.box, "citation_box")
    app.add_template_global(_built, "built")
    app.add_template_filter(_number, "number")
    app.add_template_filter(iriref)
    return app


def _everywhere() -> dict[str, object]:
    """Return what every template may use."""
    return {
        "version": __version__,
        "result_formats": offers("solutions"),
        "boolean_formats": offers("boolean"),
        "graph_formats": offers("graph"),
        "site": site(),
        "newest": sites().catalog.newest,
        "oldest": next(iter(sites().catalog), None),
        "past": request.environ.get(RELEASE),
        "today": "/" + request.full_path.lstrip("/").removesuffix("?"),
        "starter": STARTER,
        "page_language": language.page_language(),
        "chosen_language": language.chosen(),
    }


def _in_language(code: str | None = None) -> str:
    """Return the address of this page in a language, without one in that of whoever reads it."""
    asked = [*request.args.items(multi=True)]
    with suppress(RequestEntityTooLarge):  # the page that says so has no query to keep
        asked += request.form.items(multi=True)
    values = [(name, value) for name, value in asked if name != "lang"]
    values += [("lang", code)] if code else []
    path = request.path if request.method != "POST" else "/sparql"  # that also takes it by address
    return request.script_root + path + ("?" + urlencode(values) if values else "")


def _asked(question: Question) -> str:
    """Return what a query asks, in the language of the page, with its signs kept to their words."""
    text = question.asked.get(language.page_language()) or question.asked["en"]
    return (
        text.replace("« ", "«\N{NO-BREAK SPACE}")
        .replace(" »", "\N{NO-BREAK SPACE}»")
        .replace(" ?", "\N{NARROW NO-BREAK SPACE}?")
    )


def _number(value: int) -> str:
    """Write a number with its thousands apart, as ISO 80000-1 does."""
    return f"{value:,}".replace(",", "\u202f")


def _built(name: str) -> str | None:
    """Return the address of what is built of `server/frontend/src`, where it has been built."""
    file = f"built/{name}"
    made = Path(str(current_app.static_folder), file).is_file()
    return url_for("static", filename=file) if made else None
