from pathlib import Path

from partage import assets
from partage.rdf.query_files import read_question, read_questions

TEXT = "# question: Is it?\n# question-fr: Est-ce ?\n# note: So: so.\nPREFIX a: <b:>\nASK {}\n"


def test_the_head_says_what_the_query_asks() -> None:
    question = read_question("01-is-it", TEXT)
    assert question.asked == {"en": "Is it?", "fr": "Est-ce ?"}
    assert question.note == "So: so."
    assert question.audience == ""
    assert question.form == "ASK"
    assert question.text == "PREFIX a: <b:>\nASK {}\n"


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("2-b.rq", "1-a.rq", "3.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert [question.name for question in read_questions(tmp_path)] == ["1-a", "2-b"]


def test_our_questions_are_read() -> None:
    assert len(read_questions(assets.assets_root() / "ontology/competency")) == 40
