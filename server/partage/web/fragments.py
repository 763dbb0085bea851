"""Parts of pages that take long to write: the data never change, so each is written once."""

from flask import render_template, request
from markupsafe import Markup

from partage.web import language
from partage.web.site import site

MOST_KEPT = 64


def fragment(template: str, keys: dict[str, str], **told: object) -> Markup:
    """
    Return a template filled with what is `told` for the choices `keys`, as it was written before.

    Besides those, it may tell what depends on the release and the reader's language alone.
    """
    kept = site().fragments
    language_and_release = (request.script_root, language.page_language(), language.chosen())
    key = (template, *language_and_release, *sorted(keys.items()))
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = Markup(render_template(template, **told))  # noqa: S704  # Jinja has escaped it
    return kept[key]
