// Asks the endpoint, and takes its answer line by line.
const ACCEPT = "text/tab-separated-values, application/n-triples, application/problem+json;q=0.5";
// So many rows are kept; of longer answers the rest is counted.
export const KEPT = 200_000;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A problem that the endpoint told: its `detail`, and where it stands in the query. */
export class Problem extends Error {
  constructor(facts) {
    super(facts.detail ?? facts.title);
    Object.assign(this, facts);
  }
}

/** Return an id that nobody guesses: who knows it may end the query. */
const identifier = () =>
  [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => LETTERS[byte & 63]).join("");

/**
 * Ask a query; `progress` is called as rows come in. Returns the answer:
 * `{ kind, variables, lines, count, complete, seconds }`, or throws a Problem.
 *
 * Whatever the connection does after the first row: `complete` is true only at a proper end.
 */
export async function ask(endpoint, fields, signal, progress) {
  const id = identifier();
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  // The server is told first: with the connection gone, it would know no such query any more.
  const connection = new AbortController();
  const end = () => fetch(`${endpoint}/queries/${id}`, { method: "DELETE" }).catch(() => null).finally(() => connection.abort());
  signal.addEventListener("abort", end, { once: true });
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { Accept: ACCEPT, "Query-Id": id },
    body: new URLSearchParams(fields),
    signal: connection.signal,
  });
  if (!response.ok) throw new Problem(await problem(response));
  const graph = response.headers.get("Content-Type").startsWith("application/n-triples");
  const hints = hintsIn(response.headers.get("Query-Hint") ?? "");
  const answer = { hints, kind: graph ? "graph" : "solutions", variables: [], lines: [], count: 0, complete: false };
  if (graph) answer.variables = ["subject", "predicate", "object"];
  try {
    await read(response.body, answer, () => progress({ ...answer, seconds: seconds() }));
    answer.complete = true;
  } catch (error) {
    answer.failure = signal.aborted ? "stopped" : String(error.message ?? error);
  }
  signal.removeEventListener("abort", end);
  return { ...answer, seconds: seconds() };
}

/** The items of the header `Query-Hint`: `"term";line=2;column=3;nearest="other"`, … */
const hintsIn = (header) =>
  [...header.matchAll(/"([^"]*)";line=(\d+);column=(\d+)(?:;nearest="([^"]*)")?/g)].map(([, term, line, column, nearest]) => ({ term, line: Number(line), column: Number(column), nearest }));

async function problem(response) {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    return { status: response.status, detail: body.trim() || `HTTP ${response.status}` };
  }
}

async function read(body, answer, progress) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let head = answer.kind === "graph";
  let told = performance.now();
  const take = (line) => {
    if (!head) {
      head = true;
      if (/^(true|false)$/.test(line)) Object.assign(answer, { kind: "boolean", truth: line === "true" });
      else answer.variables = line.split("\t").filter(Boolean).map((name) => name.replace(/^\?/, ""));
    } else if (line || answer.kind === "solutions") {
      answer.count += 1;
      if (answer.lines.length < KEPT) answer.lines.push(line);
    }
  };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    lines.forEach(take);
    if (performance.now() - told > 100) {
      told = performance.now();
      progress();
    }
  }
  if (rest || !head) take(rest);
}
