r"""
BibTeX (https://ctan.org/pkg/bibtex) and biblatex (https://ctan.org/pkg/biblatex, §2).

Text is UTF-8, as biber and modern BibTeX read it; what TeX would take for a command is written as
the command that prints it. Braces become `\textbraceleft{}`: BibTeX counts even escaped ones.
"""

import re
from collections.abc import Mapping

from partage.citation.model import Citation

LANGID = {"en": "english", "fr": "french"}
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: "\\" + character for character in "$&%#_"},
    }
)
# TeX prints two of these as another character: `--` as a dash, `''` as a quotation mark.
_LIGATURE = re.compile(r"([-`'<>,])(?=\1)|[?!](?=`)")


def bibtex(citation: Citation, language: str) -> str:
    """Return an entry for BibTeX's own styles, which know no datasets: the kind goes in a note."""
    day = citation.issued
    kind = [citation.genre.said(language).capitalize()]
    kind += [f"version {citation.version}"] if citation.version else []
    details = [", ".join(kind), *citation.details(language)]
    return _entry(
        "misc",
        citation.key,
        {
            "author": _people(citation, language),
            "title": f"{{{escaped(citation.title.said(language))}}}",
            "year": f"{day.year}" if day else "",
            "month": f"{day.month}" if day else "",
            "howpublished": escaped(citation.publisher),
            "note": escaped(". ".join(details)),
            "url": citation.url,
        },
    )


def biblatex(citation: Citation, language: str) -> str:
    """Return an entry of the type `dataset`."""
    return _entry(
        "dataset",
        citation.key,
        {
            "author": _people(citation, language),
            "title": f"{{{escaped(citation.title.said(language))}}}",
            "type": escaped(citation.genre.said(language)),
            "version": escaped(citation.version or ""),
            "date": citation.issued.isoformat() if citation.issued else "",
            "publisher": f"{{{escaped(citation.publisher)}}}",
            "url": citation.url,
            "urldate": citation.accessed.isoformat() if citation.accessed else "",
            "langid": LANGID[citation.title.spoken(language)],
            "note": escaped(". ".join(citation.details(language))),
        },
    )


def escaped(text: str) -> str:
    """Return a text in one line that TeX prints as it is."""
    return _LIGATURE.sub(r"\g<0>{}", " ".join(text.split()).translate(_TEX))


def _people(citation: Citation, language: str) -> str:
    return " and ".join(f"{{{escaped(name.said(language))}}}" for name in citation.authors)


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name:<12} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join((f"@{kind}{{{key},", *lines, "}\n"))
