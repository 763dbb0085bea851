"""
The formats of citations: one table.

RIS (https://refdb.sourceforge.net/manual-0.9.6/sect1-ris-format.html), CSL-JSON
(https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html; an array, as its schema has it),
CFF 1.2 (https://github.com/citation-file-format/citation-file-format/blob/main/schema-guide.md) and
DataCite JSON 4 (https://datacite-metadata-schema.readthedocs.io/en/4.6/). The media types are those
of DOI content negotiation (https://citation.doi.org/docs.html); CFF has none registered.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from partage.citation.apa import apa
from partage.citation.bibtex import biblatex, bibtex
from partage.citation.model import LANGUAGES, BilingualText, Citation
from partage.citation.styles import DEFAULT_STYLE, formatted
from partage.rdf.namespaces import LICENSE

CFF_MESSAGE = BilingualText(
    "If you use this dataset, please cite it as below.",
    "Si vous utilisez ces données, merci de les citer comme suit.",
)
SPDX = {LICENSE: ("CC-BY-4.0", "Creative Commons Attribution 4.0 International")}
# Where nothing dates the state of a dataset: DataCite asks for four digits.
UNDATED = "0000"


@dataclass(frozen=True, slots=True)
class CitationFormat:
    """A format: `suffix` stands in addresses, `render` writes a citation for a language."""

    key: str
    media_type: str
    suffix: str
    label: str
    render: Callable[[Citation, str], str]


def ris(citation: Citation, language: str) -> str:
    """Return the citation in RIS; its lines end as the format wants it."""
    day = citation.issued
    tags = [
        ("TY", "DATA"),
        *(("AU", name.said(language)) for name in citation.authors),
        ("TI", citation.title.said(language)),
        ("PY", f"{day.year}" if day else ""),
        ("DA", f"{day:%Y/%m/%d}" if day else ""),
        ("ET", citation.version or ""),
        ("PB", citation.publisher),
        ("M3", citation.genre.said(language)),
        ("LA", citation.title.spoken(language)),
        ("Y2", f"{citation.accessed:%Y/%m/%d}" if citation.accessed else ""),
        *(("N1", text) for text in citation.details(language)),
        ("UR", citation.url),
        ("ID", citation.key),
    ]
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in tags if value]
    return "\r\n".join((*lines, "ER  - ", ""))


def csl_item(citation: Citation, language: str) -> dict[str, object]:
    """Return the item of CSL-JSON."""
    item = {
        "id": citation.key,
        "type": "dataset",
        "genre": citation.genre.said(language),
        "title": citation.title.said(language),
        "author": [{"literal": name.said(language)} for name in citation.authors],
        "issued": _date_parts(citation.issued),
        "accessed": _date_parts(citation.accessed),
        "version": citation.version,
        "publisher": citation.publisher,
        "URL": citation.url,
        "language": citation.title.spoken(language),
        "note": ". ".join(citation.details(language)),
    }
    return {key: value for key, value in item.items() if value}


def csl_json(citation: Citation, language: str) -> str:
    """Return the citation in CSL-JSON, an array of one item."""
    return _json([csl_item(citation, language)])


def cff(citation: Citation, language: str) -> str:
    """Return a CITATION.cff; every text is a quoted scalar, which JSON's strings are in YAML."""
    licence = SPDX.get(citation.license)
    fields: list[tuple[str, object]] = [
        ("cff-version", "1.2.0"),
        ("message", CFF_MESSAGE.said(language)),
        ("type", "dataset"),
        ("title", citation.title.said(language)),
        ("version", citation.version),
        ("date-released", citation.issued.isoformat() if citation.issued else None),
        ("license", licence[0] if licence else None),
        ("license-url", None if licence else citation.license),
        ("url", citation.url),
        ("abstract", citation.note.said(language)),
    ]
    lines = [f"{key}: {_quoted(value)}" for key, value in fields if value]
    lines.append("authors:")
    lines += [f"  - name: {_quoted(name.said(language))}" for name in citation.authors]
    identifiers = [("url", citation.url, "What is cited")]
    if citation.iri != citation.url:
        identifiers.append(("url", citation.iri, "The same thing, in its current state"))
    identifiers += [("other", citation.digest, "The digest")] if citation.digest else []
    lines.append("identifiers:")
    for kind, value, description in identifiers:
        lines.append(f"  - type: {kind}")
        lines += [f"    value: {_quoted(value)}", f"    description: {_quoted(description)}"]
    return "\n".join(lines) + "\n"


def datacite(citation: Citation, language: str) -> str:
    """Return the citation in DataCite JSON, with title, kind and note in both languages."""
    licence = SPDX.get(citation.license)
    rights = {"rightsUri": citation.license}
    if licence:
        rights |= {
            "rights": licence[1],
            "rightsIdentifier": licence[0],
            "rightsIdentifierScheme": "SPDX",
            "schemeUri": "https://spdx.org/licenses/",
        }
    people = [{"name": n.said(language), "nameType": "Organizational"} for n in citation.authors]
    day = citation.issued or citation.accessed
    notes = _translations(citation.note)
    alternates = [(citation.digest.rpartition(" ")[::-2])] if citation.digest else []
    return _json(
        {
            "url": citation.url,
            "creators": people,
            "titles": [
                {"title": text, "lang": code} for code, text in _translations(citation.title)
            ],
            "publisher": {"name": citation.publisher},
            "publicationYear": f"{day.year}" if day else UNDATED,
            "types": {
                "resourceType": citation.genre.said("en"),
                "resourceTypeGeneral": "Dataset",
            },
            "contributors": [{**person, "contributorType": "DataCurator"} for person in people],
            "dates": (
                [{"date": citation.issued.isoformat(), "dateType": "Issued"}]
                if citation.issued
                else []
            ),
            "language": citation.title.spoken(language),
            "version": citation.version or "",
            "rightsList": [rights],
            "descriptions": [
                {"description": text, "descriptionType": "Other", "lang": code}
                for code, text in notes
            ],
            "alternateIdentifiers": [
                {"alternateIdentifier": value, "alternateIdentifierType": method}
                for value, method in alternates
            ],
            "relatedIdentifiers": [
                {
                    "relatedIdentifier": other.iri,
                    "relatedIdentifierType": "URL",
                    "relationType": other.relation,
                }
                for other in citation.related
            ],
            "schemaVersion": "http://datacite.org/schema/kernel-4",
        }
    )


def text(citation: Citation, language: str, style: str = DEFAULT_STYLE) -> str:
    """
    Return formatted text in a CSL style; note and digest follow where the style drops them.

    Raises
    ------
    UnknownStyle
        There is no style of this name, or the processor cannot use it.
    """
    item = csl_item(citation, language)
    entry = apa(citation, language) if style == DEFAULT_STYLE else None
    entry, note = entry or formatted(json.dumps(item), style, language), str(item.get("note", ""))
    return f"{entry}\n" if not note or note in entry else f"{entry} [{note}]\n"


CITATION_FORMATS: tuple[CitationFormat, ...] = (
    CitationFormat("bibtex", "application/x-bibtex", "bib", "BibTeX", bibtex),
    CitationFormat("biblatex", "application/x-bibtex", "biblatex", "biblatex", biblatex),
    CitationFormat("ris", "application/x-research-info-systems", "ris", "RIS", ris),
    CitationFormat(
        "csl", "application/vnd.citationstyles.csl+json", "csl.json", "CSL-JSON", csl_json
    ),
    CitationFormat("cff", "application/vnd.cff+yaml", "cff", "CITATION.cff", cff),
    CitationFormat(
        "datacite",
        "application/vnd.datacite.datacite+json",
        "datacite.json",
        "DataCite JSON",
        datacite,
    ),
    CitationFormat("text", "text/x-bibliography", "txt", "text", text),
)


def citation_format(wish: str) -> CitationFormat | None:
    """Return the format of a key, suffix or media type; the first where several share one."""
    return next((f for f in CITATION_FORMATS if wish in {f.key, f.suffix, f.media_type}), None)


def printable(citation: Citation) -> Citation:
    """Return the citation without control characters, which no format can carry."""
    return replace(
        citation,
        title=_clean(citation.title),
        note=_clean(citation.note),
        genre=_clean(citation.genre),
        authors=tuple(_clean(name) for name in citation.authors),
    )


def visible(text: str) -> str:
    """Return a text without control characters, every white space a space."""
    kept = (" " if c.isspace() else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cs"})


def _clean(words: BilingualText) -> BilingualText:
    return BilingualText(visible(words.en), visible(words.fr))


def _translations(words: BilingualText) -> Iterable[tuple[str, str]]:
    return [(code, getattr(words, code)) for code in LANGUAGES if getattr(words, code)]


def _date_parts(day: date | None) -> dict[str, object] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
