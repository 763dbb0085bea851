"""The application: one engine behind routes; everything it needs is passed in."""

from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, request

from partage import __version__
from partage.errors import AddressTooLong
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
    memento,
    observing,
    queries,
    querystore,
    validators,
)
from partage.web.blueprints import (
    cite,
    differences,
    discovery,
    downloads,
    nanopublications,
    operations,
    pages,
    querycite,
    releases,
    resources,
    sparql,
    statements,
    wellknown,
)
from partage.web.negotiation import LANGUAGES, languages
from partage.web.site import Site, Sites, site, sites
from partage.web.versions import RELEASE, Versions, within

ROOMS = (
    sparql,
    querycite,
    statements,
    nanopublications,
    resources,
    pages,
    wellknown,
    downloads,
    releases,
    differences,
    cite,
    discovery,
    operations,
)
# Pages need nothing from elsewhere, and run no script.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# HTTP servers and proxies cut off at about 64 kB; a query that long comes in a body.
LONGEST_ADDRESS = 60_000
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
    errors.install(app)
    budget.install(app, settings.client_seconds)
    queries.install(app)
    querystore.install(app, settings)
    memento.install(app)
    observing.install(app, settings.access_log)
    validators.install(app)  # what is installed first is done last: after the compression
    compression.install(app)
    cors.install(app)
    addresses.install(app, settings)
    app.before_request(_refuse_endless)
    app.after_request(_harden)
    app.context_processor(_everywhere)
    app.add_template_global(_address, "address")
    app.add_template_global(document)
    app.add_template_global(_in_language, "in_language")
    app.add_template_global(citing.box, "citation_box")
    app.add_template_filter(_number, "number")
    return app


def _refuse_endless() -> None:
    length = len(request.path) + len(request.query_string)
    if length > LONGEST_ADDRESS:
        raise AddressTooLong(
            f"The address has {length:,} characters, more than {LONGEST_ADDRESS:,}. "
            "Send the query in the body, by POST."
        )


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


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
        "page_language": languages(_header(), _chosen())[0],
    }


def _header() -> str | None:
    return request.headers.get("Accept-Language")


def _chosen() -> str | None:
    """Return the language in the address, where it is one of ours: an error page has no other."""
    wish = request.args.get("lang")
    return wish if wish in LANGUAGES else None


def _address(href: str) -> str:
    """Return a link of ours, in the release and with the language of this page's address."""
    href = within(request.script_root, href)
    if _chosen() is None or not href.startswith("/"):
        return href
    path, mark, fragment = href.partition("#")
    joiner = "&" if "?" in path else "?"
    return f"{path}{joiner}lang={_chosen()}{mark}{fragment}"


def _in_language(code: str) -> str:
    """Return the address of this page with names in another language."""
    values = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return request.script_root + request.path + "?" + urlencode([*values, ("lang", code)])


def _number(value: int) -> str:
    """Write a number with its thousands apart, as ISO 80000-1 does."""
    return f"{value:,}".replace(",", "\u202f")
