"""The application: one engine behind routes; everything it needs is passed in."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from partage import __version__
from partage.rdf.sparql_terms import iriref
from partage.releases.catalog import Catalog
from partage.resources.identifiers import document
from partage.settings import Settings
from partage.sparql.protocol.evaluation import offers
from partage.store.engine import Engine
from partage.web import access_log, problems
from partage.web.dataset import ServedDataset, ServedDatasets, served_dataset, served_datasets
from partage.web.gateway import forwarded
from partage.web.http import budget, compression, cors, framing, language, validators
from partage.web.http.default_headers import PartageResponse
from partage.web.http.release_paths import RELEASE, Versions
from partage.web.views.about import routes as about
from partage.web.views.browse import routes as browse
from partage.web.views.citations import negotiation
from partage.web.views.citations import routes as cite
from partage.web.views.cited_queries import cited_results as querystore
from partage.web.views.cited_queries import routes as querycite
from partage.web.views.comparison import routes as compare
from partage.web.views.discovery import routes as discovery
from partage.web.views.discovery import well_known_routes as wellknown
from partage.web.views.home import routes as pages
from partage.web.views.operations import routes as operations
from partage.web.views.pictures import routes as pictures
from partage.web.views.releases import difference_routes as differences
from partage.web.views.releases import download_routes as downloads
from partage.web.views.releases import memento
from partage.web.views.releases import routes as releases
from partage.web.views.resources import nanopublication_routes as nanopublications
from partage.web.views.resources import routes as resources
from partage.web.views.resources import statement_routes as statements
from partage.web.views.search import routes as search
from partage.web.views.sparql import diagnosis_routes as why
from partage.web.views.sparql import query_page_routes as querying
from partage.web.views.sparql import routes as sparql
from partage.web.views.sparql import running_queries

BLUEPRINT_MODULES = (
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
EMPTY_CATALOG = Catalog(Path())
STARTER_QUERY = "SELECT ?thing ?property ?value\nWHERE {\n  ?thing ?property ?value .\n}\nLIMIT 10"

# No part of a variable of SPARQL.
_QUESTION_MARK = re.compile(r" \?(?!\w)")


def create_app(
    settings: Settings,
    engine: Engine,
    release: Path | None = None,
    catalog: Catalog = EMPTY_CATALOG,
) -> Flask:
    """Return the WSGI application that serves one dataset, its release's files, all releases."""
    app = Flask("partage.web", static_folder="static", template_folder="templates")
    app.response_class = PartageResponse
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["partage"] = ServedDataset(settings, engine, release)
    app.extensions["partage.sites"] = ServedDatasets(app.extensions["partage"], catalog)
    app.wsgi_app = Versions(app.wsgi_app, catalog)  # type: ignore[method-assign]
    for room in BLUEPRINT_MODULES:
        app.register_blueprint(room.blueprint)
    language.install(app)
    problems.install(app)
    framing.install(app)
    budget.install(app, settings.client_seconds)
    running_queries.install(app)
    querystore.install(app, settings)
    memento.install(app)
    access_log.install(app, settings.access_log)
    validators.install(app)  # what is installed first is done last: after the compression
    compression.install(app)
    cors.install(app)
    forwarded.install(app, settings)
    app.context_processor(_template_context)
    app.add_template_global(language.address)
    app.add_template_global(document)
    app.add_template_global(_page_text, "page_text")
    app.add_template_global(_address_in_language, "in_language")
    app.add_template_global(negotiation.citation_box, "citation_box")
    app.add_template_global(_built_file_url, "built")
    app.add_template_filter(_grouped_number, "number")
    app.add_template_filter(iriref)
    return app


def _template_context() -> dict[str, object]:
    """Return what every template may use."""
    return {
        "version": __version__,
        "result_formats": offers("solutions"),
        "boolean_formats": offers("boolean"),
        "graph_formats": offers("graph"),
        "site": served_dataset(),
        "newest": served_datasets().catalog.newest,
        "oldest": next(iter(served_datasets().catalog), None),
        "past": request.environ.get(RELEASE),
        "today": "/" + request.full_path.lstrip("/").removesuffix("?"),
        "starter": STARTER_QUERY,
        "page_language": language.page_language(),
        "chosen_language": language.chosen(),
    }


def _address_in_language(code: str | None = None) -> str:
    """Return the address of this page in a language, without one in that of whoever reads it."""
    parameters = [*request.args.items(multi=True)]
    with suppress(RequestEntityTooLarge):  # the page that says so has no query to keep
        parameters += request.form.items(multi=True)
    values = [(name, value) for name, value in parameters if name != "lang"]
    values += [("lang", code)] if code else []
    path = request.path if request.method != "POST" else "/sparql"  # that also takes it by address
    return request.script_root + path + ("?" + urlencode(values) if values else "")


def _page_text(texts: Mapping[str, str]) -> str:
    """Return the text in the language of the page, with its signs kept to their words."""
    text = texts.get(language.page_language()) or texts["en"]
    text = text.replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»")
    return _QUESTION_MARK.sub("\N{NARROW NO-BREAK SPACE}?", text)


def _grouped_number(value: int) -> str:
    """Write a number with its thousands apart, as ISO 80000-1 does."""
    return f"{value:,}".replace(",", "\u202f")


def _built_file_url(name: str) -> str | None:
    """Return the address of what is built of `server/frontend/src`, where it has been built."""
    file = f"built/{name}"
    made = Path(str(current_app.static_folder), file).is_file()
    return url_for("static", filename=file) if made else None
