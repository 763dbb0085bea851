"""
Small data, a query, and the answer that SPARQL 1.1 gives: one case for each corner of the language.

Each case's data are a named graph of their own, which the protocol makes the default graph.
An answer is a row a string: cells parted by spaces, `-` where a variable is unbound.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

HEAD = """
PREFIX : <http://e.example/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""
TURTLE = HEAD.replace("PREFIX", "@prefix").replace(">\n", "> .\n")

CHAIN = ":a :next :b . :b :next :c . :c :next :d . :a :also :d ."
LOOP = ":a :next :b . :b :next :a ."
PEOPLE = """
:ann :age 30 ; :knows :bob ; :name "Ann" .
:bob :age 25 ; :knows :cal ; :name "Bob" .
:cal :age 30 ; :name "Cal" .
"""
SALES = """
:x :of :tea ; :sum 3 . :y :of :tea ; :sum 4 . :z :of :milk ; :sum 5 .
"""
WORDS = ':w :en "cat"@en ; :fr "chat"@fr ; :plain "cat" ; :num 7 .'


@dataclass(frozen=True, slots=True)
class Case:
    """One question; a boolean is the row `true` or `false`."""

    name: str
    data: str
    query: str
    rows: tuple[str, ...]

    @property
    def graph(self) -> str:
        return "http://e.example/case/" + self.name.replace(" ", "-")

    @property
    def text(self) -> str:
        return HEAD + self.query

    @property
    def ordered(self) -> bool:
        return "ORDER BY" in self.query

    def quads(self) -> list[Quad]:
        """Return the data, in the graph of this case."""
        node = NamedNode(self.graph)
        triples = parse(TURTLE + self.data, format=RdfFormat.TURTLE)
        return [Quad(t.subject, t.predicate, t.object, node) for t in triples]


CASES = (
    # Basic patterns (§5)
    Case("a pattern", PEOPLE, "SELECT ?x { ?x :age 30 }", (":ann", ":cal")),
    Case("a join", PEOPLE, "SELECT ?x ?y { ?x :knows ?y . ?y :knows ?z }", (":ann :bob",)),
    Case("a repeated variable", ":a :p :a . :a :p :b .", "SELECT ?x { ?x :p ?x }", (":a",)),
    Case("a blank node is a variable", PEOPLE, "SELECT ?x { ?x :knows [ :age 25 ] }", (":ann",)),
    Case("a product", ":a :p :b . :c :q :d .", "SELECT ?x ?y { ?x :p ?m . ?y :q ?n }", (":a :c",)),
    Case("the empty pattern", "", "SELECT (1 AS ?x) {}", ("1",)),
    Case("a collection", ":s :p (1 2) .", "SELECT ?x { :s :p (?x 2) }", ("1",)),
    Case("numbers match as terms", ":s :p 1, 01, 1.0 .", "SELECT ?x { ?x :p 1.0 }", (":s",)),
    # OPTIONAL, UNION, FILTER (§6-8)
    Case("optional", PEOPLE, "SELECT ?x ?y { ?x :age ?a OPTIONAL { ?x :knows ?y } }",
         (":ann :bob", ":bob :cal", ":cal -")),
    Case("optional with filter", PEOPLE,
         "SELECT ?x ?n { ?x :age ?a OPTIONAL { ?x :name ?n FILTER(?a < 30) } }",
         (":ann -", ':bob "Bob"', ":cal -")),
    Case("union", PEOPLE, "SELECT ?x { { ?x :age 25 } UNION { ?x :name 'Ann' } }",
         (":ann", ":bob")),
    Case("filter and comparison", PEOPLE, "SELECT ?x { ?x :age ?a FILTER(?a > 25 && ?a != 31) }",
         (":ann", ":cal")),
    Case("an error in a filter drops the row", WORDS, "SELECT ?p { :w ?p ?v FILTER(?v + 1 = 8) }",
         (":num",)),
    Case("an error or true is true", WORDS, "ASK { :w :en ?v FILTER(?v + 1 = 8 || true) }",
         ("true",)),
    Case("exists", PEOPLE, "SELECT ?x { ?x :age ?a FILTER EXISTS { ?x :knows ?y } }",
         (":ann", ":bob")),
    Case("not exists", PEOPLE, "SELECT ?x { ?x :age ?a FILTER NOT EXISTS { ?x :knows ?y } }",
         (":cal",)),
    Case("minus", PEOPLE, "SELECT ?x { ?x :age ?a MINUS { ?x :knows ?y } }", (":cal",)),
    Case("minus without a shared variable takes nothing away", ":a :p :b .",
         "SELECT ?x { ?x :p ?y MINUS { ?m :p ?n } }", (":a",)),
    Case("not exists without a shared variable", ":a :p :b .",
         "SELECT ?x { ?x :p ?y FILTER NOT EXISTS { ?m :p ?n } }", ()),
    # Property paths (§9)
    Case("path sequence", CHAIN, "SELECT ?x { :a :next/:next ?x }", (":c",)),
    Case("path alternative", CHAIN, "SELECT ?x { :a (:next|:also) ?x }", (":b", ":d")),
    Case("path inverse", CHAIN, "SELECT ?x { :b ^:next ?x }", (":a",)),
    Case("path one or more", CHAIN, "SELECT ?x { :a :next+ ?x }", (":b", ":c", ":d")),
    Case("path zero or more", CHAIN, "SELECT ?x { :b :next* ?x }", (":b", ":c", ":d")),
    Case("path zero or one", CHAIN, "SELECT ?x { :a :next? ?x }", (":a", ":b")),
    Case("path negated set", CHAIN, "SELECT ?x { :a !:next ?x }", (":d",)),
    Case("path negated inverse", CHAIN, "SELECT ?x { :d !(:next|^:next) ?x }", (":a",)),
    Case("path loop ends", LOOP, "SELECT ?x { :a :next+ ?x }", (":a", ":b")),
    Case("path alternatives keep duplicates", ":a :p :b ; :q :b .",
         "SELECT ?x { :a (:p|:q) ?x }", (":b", ":b")),
    Case("path of length zero on an unknown term", "", "SELECT ?x { :nobody :p* ?x }",
         (":nobody",)),
    Case("path in parentheses", CHAIN, "SELECT ?x { ?x (:next/:next)+ :d }", (":b",)),
    # BIND, VALUES (§10)
    Case("bind", PEOPLE, "SELECT ?b { :bob :age ?a BIND(?a * 2 AS ?b) }", ("50",)),
    Case("bind of an error is unbound", WORDS, "SELECT ?b { :w :en ?a BIND(?a * 2 AS ?b) }",
         ("-",)),
    Case("values", PEOPLE, "SELECT ?x ?a { VALUES ?x { :ann :nobody } ?x :age ?a }", (":ann 30",)),
    Case("values after the query", PEOPLE, "SELECT ?x { ?x :age ?a } VALUES ?a { 25 }", (":bob",)),
    Case("values with undef", PEOPLE,
         "SELECT ?x ?a { VALUES (?x ?a) { (:ann UNDEF) (UNDEF 25) } ?x :age ?a }",
         (":ann 30", ":bob 25")),
    # Aggregates (§11)
    Case("group and sum", SALES, "SELECT ?o (SUM(?n) AS ?t) { ?s :of ?o ; :sum ?n } GROUP BY ?o",
         (":milk 5", ":tea 7")),
    Case("having", SALES,
         "SELECT ?o { ?s :of ?o } GROUP BY ?o HAVING (COUNT(*) > 1)", (":tea",)),
    Case("count distinct", SALES, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s :of ?o }", ("2",)),
    Case("count of nothing", "", "SELECT (COUNT(*) AS ?n) { ?s :p ?o }", ("0",)),
    Case("sum of nothing", "", "SELECT (SUM(?o) AS ?n) { ?s :p ?o }", ("0",)),
    Case("group of nothing", "", "SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s", ()),
    Case("min max avg", SALES,
         "SELECT (MIN(?n) AS ?a) (MAX(?n) AS ?b) (AVG(?n) AS ?c) { ?s :sum ?n }", ("3 5 4",)),
    Case("group concat", SALES,
         "SELECT (GROUP_CONCAT(STR(?n); SEPARATOR='+') AS ?t) { { SELECT ?n { ?s :sum ?n } "
         "ORDER BY ?n } }", ('"3+4+5"',)),
    Case("sample", SALES, "SELECT (SAMPLE(?o) AS ?x) { :z :of ?o }", (":milk",)),
    Case("an error spoils an aggregate", WORDS, "SELECT (SUM(?v) AS ?t) { :w ?p ?v }", ("-",)),
    # Subqueries (§12)
    Case("subquery", SALES,
         "SELECT ?s { { SELECT (MAX(?n) AS ?m) { ?x :sum ?n } } ?s :sum ?m }", (":z",)),
    Case("subquery with limit", PEOPLE,
         "SELECT ?x ?n { { SELECT ?x { ?x :age ?a } ORDER BY ?a LIMIT 1 } ?x :name ?n }",
         (':bob "Bob"',)),
    Case("subquery hides what it does not project", PEOPLE,
         "SELECT ?x ?a { { SELECT ?x { ?x :age ?a FILTER(?a = 25) } } VALUES ?a { 1 } }",
         (":bob 1",)),
    # Modifiers (§15)
    Case("order", PEOPLE, "SELECT ?n { ?x :name ?n ; :age ?a } ORDER BY ?a DESC(?n)",
         ('"Bob"', '"Cal"', '"Ann"')),
    Case("order puts the unbound first", PEOPLE,
         "SELECT ?x ?k { ?x :age ?a OPTIONAL { ?x :knows ?k } } ORDER BY ?k",
         (":cal -", ":ann :bob", ":bob :cal")),
    Case("order of kinds", ':s :p "z", :iri, [] .',
         "SELECT (isBlank(?o) AS ?b) (isIRI(?o) AS ?i) { :s :p ?o } ORDER BY ?o",
         ("true false", "false true", "false false")),
    Case("limit and offset", SALES, "SELECT ?n { ?s :sum ?n } ORDER BY ?n LIMIT 1 OFFSET 1",
         ("4",)),
    Case("limit of nothing", SALES, "SELECT ?n { ?s :sum ?n } LIMIT 0", ()),
    Case("distinct", PEOPLE, "SELECT DISTINCT ?a { ?x :age ?a }", ("25", "30")),
    Case("select star", ":a :p :a .", "SELECT * { ?s :p ?o }", (":a :a",)),
    # Functions (§17)
    Case("if and coalesce", PEOPLE, "SELECT (IF(1 > 2, 'a', 'b') AS ?x) (COALESCE(?u, 3) AS ?y) {}",
         ('"b" 3',)),
    Case("in and not in", "", "SELECT (2 IN (1, 2) AS ?x) (2 NOT IN (1, 2) AS ?y) {}",
         ("true false",)),
    Case("bound", PEOPLE, "SELECT ?x { ?x :age ?a OPTIONAL { ?x :knows ?k } FILTER(!BOUND(?k)) }",
         (":cal",)),
    Case("kinds of terms", WORDS,
         "SELECT (isIRI(:w) AS ?a) (isLiteral(?v) AS ?b) (isNumeric(?v) AS ?c) { :w :num ?v }",
         ("true true true",)),
    Case("language", WORDS, "SELECT (LANG(?v) AS ?l) { :w :fr ?v }", ('"fr"',)),
    Case("langmatches", WORDS, "SELECT ?p { :w ?p ?v FILTER(LANGMATCHES(LANG(?v), '*')) }",
         (":en", ":fr")),
    Case("a language makes another term", WORDS, "SELECT ?p { :w ?p 'cat' }", (":plain",)),
    Case("str and datatype", WORDS, "SELECT (STR(?v) AS ?s) (DATATYPE(?v) AS ?d) { :w :num ?v }",
         ('"7" xsd:integer',)),
    Case("strings", "",
         "SELECT (STRLEN('été') AS ?a) (SUBSTR('abcd', 2, 2) AS ?b) (UCASE('é') AS ?c) "
         "(CONCAT('a', 'b') AS ?d) {}", ('3 "bc" "É" "ab"',)),
    Case("string tests", "",
         "SELECT (CONTAINS('abc', 'b') AS ?a) (STRSTARTS('abc', 'a') AS ?b) "
         "(STRENDS('abc', 'a') AS ?c) (STRBEFORE('a-b', '-') AS ?d) "
         "(STRAFTER('a-b', '-') AS ?e) {}",
         ('true true false "a" "b"',)),
    Case("regex and replace", "",
         "SELECT (REGEX('Abc', '^a', 'i') AS ?a) (REPLACE('aXbX', 'X', '-') AS ?b) {}",
         ('true "a-b-"',)),
    Case("encode for uri", "", "SELECT (ENCODE_FOR_URI('a b/é') AS ?x) {}", ('"a%20b%2F%C3%A9"',)),
    Case("arithmetic", "", "SELECT (1 + 2 * 3 AS ?a) (7 / 2 AS ?b) (1 / 0 AS ?c) (-3 AS ?d) {}",
         ("7 3.5 - -3",)),
    Case("rounding", "",
         "SELECT (ROUND(2.5) AS ?a) (CEIL(1.2) AS ?b) (FLOOR(1.8) AS ?c) (ABS(-1) AS ?d) {}",
         ("3 2 1 1",)),
    Case("parts of a date", "",
         "SELECT (YEAR(?d) AS ?y) (MONTH(?d) AS ?m) (TZ(?d) AS ?z) "
         "{ BIND('2019-01-06T10:00:00Z'^^xsd:dateTime AS ?d) }", ('2019 1 "Z"',)),
    Case("dates compare by time", "",
         "ASK { FILTER('2019-01-06T10:00:00Z'^^xsd:dateTime = '2019-01-06T11:00:00+01:00'"
         "^^xsd:dateTime) }", ("true",)),
    Case("casts", "", "SELECT (xsd:integer('12') AS ?a) (xsd:integer('x') AS ?b) "
         "(xsd:boolean('1') AS ?c) {}", ("12 - true",)),
    Case("digests", "", "SELECT (MD5('abc') AS ?x) {}", ('"900150983cd24fb0d6963f7d28e17f72"',)),
    Case("iri resolves against base", "",
         "BASE <http://e.example/dir/> SELECT (IRI('../x') AS ?i) {}", (":x",)),
    Case("sameterm and equality", "", "SELECT (1 = 1.0 AS ?a) (sameTerm(1, 1.0) AS ?b) {}",
         ("true false",)),
    Case("blank nodes differ by row", ":a :p 1, 2 .",
         "SELECT (COUNT(DISTINCT ?b) AS ?n) { :a :p ?o BIND(BNODE() AS ?b) }", ("2",)),
    # Text (§19)
    Case("escapes in strings", ':s :p "a\\tb" .', "ASK { :s :p 'a\\tb' }", ("true",)),
    Case("code point escapes", ':s :p "é" .', "ASK { :s :p '\\u00E9' }", ("true",)),
    Case("escapes in local names", "<http://e.example/a,b> :p 1 .", "ASK { :a\\,b :p 1 }",
         ("true",)),
    Case("comments and hashes", ":s :p <http://e.example/#x> .",
         "ASK # { \n{ :s :p <http://e.example/#x> # }\n}", ("true",)),
    # ASK (§16.3)
    Case("ask no", "", "ASK { ?s ?p ?o }", ("false",)),
)  # fmt: skip
