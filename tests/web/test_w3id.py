"""
The rules for w3id.org, run by an interpreter of the directives that they use
(mod_rewrite, https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html), against the site itself.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from partage.rdf.namespaces import BASE

ROOT = Path(__file__).parents[2]
HTACCESS = ROOT / "docs/w3id/partage/.htaccess"
HOST = "https://partage.example"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ACCEPTS = ("", "*/*", BROWSER, "text/turtle", "application/ld+json", "application/x-bibtex")
_COND = re.compile(r"RewriteCond %\{HTTP_ACCEPT\} (\S+)(?: \[(OR)\])?")
_RULE = re.compile(r"RewriteRule (\S+) (\S+) \[R=(\d+),L\]")
_HEADER = re.compile(r'Header always (?:set|merge) (\S+) "([^"]*)"')


@dataclass(frozen=True, slots=True)
class Rule:
    """A rewrite and what `Accept` must hold for it: of each group, one pattern."""

    conditions: tuple[tuple[str, ...], ...]
    pattern: str
    target: str
    status: int


def rules(text: str) -> tuple[list[Rule], dict[str, str]]:
    """Read the file; a directive that is not understood is an error."""
    found: list[Rule] = []
    headers: dict[str, str] = {}
    groups: list[tuple[str, ...]] = []
    open_group: tuple[str, ...] = ()
    for line in map(str.strip, text.splitlines()):
        if cond := _COND.fullmatch(line):
            open_group = (*open_group, cond[1])
            if not cond[2]:
                groups.append(open_group)
                open_group = ()
        elif rule := _RULE.fullmatch(line):
            found.append(Rule(tuple(groups), rule[1], rule[2], int(rule[3])))
            groups = []
        elif header := _HEADER.fullmatch(line):
            headers[header[1]] = header[2]
        else:
            known = not line or line.startswith("#")
            assert known or line in {"RewriteEngine On", "Options +FollowSymLinks"}, line
    return found, headers


RULES, HEADERS = rules(HTACCESS.read_text(encoding="utf-8"))


def rewritten(iri: str, accept: str) -> tuple[int, str]:
    """Return the status and the target of a request for an IRI: of the first rule that matches."""
    path = urlsplit(iri).path.removeprefix(urlsplit(BASE).path)
    for rule in RULES:
        allowed = all(any(re.search(p, accept) for p in group) for group in rule.conditions)
        if allowed and (match := re.search(rule.pattern, path)):
            return rule.status, re.sub(r"\$(\d)", lambda m: match[int(m[1])], rule.target)
    return 404, ""


TRUSTY = "id/claim/c0001/v1.RA" + "x" * 43
# An IRI's path and where it leads; whether the small dataset has it.
THINGS = [
    ("id/org/facebook", "/doc/org/facebook", True),
    ("id/org/netflix", "/doc/org/netflix", True),
    ("id/org/gazette", "/doc/org/gazette", True),
    ("id/flow/f0001", "/doc/flow/f0001", True),
    ("id/agreement/a0001", "/doc/agreement/a0001", True),
    ("id/claim/c0001", "/doc/claim/c0001", True),
    ("id/claim/c0001#state", "/doc/claim/c0001", True),
    ("id/claim/c0001/v1", "/doc/claim/c0001/v1", True),
    ("id/claim/c0001/v1#head", "/doc/claim/c0001/v1", True),
    ("id/claim/c0001/v1#assertion", "/doc/claim/c0001/v1", True),
    ("id/claim/c0001/v1#provenance", "/doc/claim/c0001/v1", True),
    ("id/claim/c0001/v1#pubinfo", "/doc/claim/c0001/v1", True),
    (TRUSTY, "/doc/" + TRUSTY.removeprefix("id/"), False),
    ("id/source/s0001", "/doc/source/s0001", True),
    ("id/passage/p0001", "/doc/passage/p0001", True),
    ("voc/data-category", "/doc/voc/data-category", True),
    ("voc/data-category/private-messages", "/doc/voc/data-category/private-messages", True),
    ("graph/entities", "/doc/graph/entities", True),
    ("graph/claims", "/doc/graph/claims", True),
    ("ns", "/doc/ns", True),
    ("ns#Claim", "/doc/ns", True),
    ("ns#hasProvider", "/doc/ns", True),
    ("shapes", "/doc/shapes", True),
    ("shapes#Claim", "/doc/shapes", True),
    ("profiles", "/doc/profiles", True),
    ("profiles#own", "/doc/profiles", True),
    ("id/org/some-company", "/doc/org/some-company", False),
    ("id/person/mark-zuckerberg", "/doc/person/mark-zuckerberg", False),
    ("id/agent/editors", "/doc/agent/editors", False),
    ("id/set/g0001", "/doc/set/g0001", False),
    ("id/feature/platform", "/doc/feature/platform", False),
    ("id/agreement-set/x0001", "/doc/agreement-set/x0001", False),
    ("id/claim/c0026#count-2", "/doc/claim/c0026", False),
    ("id/passage/p0007#position", "/doc/passage/p0007", False),
    ("voc/purpose/advertising", "/doc/voc/purpose/advertising", False),
    ("voc/country/fr", "/doc/voc/country/fr", False),
    ("graph/registry", "/doc/graph/registry", False),
    ("graph/inferred", "/doc/graph/inferred", False),
    ("graph/prefixes#ds", "/doc/graph/prefixes", False),
    ("release/2026.11.0/id/org/facebook", "/release/2026.11.0/doc/org/facebook", False),
    ("release/2026.11.0/id/claim/c1/v1", "/release/2026.11.0/doc/claim/c1/v1", False),
    ("release/2026.11.0/voc/purpose/x", "/release/2026.11.0/doc/voc/purpose/x", False),
    ("release/2026.11.0/graph/claims", "/release/2026.11.0/doc/graph/claims", False),
    ("release/2026.11.0/ns", "/release/2026.11.0/doc/ns", False),
]
DIRECT = [
    ("context.jsonld", True),
    (".well-known/void", True),
    (".well-known/sparql-examples/01", False),
    ("release/", True),
    ("release/2026.11.0", False),
    ("release/2026.11.0/context.jsonld", False),
    ("release/2026.11.0/diff/2026.12.0", False),
    ("download/dataset.nq.gz", True),
    ("download/manifest.json", True),
    ("ns/0.1.0", False),
    ("statement/" + "a" * 64, False),
    ("query/" + "b" * 64, False),
]
TABLE = [*THINGS, *((path, "/" + path, held) for path, held in DIRECT)]


def test_the_table_has_fifty_iris() -> None:
    assert len({path for path, _, _ in TABLE}) >= 50


@pytest.mark.meets("X2")
@pytest.mark.parametrize(("path", "target", "_held"), TABLE, ids=[row[0] for row in TABLE])
def test_x2_every_shape_of_iri_is_sent_to_the_host(path: str, target: str, _held: bool) -> None:
    for accept in ACCEPTS:
        assert rewritten(BASE + path, accept) == (303, HOST + target)


@pytest.mark.meets("X2")
@pytest.mark.parametrize("accept", ACCEPTS)
def test_x2_the_dataset_has_a_home_page_for_people_and_a_document_for_programs(
    accept: str,
) -> None:
    target = "/" if "html" in accept else "/doc/dataset"
    assert rewritten(BASE, accept) == (303, HOST + target)


@pytest.mark.meets("X2")
@pytest.mark.parametrize("path", ["sparql", "release/2026.11.0/sparql"])
def test_x2_a_query_keeps_its_method(path: str) -> None:
    assert rewritten(BASE + path, "*/*") == (307, f"{HOST}/{path}")


@pytest.mark.meets("X2")
def test_x2_a_cache_is_told_that_accept_matters_and_scripts_may_follow() -> None:
    assert HEADERS == {"Access-Control-Allow-Origin": "*", "Vary": "Accept"}


@pytest.mark.meets("X3")
@pytest.mark.parametrize("accept", [BROWSER, "text/turtle", "*/*"])
def test_x3_who_follows_arrives_after_two_hops_at_most(app: Flask, accept: str) -> None:
    held = [path for path, _, there in TABLE if there]
    for path in ["", "sparql", *held]:
        status, address = rewritten(BASE + path, accept)
        hops = 1
        with app.test_client() as client:
            response = client.get(address.removeprefix(HOST), headers={"Accept": accept})
            while response.status_code in {301, 302, 303, 307}:
                hops += 1
                response.close()
                response = client.get(response.headers["Location"], headers={"Accept": accept})
            response.close()
        assert (status, response.status_code) in {(303, 200), (307, 200)}, (path, accept)
        assert hops <= 2, path


def test_the_rules_name_one_host() -> None:
    hosts = {urlsplit(rule.target).netloc for rule in RULES}
    assert hosts == {urlsplit(HOST).netloc}
