"""
Solutions as CSV (SPARQL 1.1 Query Results CSV §3, https://www.w3.org/TR/sparql11-results-csv-tsv/).

The engine's own writer leaves IRIs and triple terms unquoted, whatever they hold.
"""

import csv

from pyoxigraph import Literal, NamedNode, QuerySolutions

from partage.rdf.unwritable import BinaryWriter

# The terms written as their value alone.
VALUED = frozenset({NamedNode, Literal})


class _Encoded:
    """A file of text that writes UTF-8 to a file of bytes."""

    def __init__(self, file: BinaryWriter) -> None:
        self._file = file

    def write(self, text: str, /) -> int:
        return self._file.write(text.encode())


def write(solutions: QuerySolutions, file: BinaryWriter) -> None:
    """Write solutions, each as it comes; a cell is quoted where RFC 4180 §2 wants it."""
    rows = csv.writer(_Encoded(file))
    rows.writerow(variable.value for variable in solutions.variables)
    rows.writerows(
        [
            term.value if type(term) in VALUED else "" if term is None else str(term)
            for term in solution
        ]
        for solution in solutions
    )
    file.flush()
