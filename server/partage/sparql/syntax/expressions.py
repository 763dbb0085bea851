"""
The part of the parser that reads expressions
(SPARQL 1.2 Query Language §19.8, productions 120 to 148).
"""

from abc import abstractmethod

from partage.errors import QuerySyntaxError
from partage.sparql.syntax.lexer import KEYWORDS, Token, place
from partage.sparql.syntax.terms import BOOLEANS, TermParser
from partage.sparql.syntax.tree import Expression, Group

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_NO_FUNCTIONS = KEYWORDS - AGGREGATES - {"EXISTS", "NOT"}
OR, AND, RELATIONAL, ADDITIVE, MULTIPLICATIVE = range(1, 6)
PRECEDENCES = {
    "||": OR,
    "&&": AND,
    **dict.fromkeys(("=", "!=", "<", ">", "<=", ">=", "IN", "NOT IN"), RELATIONAL),
    **dict.fromkeys(("+", "-"), ADDITIVE),
    **dict.fromkeys(("*", "/"), MULTIPLICATIVE),
}


class ExpressionParser(TermParser):
    """Reads expressions by the precedence of their operators."""

    _aggregating = False

    @abstractmethod
    def group(self) -> Group:
        """Take a group in braces."""

    def expression(self, least: int = OR) -> Expression:
        """Take an expression whose operators bind at least so closely."""
        left = self._unary()
        while True:
            operator = self._operator()
            precedence = PRECEDENCES.get(operator, 0)
            if precedence < least:
                return left
            self.take()
            if operator == "NOT IN":
                self.expect_keyword("IN")
            if operator in {"IN", "NOT IN"}:
                operands = (left, *self._arguments()[1])
            else:
                operands = (left, self.expression(precedence + 1))
            left = Expression(operator, left.start, self.last, operands)
            if precedence == RELATIONAL and PRECEDENCES.get(self._operator()) == RELATIONAL:
                raise self.error("`)`")

    def _operator(self) -> str:
        """Return the operator that is next; where one must stand, `<` never begins an IRI."""
        token = self.token
        if token.text.startswith("<") and token.kind in {"iri", "mark"}:
            self.token = token = token.relational()
        if token.kind == "mark":
            return token.text
        return "NOT IN" if token.word == "NOT" else token.word

    def _unary(self) -> Expression:
        start = self.token.start
        if self.accept("!"):
            with self.nested():
                operand = self._unary()
            return Expression("!", start, self.last, (operand,))
        if self.sees("+", "-") and not self.signs_number():
            operator = "NEG" if self.take().text == "-" else "POS"
            operand = self._operand()
            return Expression(operator, start, self.last, (operand,))
        return self._operand()

    def _operand(self) -> Expression:
        token = self.token
        if token.kind == "mark":
            if token.text == "(":
                return self.bracketed()
            if token.text not in {"<<(", "+", "-"}:
                raise self.error("`Expression`")
        if token.kind == "word" and token.word not in BOOLEANS:
            return self._built_in()
        found = self._of_term()
        if token.kind in {"iri", "name"} and self.sees("("):
            distinct, operands = self._arguments()
            return Expression(
                "CALL", token.start, self.last, operands, token.text, distinct=distinct
            )
        return found

    def _of_term(self) -> Expression:
        term = self.triple_term(value=True) if self.sees("<<(") else self.term()
        return Expression("TERM", term.start, self.last, term=term)

    def _built_in(self) -> Expression:
        """Take EXISTS, an aggregate, or another function that a keyword names (production 131)."""
        if self.token.word in _NO_FUNCTIONS:
            raise self.error("`Expression`")
        token = self.take()
        if token.word == "EXISTS" or (token.word == "NOT" and self.keyword("EXISTS")):
            operator = "EXISTS" if token.word == "EXISTS" else "NOT EXISTS"
            group = self.group()
            return Expression(operator, token.start, self.last, group=group)
        if not self.sees("("):
            raise self.error("`(`")
        if token.word in AGGREGATES:
            if self._aggregating:
                raise self._nested_aggregate(token)
            self._aggregating = True
            found = self._aggregate(token)
            self._aggregating = False
            return found
        _, operands = self._arguments()
        return Expression("CALL", token.start, self.last, operands, token.word)

    def _nested_aggregate(self, token: Token) -> QuerySyntaxError:
        return QuerySyntaxError(
            "Line %(line)d, column %(column)d: %(name)s stands within another aggregate. Compute "
            "it in a subquery.",
            *place(self.text, token.start),
            name=token.word,
        )

    def _aggregate(self, token: Token) -> Expression:
        """Take what follows the name of an aggregate (production 137)."""
        separator: str | None = None
        operands: tuple[Expression, ...] = ()
        with self.nested():
            self.expect("(")
            distinct = self.keyword("DISTINCT")
            star = token.word == "COUNT" and self.accept("*")
            if not star:
                operands = (self.expression(),)
            if token.word == "GROUP_CONCAT" and self.accept(";"):
                self.expect_keyword("SEPARATOR")
                self.expect("=")
                if self.token.kind != "string":
                    raise self.error("`String`")
                separator = self.take().text
            self.expect(")")
        return Expression(
            "AGGREGATE", token.start, self.last, operands, token.word,
            distinct=distinct, star=star, separator=separator,
        )  # fmt: skip

    def _arguments(self) -> tuple[bool, tuple[Expression, ...]]:
        """Take arguments in parentheses; return whether they are DISTINCT, and them."""
        with self.nested():
            self.expect("(")
            distinct = self.keyword("DISTINCT")
            operands: list[Expression] = []
            while not self.accept(")"):
                if operands:
                    self.expect(",")
                operands.append(self.expression())
        return distinct, tuple(operands)

    def constraint(self) -> Expression:
        """Take a condition of FILTER, HAVING or ORDER BY (production 74)."""
        if self.sees("("):
            return self.bracketed()
        token = self.token
        if token.kind in {"iri", "name"}:
            found = self._operand()
            if found.operator != "CALL":
                raise self.error("`(`")
            return found
        if token.kind != "word" or token.word in BOOLEANS:
            raise self.error("`Constraint`")
        return self._built_in()

    def bracketed(self) -> Expression:
        """Take an expression in parentheses; its place is with them."""
        with self.nested():
            start = self.expect("(").start
            inner = self.expression()
            self.expect(")")
        inner.start, inner.end = start, self.last
        return inner
