"""
A dated record in the style of the APA, which every page shows: letter for letter what citeproc
writes of it, without reading a style (https://apastyle.apa.org/style-grammar-guidelines/references).
"""

import re

from partage.citation.model import Citation

# Of others citeproc may say "Versions", or take a space away.
_VERSION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)*(?:-draft)?)?")


def apa(citation: Citation, language: str) -> str | None:
    """Return the entry of a record; None where the style asks for more than these parts."""
    title, genre = citation.title.said(language), citation.genre.said(language)
    version = citation.version or ""
    plain = title and genre and title == title.strip() and _VERSION.fullmatch(version)
    if citation.issued is None or len(citation.authors) != 1 or not plain:
        return None
    edition = f" (Version {version})" if version else ""
    return (
        f"{citation.authors[0].said(language)}. ({citation.issued.year}). {title}{edition} "
        f"[{genre[0].upper()}{genre[1:]}]. {citation.publisher}. {citation.url}"
    )
