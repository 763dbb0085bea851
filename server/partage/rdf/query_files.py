"""
Questions in files: a query under a head of comments that says what it asks.

`# question: …?` in English, `# question-fr: … ?` in French, and optionally `# explanation:` (and
`# explanation-fr:`), `# audience:` and `# note:`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Question:
    """
    A query, what it asks and how it finds its answer, by language.

    `name` is its file's, without the ending.
    """

    name: str
    asked: Mapping[str, str]
    text: str
    note: str = ""
    audience: str = ""
    explanation: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Return what its file's name begins with."""
        return self.name.partition("-")[0]

    @property
    def form(self) -> str:
        """Return the query form, in capitals."""
        found = _FORM.search(self.text)
        return found[1].upper() if found else ""


def read_question(name: str, text: str) -> Question:
    """Return the question in a file's text."""
    lines = text.splitlines()
    head = dict(
        line.removeprefix("# ").split(": ", 1)
        for line in lines
        if line.startswith("# ") and ": " in line
    )
    body = "\n".join(line for line in lines if not line.startswith("# ")) + "\n"

    def texts(key: str) -> dict[str, str]:
        named = {"en": key, "fr": f"{key}-fr"}
        return {code: head[name] for code, name in named.items() if name in head}

    return Question(
        name,
        texts("question"),
        body,
        head.get("note", ""),
        head.get("audience", ""),
        texts("explanation"),
    )


def read_questions(folder: Path) -> tuple[Question, ...]:
    """Return the questions of a folder's `.rq` files, in the order of their names."""
    return tuple(
        read_question(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.rq"))
    )
