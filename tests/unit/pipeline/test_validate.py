"""Validation: the current view, files and lines, and the two forms of the report."""

import re
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad

from partage import assets
from partage.errors import RdfSyntaxError, ShapesGraphError
from partage.pipeline.checks import report as written
from partage.pipeline.checks.committed import CommittedFile
from partage.pipeline.checks.report import ValidationReport, ValidationResult
from partage.pipeline.checks.shapes import SHAPES, Severity, ShapeMessage, load, read_rule
from partage.pipeline.checks.turtle_positions import places
from partage.pipeline.checks.validate import check, current, report_text, report_turtle, validate
from partage.rdf.namespaces import ID, PREFIXES, iri
from partage.rdf.parsing import read_rdf

ROOT = assets.assets_root()
HEAD = f"""@base <{ID}> .
@prefix ds: <{PREFIXES["ds"]}> .
@prefix f: <{PREFIXES["f"]}> .
@prefix a: <{PREFIXES["a"]}> .
@prefix org: <{PREFIXES["org"]}> .
@prefix dc: <{PREFIXES["dc"]}> .
"""
CLAIM = """
<claim/c9001/v1> a ds:ClaimVersion .
<claim/c9001/v1#assertion> {
    f:f9001 a ds:AccessGrant ; ds:hasProvider org:facebook ; ds:underAgreement a:a9001 ;
        ds:hasRecipient org:netflix ;
        ds:principalCategory dc:private-messages .
}
<claim/c9002/v1> a ds:ClaimVersion .
<claim/c9002/v1#assertion> {
    f:f9001 a ds:AccessGrant ;
        ds:hasRecipient org:nobody .
}
"""


def result(severity: Severity = "Violation", **facts: object) -> ValidationResult:
    return ValidationResult(
        severity,
        NamedNode(PREFIXES["f"] + "f9001"),
        SHAPES + "Flow-provider",
        iri("sh:MinCountConstraintComponent"),
        ShapeMessage("One provider.", "Un fournisseur."),
        ShapeMessage("Name it.", "Le nommer."),
        "ds:hasProvider",
        f"<{iri('ds:hasProvider')}>",
        **facts,  # type: ignore[arg-type]
    )


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.trig"
    path.write_text(HEAD + CLAIM, encoding="utf-8")
    return path


def as_file(path: Path) -> CommittedFile:
    return CommittedFile(path, path.name, tuple(read_rdf(path)))


# ---- where things are written


def test_a_statement_is_found_in_the_graph_that_makes_it() -> None:
    found = places(HEAD + CLAIM)
    flow = PREFIXES["f"] + "f9001"
    first, second = ID + "claim/c9001/v1#assertion", ID + "claim/c9002/v1#assertion"
    assert found.line(flow) == 10
    assert found.line(flow, graph=second) == 16
    assert found.line(flow, iri("ds:hasRecipient")) == 11
    assert found.line(flow, iri("ds:hasRecipient"), PREFIXES["org"] + "nobody") == 17
    assert found.line(flow, iri("ds:hasRecipient"), graph=second) == 17
    assert found.line(first) == 9
    assert found.line(ID + "claim/c9009/v1") is None


def test_every_statement_of_the_committed_files_is_found_on_its_line() -> None:
    for path in sorted((ROOT / "data").rglob("*.t*")):
        if path.suffix not in (".ttl", ".trig"):
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        known = places(text)
        for quad in read_rdf(path):
            graph = getattr(quad.graph_name, "value", None)
            subject, value = quad.subject.value, quad.object.value  # type: ignore[union-attr]
            line = known.lines[(graph, subject, quad.predicate.value, value)]
            last = re.split(r"[/#:]", value)[-1]
            shown = value[:6] if isinstance(quad.object, Literal) else last
            assert shown.replace('"', "") in lines[line - 1].replace('\\"', "")


def test_places_reads_what_turtle_allows() -> None:
    text = """# comment with <iri> and "quotes"
PREFIX ex: <http://example.org/>
@base <http://example.org/base/> .
ex:a.b ex:p \"\"\"two
lines . ; [ \"\"\" , 'x'@en , 4.5 , true , "\\"q\\""^^ex:t ;
    a ex:C ; # a comment ; here
    ex:q [ ex:inner ex:x ] , ( 1 2 ) .
<rel> ex:p <#frag> .
GRAPH ex:g { ex:s ex:p ex:o . ex:s2 ex:p ex:o }
ex:g2 { ex:s ex:p ex:o }
"""
    found = places(text)
    ex = "http://example.org/"
    assert found.line(ex + "a.b", ex + "p", "two\nlines . ; [ ") == 4
    assert found.line(ex + "a.b", ex + "p", '"q"') == 5
    assert found.line(ex + "a.b", iri("rdf:type"), ex + "C") == 6
    assert found.line(ex + "a.b", ex + "q") == 7
    assert found.line(ex + "inner") is None
    assert found.line(ex + "base/rel", ex + "p", ex + "base/#frag") == 8
    assert found.line(ex + "s2", graph=ex + "g") == 9
    assert found.line(ex + "s", graph=ex + "g2") == 10


def test_a_finding_names_the_file_and_the_line_of_the_offending_value(claims: Path) -> None:
    found = validate(ROOT, [claims])
    places_of = {
        (f.shape.removeprefix(SHAPES), f.line) for f in found.results if f.file == str(claims)
    }
    assert ("Flow-recipient", 17) in places_of, "org:nobody is no party"
    assert ("undeclared-reference", 17) in places_of
    assert ("ClaimVersion-type", 8) in places_of, "what is missing is missing where it is opened"
    assert not found.conforms


def test_only_findings_about_the_given_files_are_reported(claims: Path) -> None:
    found = validate(ROOT, [claims])
    assert {f.file for f in found.results} == {str(claims)}
    assert found.files == 1


def test_a_committed_file_given_by_name_is_not_read_twice() -> None:
    path = next((ROOT / "data/claims").glob("*.trig"))
    assert validate(ROOT, [path]).conforms


def test_a_file_that_does_not_parse_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text(HEAD + "org:a a ds:Organization ;; .\norg:b org:c\n", encoding="utf-8")
    with pytest.raises(RdfSyntaxError) as caught:
        validate(ROOT, [path])
    assert caught.value.line is not None


# ---- the current view


def test_superseded_assertions_are_out_of_view_and_claims_are_in(tmp_path: Path) -> None:
    path = tmp_path / "versions.trig"
    path.write_text(
        HEAD
        + "<claim/c9001/v1> a ds:ClaimVersion .\n"
        + "<claim/c9001/v1#assertion> { org:a ds:hasMember org:old }\n"
        + "<claim/c9001/v10> a ds:ClaimVersion .\n"
        + "<claim/c9001/v10#assertion> { org:a ds:hasMember org:new }\n"
        + "<claim/c9001/v9> a ds:ClaimVersion .\n",
        encoding="utf-8",
    )
    view = current([as_file(path)])
    values = {str(quad.object) for quad in view}
    assert f"<{PREFIXES['org']}new>" in values
    assert f"<{PREFIXES['org']}old>" not in values
    claim = NamedNode(ID + "claim/c9001")
    assert Quad(claim, NamedNode(iri("rdf:type")), NamedNode(iri("ds:Claim"))) in view
    current_version = NamedNode(iri("pav:hasCurrentVersion"))
    assert Quad(claim, current_version, NamedNode(ID + "claim/c9001/v10")) in view


def test_a_claim_gets_a_second_version_though_the_first_names_what_was_retired(
    tmp_path: Path,
) -> None:
    text = (ROOT / "data/claims/nyt-2018.trig").read_text(encoding="utf-8")
    begin = text.index("<claim/c0036/v1>")
    first = text[begin : text.index("\n}\n", begin) + 3]
    second = first.replace("c0036/v1", "c0036/v2")
    first_since_retired = first.replace("ds:disputes c:c0035", "ds:disputes c:c9035")
    path = tmp_path / "nyt-2018.trig"
    path.write_text(text.replace(first, first_since_retired + second), encoding="utf-8")
    assert [found.shape for found in validate(ROOT, [path]).results] == []
    path.write_text(text.replace(first, first + second.replace("c0035", "c9035")), encoding="utf-8")
    assert not validate(ROOT, [path]).conforms, "what a current version names must be there"


def test_literals_keep_their_lexical_form(tmp_path: Path) -> None:
    path = tmp_path / "count.trig"
    path.write_text(
        HEAD
        + '<passage/p9001#position> <http://www.w3.org/ns/oa#start> "007"^^'
        + f"<{PREFIXES['xsd']}integer> .\n",
        encoding="utf-8",
    )
    assert any(getattr(q.object, "value", "") == "007" for q in current([as_file(path)]))


# ---- the shapes graph


def test_a_rule_without_its_texts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rule.rq"
    path.write_text("# title: no texts\nSELECT ?focus WHERE { ?focus ?p ?o }\n", encoding="utf-8")
    with pytest.raises(ShapesGraphError, match=r"rule\.rq: add the comment line `# severity: "):
        read_rule(path)


@pytest.mark.parametrize(
    ("severity", "query", "says"),
    [
        ("Violation", "SELECT ?focus WHERE {", "does not parse"),
        ("Violation", "SELECT ?value ?focus WHERE { ?focus ?p ?value }", r"is \?focus"),
        ("Violation", "ASK { ?s ?p ?o }", r"is \?focus"),
        ("Grave", "SELECT ?focus WHERE { ?focus ?p ?o }", "severity is one of"),
    ],
)
def test_a_rule_that_is_not_a_rule_is_refused(
    tmp_path: Path, severity: str, query: str, says: str
) -> None:
    path = tmp_path / "rule.rq"
    texts = "".join(f"# {k}: x\n" for k in ("message-en", "message-fr", "advice-en", "advice-fr"))
    path.write_text(f"# title: t\n# severity: {severity}\n{texts}{query}\n", encoding="utf-8")
    with pytest.raises(ShapesGraphError, match=says):
        read_rule(path)


def test_a_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShapesGraphError, match="holds no shapes"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ('[] a sh:NodeShape ; sh:message "a"@en , "b"@fr .', "no IRI"),
        ('x:A a sh:NodeShape ; sh:message "only English"@en .', "both English and French"),
        ("x:A a sh:PropertyShape ; sh:path ( x:p x:q ) .", "neither a predicate"),
    ],
)
def test_a_shape_without_iri_texts_or_plain_path_is_refused(
    tmp_path: Path, shape: str, says: str
) -> None:
    (tmp_path / "rules").mkdir()
    rule = next((ROOT / "shapes/rules").glob("*.rq"))
    (tmp_path / "rules/rule.rq").write_text(rule.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "bad.ttl").write_text(
        f"@prefix x: <{SHAPES}> .\n@prefix sh: <{PREFIXES['sh']}> .\n{shape}\n", encoding="utf-8"
    )
    with pytest.raises(ShapesGraphError, match=says):
        load(tmp_path)


# ---- the report


def test_only_violations_make_the_data_not_conform() -> None:
    assert ValidationReport((result("Warning"), result("Info")), 1).conforms
    assert not ValidationReport((result("Violation"),), 1).conforms


def test_the_text_form_says_what_where_and_what_to_do() -> None:
    report = ValidationReport(
        (result(file="data/claims/seed.trig", line=120), result("Warning")), files=2
    )
    assert report_text(report).splitlines() == [
        "data/claims/seed.trig:120: Violation: One provider.",
        "  at f:f9001 ds:hasProvider (x:Flow-provider)",
        "  what to do: Name it.",
        "f:f9001: Warning: One provider.",
        "  at f:f9001 ds:hasProvider (x:Flow-provider)",
        "  what to do: Name it.",
        "Does not conform: 1 violation, 1 warning (2 files checked).",
    ]


def test_the_text_form_is_in_french_when_asked() -> None:
    value = Literal("deux mots", language="fr")
    report = ValidationReport((result(file="x.ttl", line=3, value=value),), files=1)
    assert report_text(report, lang="fr").splitlines() == [
        "x.ttl:3: Violation : Un fournisseur.",
        '  sur f:f9001 ds:hasProvider, trouvé "deux mots"@fr (x:Flow-provider)',
        "  que faire : Le nommer.",
        "Non conforme : 1 violation (1 fichier contrôlé).",
    ]


def test_the_text_form_of_nothing_wrong_is_one_line() -> None:
    assert report_text(ValidationReport((), 3)) == "Conforms: no findings (3 files checked)."


def test_many_findings_of_one_shape_are_counted_rather_than_listed() -> None:
    lines = report_text(ValidationReport((result(),) * 40, 1)).splitlines()
    assert lines[-2] == "… 15 more of x:Flow-provider"
    assert lines[-1] == "Does not conform: 40 violations (1 file checked)."


def test_the_turtle_form_is_a_shacl_validation_report(claims: Path) -> None:
    found = check(load(ROOT / "shapes"), [as_file(claims)])
    graph = rdflib.Graph().parse(data=report_turtle(found), format="turtle")
    sh = rdflib.Namespace(iri("sh:"))
    (root,) = graph.subjects(rdflib.RDF.type, sh.ValidationReport)
    assert graph.value(root, sh.conforms) == rdflib.Literal(False)
    assert graph.value(root, sh.conformanceDisallows) == sh.Violation
    nodes = list(graph.objects(root, sh.result))
    assert len(nodes) == len(found.results)
    for node in nodes:
        assert graph.value(node, rdflib.RDF.type) == sh.ValidationResult
        for key in ("resultSeverity", "focusNode", "sourceShape", "sourceConstraintComponent"):
            assert graph.value(node, sh[key]) is not None
        messages = graph.objects(node, sh.resultMessage)
        assert {getattr(message, "language", None) for message in messages} == {"en", "fr"}
    place = rdflib.URIRef(SHAPES + "place")
    assert rdflib.Literal("claims.trig:17") in set(graph.objects(None, place))


def test_a_complex_path_is_written_as_the_shapes_graph_has_it(tmp_path: Path) -> None:
    path = tmp_path / "state.trig"
    path.write_text(
        HEAD + "<claim/c9001#state> a ds:AccessState ; ds:stateKind <x> .\n", encoding="utf-8"
    )
    found = check(load(ROOT / "shapes"), [as_file(path)])
    bearer = next(r for r in found.results if r.shape == SHAPES + "State-bearer")
    assert bearer.path == "^ds:hasState"
    graph = rdflib.Graph().parse(data=report_turtle(found), format="turtle")
    assert (None, rdflib.URIRef(iri("sh:inversePath")), None) in graph


def test_people_read_short_names() -> None:
    assert written.name(NamedNode(ID + "claim/c0001#state")) == "<claim/c0001#state>"
    assert written.name(NamedNode(PREFIXES["org"] + "netflix")) == "org:netflix"
    assert written.name(Literal(61)) == "61"
