// What the columns of an answer hold, and which views they fit.
import { isDate, isNumber, row } from "./terms.js";

const LOOKED_AT = 500;

/** Return for each variable `{ name, index, kind }`: number, date, iri, text, or none. */
export function columns(answer) {
  const rows = answer.lines.slice(0, LOOKED_AT).map((line) => row(line, answer.kind === "graph"));
  return answer.variables.map((name, index) => {
    const values = rows.map((cells) => cells[index]).filter(Boolean);
    const all = (test) => values.length > 0 && values.every(test);
    const kind = all(isNumber) ? "number" : all(isDate) ? "date" : all((value) => value.kind !== "literal") ? "iri" : values.length ? "text" : "none";
    return { name, index, kind };
  });
}

/** Return why a view does not fit an answer (the key of a word), or null where it does. */
export function misfit(view, answer, described) {
  const count = (kind) => described.filter((column) => column.kind === kind).length;
  if (view === "raw") return null;
  if (answer.kind === "boolean") return "fit_boolean";
  if (view === "table") return null;
  if (!answer.lines.length) return "fit_empty";
  if (view === "graph") return answer.kind === "graph" || count("iri") >= 2 ? null : "fit_graph";
  if (answer.kind === "graph") return view === "chart" ? "fit_chart" : "fit_timeline";
  if (view === "chart") return count("number") ? null : "fit_chart";
  return count("date") ? null : "fit_timeline";
}

/** Return the columns that a chart draws: those asked for, else the first that fit. */
export function chosen(described, options) {
  const named = (name) => described.find((column) => column.name === name);
  const numbers = described.filter((column) => column.kind === "number");
  const y = named(options.y) ?? numbers.at(-1);
  const others = described.filter((column) => column !== y && column.kind !== "none");
  const x = named(options.x) ?? others.find((column) => column.kind !== "number") ?? others[0] ?? y;
  const type = options.type ?? (x.kind === "date" ? "line" : x.kind === "number" && x !== y ? "scatter" : "bar");
  return { x, y, type };
}
