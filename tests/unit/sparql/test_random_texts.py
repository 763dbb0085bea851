"""
Random texts, most of them nearly queries, read by our parser, the guard and the engine's parser.

Some 2,000 in every run of the tests, 20,000 in `make conformance`.
"""

# ruff: noqa: E501  # each query is one line

import contextlib
import os
import random
import re
from collections import Counter
from collections.abc import Iterator

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from partage.errors import QuerySyntaxError, ServiceRefused
from partage.sparql.protocol.guard import refuse_service
from partage.sparql.protocol.operation import KINDS, kind
from partage.sparql.syntax import lexer, parse
from partage.sparql.syntax.serializer import query_text
from partage.sparql.syntax.tree import QueryTree, Term
from partage.store.remote.dialect import is_read
from unit.sparql.test_malformed import PIECES, SEEDS
from unit.sparql.test_syntax import QUERIES

COUNT = 20_000 if os.environ.get("PARTAGE_WHOLE_SUITES") else 2_000
BASE = "http://here.example/sparql"
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
GRAPHS = [NamedNode(f"http://e.example/g{number}") for number in range(3)]
CALLING = r'''
PREFIX e: <http://e.example/> SELECT ?s { ?s ?p ?o . SERVICE SILENT e:x { ?s e:p 'a' } FILTER(?o<5) }
PREFIX service: <http://e.example/> SELECT * FROM <http://e.example/g1> FROM NAMED service:g2 { ?s service:p ?o . GRAPH service:g1 { SERVICE ?x {} } }
PREFIX : <http://e.example/> CONSTRUCT { ?s :p ?o } FROM NAMED <http://e.example/g0> WHERE { OPTIONAL { SERVICE :e { ?s :p ?o FILTER EXISTS { SERVICE <http://f.example/> {} } } } } ORDER BY ?s
BASE <http://e.example/x/> DESCRIBE ?s FROM <http://e.example/g0> FROM <http://e.example/g1> { ?s ?p 'SERVICE ?x {}', """a"b""", true , 1.5e3 }
ASK { ?s a ?o . FILTER(?a<?b && ?b>1 || ?c<= -1) VALUES (?x ?y) { ('' "a") (UNDEF <http://x.example/service>) } }
'''.strip().splitlines()
ODD = ["SERVICE", "service", "SILENT", "<", "'", '"', '"""', "\\u0053", "#", "LATERAL", "a\u0300:x"]


def texts(count: int) -> Iterator[tuple[str, bool]]:
    """Yield texts, and whether each is made of tokens of the grammar with space between them."""
    draw = random.Random(13)
    seeds = [path.read_text(encoding="utf-8") for path in QUERIES] + SEEDS + CALLING * 8
    written = [[token.text for token in lexer.tokens(text)] for text in seeds]
    pool = [word for words in written for word in words] + ODD
    for _ in range(count):
        words = list(draw.choice(written))
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            at, other = draw.randrange(len(words) + 1), draw.randrange(len(words))
            how = draw.choice(("out", "in", "instead", "swap"))
            put = [] if how == "out" else [draw.choice(pool)]
            if how == "swap":
                put, words[other] = [words[other]], words[min(at, len(words) - 1)]
            words[at : at + (how != "in")] = put
            words = words or ["ASK"]
        spaces = draw.choice(([" "], ["\n"], [" # <x>\n"], ["", " "]))
        text = "".join(word + draw.choice(spaces) for word in words)
        spoilt = draw.random() < 0.3
        if spoilt:
            at = draw.randrange(len(text) + 1)
            text = text[:at] + draw.choice(PIECES)[:20] + text[at + draw.randrange(3) :]
        yield text, len(spaces) == 1 and not spoilt


def test_one_reading_is_the_engine_s_own() -> None:
    seen = Counter[str]()
    for text, spaced in texts(COUNT):
        tree, by_engine = ours(text), is_read(text, BASE)
        seen[f"engine {by_engine}, ours {tree is not None}"] += 1
        if re.search("service", text, re.IGNORECASE):
            check_calls(text, tree)
            seen["with the word"] += 1
        elif reads(text):
            assert by_engine
            assert tree is not None or not spaced, text
        if tree is not None and by_engine:
            check_parts(text, tree)
    assert min(seen.values()) > 0
    assert seen["engine True, ours True"] > COUNT / 10
    assert seen["engine False, ours False"] > COUNT / 10


def ours(text: str) -> QueryTree | None:
    with contextlib.suppress(QuerySyntaxError):
        return parse(text)
    return None


def reads(text: str) -> bool:
    """Return whether the engine takes a text for a query, which calls nothing."""
    try:
        Store().query(text, base_iri=BASE)
    except SyntaxError:
        return False
    except RuntimeError:  # a function that there is not
        return True
    return True


def check_calls(text: str, tree: QueryTree | None) -> None:
    """The engine calls where it reads a text, and no longer does with the keyword spoilt."""
    spoilt = re.sub("(?i)servic", "SERVIX", text)
    calls = is_read(text, BASE) and not is_read(spoilt, BASE)
    try:
        refuse_service(text)
    except (ServiceRefused, QuerySyntaxError):
        refused = True
    else:
        refused = False
    assert refused or not calls, text
    if tree is not None and is_read(text, BASE):
        assert bool(tree.services) is calls, text
        assert refused is calls or "\\u" in text, text


def check_parts(text: str, tree: QueryTree) -> None:
    """Form, prefixes and dataset are those by which the engine answers."""
    if not tree.services:
        check_form(text, tree)
    prologue = text[: tree.start]
    for prefix, space in tree.prefixes.items():
        if ABSOLUTE.match(space):
            (row,) = rows(Store(), f"{prologue} SELECT (STR({prefix}:) AS ?x) {{}}")
            assert row == f'"{space}"', text
    if tree.dataset:
        store = Store()
        store.extend(Quad(graph, graph, graph, graph) for graph in GRAPHS)
        clauses = text[tree.dataset[0].start : tree.dataset[-1].end]
        for named, body in ((True, "GRAPH ?g { ?g ?p ?o }"), (False, "?g ?p ?o")):
            given = {
                f"<{tree.iri(Term('iri', one.iri, 0, 1))}>"
                for one in tree.dataset
                if one.named is named
            }
            asked = rows(store, f"{prologue} SELECT ?g {clauses} {{ {body} }}")
            assert asked == given.intersection(map(str, GRAPHS)), text


def rows(store: Store, text: str) -> set[str]:
    """Return the values of a query's one variable."""
    found = store.query(text, base_iri=BASE)
    assert isinstance(found, QuerySolutions)
    return {str(row[0]) for row in found}


def check_form(text: str, tree: QueryTree) -> None:
    kinds = {QuerySolutions: "solutions", QueryBoolean: "boolean", QueryTriples: "graph"}
    with contextlib.suppress(SyntaxError, RuntimeError):  # what it checks beyond the grammar
        answer = Store().query(text, base_iri=BASE)
        assert kind(text) == KINDS[tree.form] == kinds[type(answer)], text
        assert tree.reified is not None or reads(query_text(tree)), text
