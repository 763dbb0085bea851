"""An application over the small dataset, as described by our own metadata, and much linked to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from pyoxigraph import Literal, NamedNode, Quad
from werkzeug.serving import make_server

import small_dataset
from partage import assets
from partage.rdf.namespaces import GRAPH, ID, iri
from partage.rdf.parsing import read_rdf
from partage.settings import Settings
from partage.store.embedded.oxigraph import EmbeddedEngine
from partage.web.app import create_app

# So many flows link to this category; a page of links holds 250.
LINKED, MANY = "/doc/voc/data-category/messages", 600
ISSUED = Literal("2026-11-23", datatype=NamedNode(iri("xsd:date")))


def application(directory: Path) -> Flask:
    store = small_dataset.store()
    about = NamedNode(GRAPH + "dataset")
    for quad in read_rdf(assets.assets_root() / "data/dataset.ttl"):
        if quad.predicate.value == iri("dct:issued"):
            quad = Quad(quad.subject, quad.predicate, ISSUED)  # noqa: PLW2901
        store.add(quad)
        store.add(Quad(quad.subject, quad.predicate, quad.object, about))
    category = NamedNode("https://w3id.org/partage/voc/data-category/messages")
    principal = NamedNode(iri("ds:principalCategory"))
    for number in range(MANY):
        flow = NamedNode(f"{ID}flow/f{number + 1000}")
        store.add(Quad(flow, principal, category))
        store.add(Quad(flow, principal, category, NamedNode(GRAPH + "entities")))
    app = create_app(Settings(), EmbeddedEngine(store), small_dataset.release(directory))
    app.testing = True
    return app


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """Answer on a loopback port until the block ends; yield the address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
