// The view of an answer, chosen in the query by a comment: `#view: chart x=year y=flows`.
export const VIEWS = ["table", "graph", "chart", "timeline", "raw"];
const COMMENT = /^[ \t]*#[ \t]*view:[ \t]*(\w+)(.*)$/m;

/** Return `{ view, options }` as a query's comment chooses them, or null. */
export function directive(query) {
  const found = COMMENT.exec(query);
  if (!found || !VIEWS.includes(found[1])) return null;
  const options = Object.fromEntries([...found[2].matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value]));
  return { view: found[1], options };
}

/** Return the query with its view written into it, in place of one that it has. */
export function withDirective(query, view, options = {}) {
  const told = Object.entries(options).filter(([, value]) => value).map(([key, value]) => ` ${key}=${value}`);
  const line = `#view: ${view}${told.join("")}`;
  return COMMENT.test(query) ? query.replace(COMMENT, () => line) : `${line}\n${query}`;
}
