// Where in a SPARQL query a place is: what could be written there. Read from tokens, not from a
// grammar, since a query is seldom whole while it is being written.
const TOKEN = /#[^\n]*|<[^<>\s]*>|"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[?$][\p{L}\p{N}_]+|[\p{L}\p{N}_.-]*:[\p{L}\p{N}_.\-:]*|@[\w-]+|\^\^|[\p{L}_][\p{L}\p{N}_-]*|[\d.]+(?:e[+-]?\d+)?|[{}()[\].;,|/^*+?!=<>&-]/giu;
const GROUPS = /^(?:where|optional|union|minus|exists|not|distinct|reduced|graph|service|silent)$/i;
const CALLS = /^(?:filter|bind|having|values|select|order|group|by|limit|offset|as|ask|construct|describe|from|named)$/i;

/** The tokens of a text, without comments. */
export const tokens = (text) => [...text.matchAll(TOKEN)].map(([token]) => token).filter((token) => !token.startsWith("#"));

/** Read triples of a text: `{ triples, place, subject, predicate }`, the latter at its end. */
export function read(text) {
  const triples = [];
  let place = "clause";
  let [subject, predicate] = [null, null];
  let depth = 0;
  let braces = 0;
  let previous = "";
  const begin = () => {
    place = braces ? "subject" : "clause";
    subject = predicate = null;
  };
  for (const token of tokens(text)) {
    if (/^prefix$/i.test(token)) place = "prefix";
    else if (place === "prefix") place = token.startsWith("<") ? "clause" : "prefix";
    else if (token === "(") depth += 1;
    else if (token === ")") {
      depth = Math.max(0, depth - 1);
      if (!depth && place === "expression") begin();
    } else if (depth) {
      if (place !== "predicate") place = "expression";
    } else if (token === "{") {
      braces += 1;
      begin();
    } else if (token === "}") {
      braces = Math.max(0, braces - 1);
      begin();
    } else if (token === "." || (braces && GROUPS.test(token) && place === "subject")) begin();
    else if (CALLS.test(token)) {
      begin();
      place = "expression";
    } else if (!braces || place === "expression") continue;
    else if (token === ";") place = "predicate";
    else if (token === ",") place = "object";
    else if (token === "[") [subject, place] = ["[]", "predicate"];
    else if (place === "subject") [subject, place] = [token, "predicate"];
    else if (place === "predicate" && /^[|/^*+?!]$/.test(token)) continue;
    else if (place === "predicate" && /^[|/^!]$/.test(previous)) predicate = token;
    else if (place === "predicate") [predicate, place] = [token, "object"];
    else if (place === "object" && /^[|/^*+?]$/.test(token)) place = /^[|/^]$/.test(token) ? "predicate" : place;
    else if (place === "object") {
      triples.push([subject, predicate, token]);
      place = "after";
    }
    previous = token;
  }
  return { triples, place: depth && place !== "predicate" ? "expression" : place, subject, predicate };
}

/** Return the prefixes that a query declares. */
export const prefixesOf = (text) =>
  Object.fromEntries([...text.matchAll(/^\s*prefix\s+([\p{L}\p{N}_.-]*):\s*<([^>]*)>/gimu)].map(([, name, iri]) => [name, iri]));

/** Return the variables of a query. */
export const variables = (text) => [...new Set(tokens(text).filter((token) => /^[?$]./.test(token)))];
