// What may be written next: terms that exist here, names, variables, keywords, functions.
import { prefixesOf, read, variables } from "./context.js";
import { curie } from "./terms.js";

const WORD = /[\p{L}\p{N}_:?$@.-]+$/u;
const KEYWORDS = "SELECT,DISTINCT,REDUCED,CONSTRUCT,DESCRIBE,ASK,WHERE,FROM,FROM NAMED,PREFIX,BASE,OPTIONAL,UNION,MINUS,GRAPH,FILTER,FILTER NOT EXISTS,FILTER EXISTS,BIND,VALUES,GROUP BY,ORDER BY,HAVING,LIMIT,OFFSET,AS,DESC,ASC,IN,NOT IN,UNDEF,SERVICE".split(",");
const FUNCTIONS = "COUNT,SUM,MIN,MAX,AVG,SAMPLE,GROUP_CONCAT,STR,LANG,LANGMATCHES,DATATYPE,BOUND,IRI,BNODE,ABS,CEIL,FLOOR,ROUND,CONCAT,STRLEN,UCASE,LCASE,ENCODE_FOR_URI,CONTAINS,STRSTARTS,STRENDS,STRBEFORE,STRAFTER,YEAR,MONTH,DAY,HOURS,MINUTES,SECONDS,TIMEZONE,TZ,NOW,UUID,STRUUID,MD5,SHA1,SHA256,COALESCE,IF,STRLANG,STRDT,sameTerm,isIRI,isBlank,isLiteral,isNumeric,SUBSTR,REPLACE,REGEX,EXISTS".split(",");
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const MOST = 60;

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Rank a term for what was typed: the lower the better, null where it does not fit. */
function rank(typed, { name, label = "", labels = [label] }) {
  if (!typed) return 3;
  const [written, local] = [folded(name), folded(name.split(":").pop())];
  const words = labels.map(folded);
  if (written.startsWith(typed) || local.startsWith(typed)) return 0;
  if (words.some((text) => text.startsWith(typed))) return 1;
  if (words.some((text) => text.includes(typed))) return 2;
  return written.includes(typed) ? 2 : null;
}

/** Return the change that adds a missing PREFIX line, or none. */
function declaring(text, name, prefixes) {
  const prefix = /^([\p{L}\p{N}_-]*):/u.exec(name)?.[1];
  if (prefix === undefined || !(prefix in prefixes) || prefix in prefixesOf(text)) return [];
  const comments = /^(?:[ \t]*#[^\n]*\n)*/.exec(text)[0].length;
  return [{ from: comments, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` }];
}

/** Return a completion source over `terms` (`/sparql/terms.json`), with `search` for names. */
export function completion(terms, search) {
  const classOf = new Map(terms.classes.flatMap((known) => [[known.iri, known], [known.name, known]]));

  /** The properties of what a subject is said to be. */
  function expected(text, subject) {
    const types = read(text).triples.filter(([s, p]) => s === subject && (p === "a" || p === "rdf:type" || p === `<${TYPE}>`));
    const found = types.flatMap(([, , type]) => classOf.get(type.replace(/^<|>$/g, ""))?.properties ?? []);
    return new Set(found);
  }

  function offer(kind, known, typed, boost, text) {
    const ranked = rank(typed, known);
    if (ranked === null) return null;
    const apply = (view, _, from, to) => {
      const changes = [...declaring(view.state.doc.toString(), known.name, terms.prefixes), { from, to, insert: known.name }];
      const added = changes.length > 1 ? changes[0].insert.length : 0;
      view.dispatch({ changes, selection: { anchor: from + added + known.name.length }, userEvent: "input.complete" });
    };
    const told = known.definition ? { info: () => Object.assign(document.createElement("div"), { textContent: known.definition }) } : {};
    return { label: known.name, detail: known.label, type: kind, boost: boost - ranked, apply, ...told, rank: ranked - boost, count: known.count ?? 0, text };
  }

  const plain = (kind, names, typed, boost = 0) =>
    names.map((name) => offer(kind, { name }, typed, boost)).filter(Boolean);
  const all = (kind, list, typed, boost = 0) => list.map((known) => offer(kind, known, typed, typeof boost === "function" ? boost(known) : boost)).filter(Boolean);

  async function individuals(typed, context) {
    if (!search || typed.length < 2) return [];
    const found = await search(typed.replace(/^\w+:/, "").replaceAll("-", " "));
    if (context.aborted) return [];
    return found.map(({ label, iri, kindLabel: kind }) => {
      const name = curie(iri, terms.prefixes) ?? `<${iri}>`;
      return { ...offer("constant", { name, label: `${label}${kind ? ` · ${kind}` : ""}` }, "", 0), rank: 0.5 };
    });
  }

  return async (context) => {
    const text = context.state.doc.toString();
    const word = context.matchBefore(WORD)?.text ?? "";
    const from = context.pos - word.length;
    const at = read(text.slice(0, from));
    if (!word && !context.explicit) return null;
    const typed = folded(word);
    const own = plain("variable", variables(text).filter((name) => name !== word), typed);
    let options;
    if (word.startsWith("?") || word.startsWith("$")) options = own;
    else if (at.place === "prefix") {
      options = Object.entries(terms.prefixes)
        .filter(([prefix]) => folded(`${prefix}:`).startsWith(typed) && !(prefix in prefixesOf(text)))
        .map(([prefix, iri]) => ({ label: `${prefix}: <${iri}>`, type: "namespace", rank: 0, count: 0 }));
    } else if (at.place === "predicate") {
      const first = expected(text, at.subject);
      options = [...all("property", terms.properties, typed, ({ name }) => (first.has(name) ? 4 : 0)), ...plain("keyword", ["a"], typed, 5), ...own];
    } else if (at.place === "object" && ["a", "rdf:type", `<${TYPE}>`].includes(at.predicate)) {
      options = all("class", terms.classes, typed);
    } else if (at.place === "object" || at.place === "subject") {
      options = [...own, ...(await individuals(word, context)), ...(at.place === "subject" ? plain("keyword", KEYWORDS.slice(11, 20), typed) : []), ...all("class", terms.classes, typed, -2)];
    } else if (at.place === "expression") {
      options = [...own, ...plain("function", FUNCTIONS, typed), ...plain("keyword", KEYWORDS, typed), ...(await individuals(word, context))];
    } else options = plain("keyword", KEYWORDS, typed);
    if (!options.length) return null;
    options.sort((one, other) => one.rank - other.rank || other.count - one.count);
    // The order is ours: CodeMirror would sort by its own.
    const ordered = options.slice(0, MOST).map(({ rank: _, count: __, text: ___, ...option }, index) => ({ ...option, boost: 99 - index }));
    return { from, options: ordered, filter: false };
  };
}
