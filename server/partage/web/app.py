"""The application: one engine behind routes; everything it needs is passed in."""

from pathlib import Path

from flask import Flask, Response, request

from partage import __version__
from partage.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from partage.settings import Settings
from partage.store.engine import Engine
from partage.web import errors
from partage.web.blueprints import pages, resources, sparql
from partage.web.site import Site

# Pages need nothing from elsewhere, and run no script.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def create_app(settings: Settings, engine: Engine, release: Path | None = None) -> Flask:
    """Return the WSGI application that serves one dataset, and the files of its release."""
    app = Flask("partage.web", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["partage"] = Site(settings, engine, release)
    for blueprint in (sparql.blueprint, resources.blueprint, pages.blueprint):
        app.register_blueprint(blueprint)
    errors.install(app)
    app.after_request(_harden)
    app.context_processor(_everywhere)
    app.add_template_global(_address, "address")
    return app


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _everywhere() -> dict[str, object]:
    return {
        "version": __version__,
        "result_formats": RESULT_FORMATS,
        "graph_formats": GRAPH_FORMATS,
    }


def _address(href: str) -> str:
    """Return a link of ours with the language that the reader chose in the address."""
    chosen = request.args.get("lang")
    if chosen is None or not href.startswith("/"):
        return href
    path, mark, fragment = href.partition("#")
    joiner = "&" if "?" in path else "?"
    return f"{path}{joiner}lang={chosen}{mark}{fragment}"
