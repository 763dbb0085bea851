"""One truth for each version, wherever it is written."""

import re
import tomllib

from pyoxigraph import Literal, NamedNode

from partage import __version__, assets
from partage.rdf.namespaces import BASE, iri
from partage.rdf.parsing import read_rdf

ROOT = assets.assets_root()


def value(file: str, subject: str, predicate: str) -> str:
    (found,) = [
        quad.object.value
        for quad in read_rdf(ROOT / file)
        if quad.subject == NamedNode(subject)
        and quad.predicate == NamedNode(iri(predicate))
        and isinstance(quad.object, NamedNode | Literal)
    ]
    return found


def cited(field: str) -> str:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (found,) = re.findall(rf'^{field}: "?([^"\n]+)"?$', text, re.MULTILINE)
    return str(found)


def test_the_citation_names_the_version_and_day_of_the_dataset() -> None:
    assert cited("version") == value("data/dataset.ttl", BASE, "dcat:version")
    assert cited("date-released") == value("data/dataset.ttl", BASE, "dct:issued")


def test_the_package_has_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


def test_the_ontology_s_version_iri_ends_in_its_version() -> None:
    ontology = BASE + "ns"
    version = value("ontology/partage.ttl", ontology, "owl:versionInfo")
    assert value("ontology/partage.ttl", ontology, "owl:versionIRI") == f"{ontology}/{version}"


def test_the_changelog_speaks_of_the_versions_at_hand() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    ontology = value("ontology/partage.ttl", BASE + "ns", "owl:versionInfo")
    assert f"ontology {ontology}" in text
    assert f"data {cited('version')}" in text
