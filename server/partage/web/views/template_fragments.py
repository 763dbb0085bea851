"""Parts of pages that take long to write: the data never change, so each is written once."""

from collections.abc import Callable, Mapping

from flask import render_template, request
from markupsafe import Markup

from partage.web.dataset import served_dataset
from partage.web.http import language


def fragment(
    template: str,
    context: Callable[[], Mapping[str, object]],
    keys: Mapping[str, str] | None = None,
) -> Markup:
    """
    Return a template filled with what is `told` for the choices `keys`, as it was written before.

    Besides those, it may tell what depends on the release and the reader's language alone.
    """
    seen = (request.script_root, language.page_language(), language.chosen())
    return served_dataset().cached(
        (template, *seen, *sorted((keys or {}).items())),
        lambda: Markup(render_template(template, **context())),  # noqa: S704  # Jinja has escaped it
    )
