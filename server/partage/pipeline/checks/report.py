"""
The validation report: a value, and its two written forms.

The Turtle form is a SHACL validation report (W3C SHACL 3.6) with `sh:conformanceDisallows` of
SHACL 1.2: only a violation makes the data not conform; a warning holds up a release, an info is
for information. The text form tells a person what is wrong, where, and what to do.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from partage.pipeline.checks.shapes import (
    LANGUAGES,
    SEVERITIES,
    SHAPES,
    Language,
    Severity,
    ShapeMessage,
)
from partage.rdf.namespaces import ID, PREFIXES, curie

_WORDS = {
    "Violation": ShapeMessage("Violation", "Violation"),
    "Warning": ShapeMessage("Warning", "Avertissement"),
    "Info": ShapeMessage("Info", "Info"),
    "do": ShapeMessage("what to do", "que faire"),
    "at": ShapeMessage("at", "sur"),
    "found": ShapeMessage("found", "trouvé"),
    "more": ShapeMessage("more of", "autres de"),
    "nothing": ShapeMessage("no findings", "rien à signaler"),
    "yes": ShapeMessage("Conforms", "Conforme"),
    "no": ShapeMessage("Does not conform", "Non conforme"),
}
_COLON = ShapeMessage(": ", " : ")
_COUNTED = {
    "Violation": (ShapeMessage("violation", "violation"), ShapeMessage("violations", "violations")),
    "Warning": (
        ShapeMessage("warning", "avertissement"),
        ShapeMessage("warnings", "avertissements"),
    ),
    "Info": (ShapeMessage("info", "info"), ShapeMessage("infos", "infos")),
    "file": (
        ShapeMessage("file checked", "fichier contrôlé"),
        ShapeMessage("files checked", "fichiers contrôlés"),
    ),
}
_SHOWN = 25  # findings of one shape that the text form spells out


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """One finding: what is wrong with which node, where it is written, and what to do."""

    severity: Severity
    focus: NamedNode | BlankNode
    shape: str
    component: str
    message: ShapeMessage
    advice: ShapeMessage
    path: str | None = None
    path_turtle: str | None = None
    value: NamedNode | BlankNode | Literal | None = None
    graph: NamedNode | None = None
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """File and line, as compilers write them; the focus node when no file tells it."""
        at = [str(part) for part in (self.file, self.line) if part is not None]
        return ":".join(at) or name(self.focus)


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """All findings, in the order of the files; `files` counts the files that were checked."""

    results: tuple[ValidationResult, ...]
    files: int

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings and infos do not count against it."""
        return not self.count("Violation")

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return sum(result.severity == severity for result in self.results)


def name(term: NamedNode | BlankNode | Literal) -> str:
    """Return how people write a term here: a CURIE, an IRI relative to our base, a literal."""
    if isinstance(term, NamedNode):
        return curie(term.value) or f"<{term.value.removeprefix(ID)}>"
    if isinstance(term, Literal) and term.datatype.value == PREFIXES["xsd"] + "integer":
        return term.value
    return str(term)


def report_text(report: ValidationReport, lang: Language = "en") -> str:
    """Return the report for people, ending with a line that sums it up."""
    lines = []
    seen: Counter[str] = Counter()
    for result in report.results:
        seen[result.shape] += 1
        if seen[result.shape] <= _SHOWN:
            lines.append(_finding(result, lang))
    for shape, number in seen.items():
        if number > _SHOWN:
            lines.append(f"… {number - _SHOWN} {_WORDS['more'].to(lang)} {curie_of_shape(shape)}")
    counts = [_count(report.count(name), name, lang) for name in SEVERITIES if report.count(name)]
    verdict = _WORDS["yes" if report.conforms else "no"].to(lang)
    files = _count(report.files, "file", lang)
    found = ", ".join(counts) or _WORDS["nothing"].to(lang)
    lines.append(f"{verdict}{_COLON.to(lang)}{found} ({files}).")
    return "\n".join(lines)


def _count(number: int, thing: str, lang: Language) -> str:
    one, many = _COUNTED[thing]
    return f"{number} {(one if number == 1 else many).to(lang)}"


def _finding(result: ValidationResult, lang: Language) -> str:
    shape = curie_of_shape(result.shape)
    at = f"{_WORDS['at'].to(lang)} {name(result.focus)}"
    if result.path:
        at += f" {result.path}"
    if result.value is not None:
        at += f", {_WORDS['found'].to(lang)} {name(result.value)}"
    colon = _COLON.to(lang)
    return (
        f"{result.place}: {_WORDS[result.severity].to(lang)}{colon}{result.message.to(lang)}\n"
        f"  {at} ({shape})\n"
        f"  {_WORDS['do'].to(lang)}{colon}{result.advice.to(lang)}"
    )


def curie_of_shape(iri: str) -> str:
    """Return the name of a shape or rule, as in `x:Flow-provider`."""
    return "x:" + iri.removeprefix(SHAPES) if iri.startswith(SHAPES) else f"<{iri}>"


def report_turtle(report: ValidationReport) -> str:
    """Return the report as a SHACL validation report in Turtle."""
    header = (
        f"@prefix sh: <{PREFIXES['sh']}> .\n@prefix x: <{SHAPES}> .\n\n"
        f"[] a sh:ValidationReport ;\n    sh:conforms {str(report.conforms).lower()} ;\n"
        "    sh:conformanceDisallows sh:Violation"
    )
    results = [f"sh:result [\n{_result(result)}\n    ]" for result in report.results]
    return " ;\n    ".join([header, *results]) + " .\n"


def _result(result: ValidationResult) -> str:
    said: Sequence[tuple[str, str | None]] = (
        ("a", "sh:ValidationResult"),
        ("sh:resultSeverity", f"sh:{result.severity}"),
        ("sh:focusNode", str(result.focus)),
        ("sh:resultPath", result.path_turtle),
        ("sh:value", str(result.value) if result.value is not None else None),
        ("sh:sourceShape", curie_of_shape(result.shape)),
        ("sh:sourceConstraintComponent", f"<{result.component}>"),
        ("sh:resultMessage", _texts(result.message)),
        ("x:advice", _texts(result.advice)),
        ("x:place", str(Literal(result.place)) if result.file else None),
    )
    return " ;\n".join(f"        {predicate} {objects}" for predicate, objects in said if objects)


def _texts(text: ShapeMessage) -> str:
    literals = (Literal(text.to(language), language=language) for language in LANGUAGES)
    return " , ".join(map(str, literals))
