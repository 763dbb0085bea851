"""An application over the three releases, in process."""

from pathlib import Path

from flask import Flask
from pyoxigraph import Store

import three_releases
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.store.release_stores.release_stores import ReleaseStores
from partage.web.app import create_app
from three_releases import THIRD

GAZETTE = "/doc/org/gazette"
LABEL = 'SELECT ?l { org:gazette skos:prefLabel ?l FILTER(LANG(?l) = "fr") }'
QUERY = (
    "PREFIX org: <https://w3id.org/partage/id/org/> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> " + LABEL
)


def application(root: Path, *, draft: bool = False) -> Flask:
    """Return an application over three releases; as a draft, over what is none of them."""
    made = three_releases.build(root)
    store = Store()
    store.extend(three_releases.quads(THIRD))
    if draft:
        manifest = made.release / "manifest.json"
        digest = next(record.rdfc10 for record in made.catalog if record.version == THIRD)
        manifest.write_text(manifest.read_text().replace(digest, "0" * 64))
    release_stores = ReleaseStores(made.catalog, root / "out/archive")
    engine = EmbeddedEngine(store, release_stores.open)
    settings = Settings(archive=root / "out/archive", query_store=root / "queries.jsonl")
    app = create_app(settings, engine, made.release, made.catalog)
    app.testing = True
    return app
