"""What a reader may have meant whose identifier nothing is known of."""

from flask import request

from partage.errors import EngineError
from partage.resources.identifiers import link
from partage.resources.labels import fallback
from partage.web.dataset import served_dataset
from partage.web.http.release_paths import within


def nearest(iri: str) -> list[dict[str, str]]:
    """Return the nearest things: their IRI, their address here, and a name."""
    known = served_dataset().metadata
    try:
        return [
            {
                "iri": name,
                "href": within(request.script_root, link(name, known=True) or ""),
                "name": next(iter(known.names[name]), fallback(name)),
            }
            for name in known.nearest(iri)
        ]
    except EngineError:
        return []  # the 404 is answered without suggestions
