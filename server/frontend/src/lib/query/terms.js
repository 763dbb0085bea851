// RDF terms as SPARQL TSV and N-Triples write them, and how a page shows them.
const TERM = /<<\(.*\)>>|<[^>]*>|_:[^\s]+|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?/g;
const LITERAL = /^"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?$/s;
const ESCAPES = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = /#(?:integer|decimal|double|float|(?:non)?(?:positive|negative)Integer|non(?:Positive|Negative)Integer|(?:unsigned)?(?:long|int|short|byte|Long|Int|Short|Byte))$/;
const DATES = /#(?:date|dateTime|dateTimeStamp|gYear|gYearMonth)$|edtf\/EDTF$/;
const OURS = "https://w3id.org/partage/";
const SAFE = /^[A-Za-z0-9](?:[A-Za-z0-9._~/-]*[A-Za-z0-9_~-])?$/;

const unescaped = (text) =>
  text.replace(/\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/gs, (_, short, long, letter) =>
    letter ? ESCAPES[letter] ?? letter : String.fromCodePoint(parseInt(short ?? long, 16)));

/** Read one term; null where a solution leaves a variable unbound. */
export function term(text) {
  if (!text) return null;
  if (text.startsWith("<<")) return { kind: "triple", value: text };
  if (text.startsWith("<")) return { kind: "iri", value: unescaped(text.slice(1, -1)) };
  if (text.startsWith("_:")) return { kind: "blank", value: text };
  const literal = LITERAL.exec(text);
  if (literal) {
    const [, value, language = "", datatype = `${XSD}string`] = literal;
    return { kind: "literal", value: unescaped(value), language, datatype };
  }
  const datatype = text === "true" || text === "false" ? "boolean" : /e/i.test(text) ? "double" : text.includes(".") ? "decimal" : "integer";
  return { kind: "literal", value: text, language: "", datatype: XSD + datatype };
}

/** Read a row: of a table (SPARQL TSV) or of a graph (N-Triples). */
export const row = (line, graph) => (graph ? line.match(TERM) ?? [] : line.split("\t")).map(term);

/** Say whether a term is a number. */
export const isNumber = (value) => value?.kind === "literal" && NUMBERS.test(value.datatype);

/** Say whether a term is a date, or a text that begins as a date does. */
export const isDate = (value) =>
  value?.kind === "literal" && (DATES.test(value.datatype) || /^\d{4}-\d{2}(?:-\d{2}(?:T.*)?)?$/.test(value.value));

/** Shorten an IRI with the longest of some namespaces, or return it between angle brackets. */
export function curie(iri, prefixes) {
  let best = null;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const fits = iri.startsWith(namespace) && /^[\p{L}\p{N}_-]+$/u.test(iri.slice(namespace.length));
    if (fits && (!best || namespace.length > best[1].length)) best = [prefix, namespace];
  }
  return best ? `${best[0]}:${iri.slice(best[1].length)}` : null;
}

/** Return the address of the page about an IRI: ours, else its own on the web, else none. */
export function address(iri, root) {
  const [local, fragment] = iri.slice(OURS.length).split("#");
  if (!iri.startsWith(OURS)) return /^https?:/.test(iri) ? iri : null;
  const path = local.replace(/^id\//, "");
  if (!SAFE.test(path)) return `${root}/resource?iri=${encodeURIComponent(iri)}`;
  return `${root}/doc/${path}${fragment === undefined ? "" : `#${fragment}`}`;
}

/** Write a term as plain text. */
export const text = (value, prefixes, names = {}) =>
  !value ? "" : value.kind === "iri" ? names[value.value]?.label ?? curie(value.value, prefixes) ?? value.value : value.value;
