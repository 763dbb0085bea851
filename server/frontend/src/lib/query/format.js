// Sets a query out in lines; its words stay the same.
import { formatAst } from "sparql-formatter/src/formatter.js";
import { parse } from "sparql-formatter/src/sparql-parser.js";

// What setting out may change: space, the case of keywords, WHERE, the dot after a last triple.
const bare = (query) => query.replace(/\bwhere\b|[\s.]+/gi, "").toLowerCase();

/** Return the query set out in lines, or null where it cannot be read, or not kept whole. */
export function format(query) {
  try {
    const made = `${formatAst(parse(query), 2).trim()}\n`;
    return bare(made) === bare(query) ? made : null;
  } catch {
    return null;
  }
}
