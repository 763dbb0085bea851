"""English and French: every text that pages tell is in the catalogue, with its French."""

import ast
import importlib.machinery
import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Message

from partage import assets, errors

ROOT = assets.assets_root()


def _script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("messages", str(ROOT / ".ci/messages"))
    spec = importlib.util.spec_from_loader("messages", loader)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    loader.exec_module(made)
    return made


messages = _script()
KEPT = messages.kept()
TEXTS = [text for text in KEPT if text.id]


def _each(text: Message) -> Iterator[tuple[str, str]]:
    """Yield the English and the French of a text, for one and for many."""
    pairs = zip(text.id, text.string or "", strict=True) if text.pluralizable else [text]
    for pair in pairs:
        english, french = pair if isinstance(pair, tuple) else (pair.id, pair.string)
        yield str(english), str(french)


def test_the_catalogue_is_what_make_messages_writes() -> None:
    now = messages.collected(KEPT)
    assert {str(text.id) for text in now} - {str(text.id) for text in KEPT} == set(), "new texts"
    assert {str(text.id) for text in KEPT} - {str(text.id) for text in now} == set(), "gone texts"
    assert messages.written(now) == messages.FILE.read_text(encoding="utf-8")


def test_every_text_has_its_french() -> None:
    assert messages.untranslated(KEPT) == []
    assert [text.id for text in TEXTS if text.fuzzy] == []
    assert KEPT.obsolete == {}


def test_every_translation_has_the_places_and_the_markup_of_its_text() -> None:
    def parts(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)[^\s\w]*\w|%%|\{\w*\}|</?\w+[^<>]*>", text))

    pairs = [pair for text in TEXTS for pair in _each(text)]
    assert [pair for pair in pairs if pair[1] and parts(pair[0]) != parts(pair[1])] == []


def test_the_french_is_set_as_french_is() -> None:
    french = [said for text in TEXTS for _, said in _each(text)]
    told = [re.sub(r"`[^`]*`|<[^<>]*>|%\(\w+\)s", "x", said) for said in french]
    # A narrow no-break space stands before the high marks and within the quotation marks.
    wrong = re.compile(r"[ \u00a0][;:!?»]|«[ \u00a0]|\w[;!?](?!\w)|[a-zàâéèêîôûç]'[a-zàâéèêîôûœ]")
    assert [said for said in told if wrong.search(said)] == []


@cache
def _calls() -> list[tuple[Path, ast.Call, str]]:
    return [
        (path, node, getattr(node.func, "id", ""))
        for path in sorted((ROOT / "server/partage").rglob("*.py"))
        if path.relative_to(ROOT / "server/partage").parts[0] not in {"pipeline", "cli"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def test_the_texts_of_errors_that_pages_tell_have_their_values_apart() -> None:
    glued = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {name}"
        for path, call, name in _calls()
        if name in {*messages.TOLD, "message"} and call.args
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert glued == []
    told = [call.args[1] for _, call, name in _calls() if name == "abort" and len(call.args) == 2]
    assert told
    assert all(isinstance(t, ast.Call) and getattr(t.func, "id", "") == "_" for t in told)


def test_a_message_is_told_with_its_values_in_any_language() -> None:
    inner = errors.message("at most %(most)s", most=60_000)
    error = errors.QuerySyntaxError("Line %(line)d: %(reason)s", 1_204, 7, reason=inner)
    assert str(error) == "Line 1204: at most 60,000"
    french = {"Line %(line)d: %(reason)s": "Ligne %(line)d : %(reason)s"}
    told = error.message.told(
        lambda text: french.get(text, text.upper().replace("(MOST)S", "(most)s"))
    )
    assert told == "Ligne 1204 : AT MOST 60,000"
