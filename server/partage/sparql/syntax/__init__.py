"""
The syntax of SPARQL queries: one lexer, one parser, one tree with positions
(SPARQL 1.2 Query Language §19.8, https://www.w3.org/TR/sparql12-query/#sparqlGrammar).
"""

from partage.sparql.syntax.parser import parse

__all__ = ["parse"]
