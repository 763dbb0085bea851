"""Literals of every datatype of XML Schema, in lexical forms of every kind; some are ill-typed."""

from pyoxigraph import BaseDirection, Literal, NamedNode

from partage.rdf.namespaces import PREFIXES

XSD, RDF = PREFIXES["xsd"], PREFIXES["rdf"]
INTEGERS = (
    "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_D = "2020-01-01"
FORMS: dict[str, list[str]] = {
    "boolean": ["true", "false", "1", "0", "TRUE", "abc", " true "],
    "integer": ["1", "01", "+1", "-0", " 1 ", "1.0", "abc", "", "9223372036854775807",
                "9223372036854775808", "99999999999999999999", "-9223372036854775808"],
    "decimal": ["1", "1.0", "1.00", "01.5", ".5", "5.", "+1.5", "-0.0", "1e0", "abc", " 1.5 ",
                "12345678901234567890.5", "0.1234567890123456789", "0.123456789012345678"],
    "float": ["1", "1e0", "1.0", "1.5E0", "INF", "+INF", "-INF", "0.1", "-0", "16777217",
              "1e400", "abc"],
    "double": ["1", "1e0", "1.0", "1.5E0", "INF", "+INF", "-INF", "0.1", "-0", "1e21",
               "1e400", "abc", "123456789012345678"],
    "date": [_D, _D + "Z", _D + "+00:00", _D + "+02:00", "2020-02-30", "12020-01-01", "abc"],
    "time": ["10:00:00", "24:00:00", "10:00:00.0", "10:00:00.50", "10:00:00Z", "10:00:00+00:00"],
    "dateTime": [_D + "T10:00:00", _D + "T24:00:00", _D + "T10:00:00.0", _D + "T10:00:00.500",
                 _D + "T10:00:00Z", _D + "T10:00:00+00:00", _D + "T10:00:00-05:00",
                 "2020-13-01T10:00:00", _D + "T10:00:00.1234567890123456789012"],
    "dateTimeStamp": [_D + "T10:00:00Z", _D + "T10:00:00.50Z", "abc"],
    "gYear": ["2020", "2020Z", "2020+00:00", "2020+02:00", "abc"],
    "gYearMonth": ["2020-01", "2020-01+00:00"],
    "gMonth": ["--01", "--13"],
    "gMonthDay": ["--01-01", "--02-29", "--01-01+00:00"],
    "gDay": ["---01", "---01+00:00"],
    "duration": ["P1Y", "P12M", "PT24H", "P0Y", "PT60S", "P1Y2M3DT4H5M6.0S", "P1W"],
    "yearMonthDuration": ["P1Y", "P12M", "P0Y"],
    "dayTimeDuration": ["P1D", "PT24H", "PT60S"],
    "string": ["01", ""], "anyURI": ["http://e.example/%7Ea"], "hexBinary": ["0a", "0A"],
    "base64Binary": ["YQ==", "YQ = ="], "normalizedString": ["a  b"], "token": [" a "],
    "language": ["EN"], "Name": ["a"], "NCName": ["a"], "NMTOKEN": ["a"], "QName": ["a:b"],
    **{name: ["3", "03", "-3", "+3", "300", "abc", "99999999999999999999"] for name in INTEGERS},
}  # fmt: skip
LITERALS = [
    *(Literal(t, datatype=NamedNode(XSD + name)) for name, texts in FORMS.items() for t in texts),
    Literal("NaN", datatype=NamedNode(XSD + "double")),
    Literal("<b>x</b>", datatype=NamedNode(RDF + "HTML")),
    Literal('{ "a": 1.0 }', datatype=NamedNode(RDF + "JSON")),
    Literal("<a></a>", datatype=NamedNode(RDF + "XMLLiteral")),
    Literal("x", language="en-US"),
    Literal("x", language="en", direction=BaseDirection.LTR),
]
