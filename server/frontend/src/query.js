// The query page: a plain text field that becomes an editor where one turns to it, and answers as
// table, graph, chart, timeline or text.
import { given, element, word } from "./lib/page.js";
import { answers } from "./lib/query/answers.js";
import { directive, withDirective } from "./lib/query/directive.js";
import { explain } from "./lib/query/why.js";
import { note } from "./lib/query/history.js";
import { ask } from "./lib/query/run.js";
import { toolbar } from "./lib/query/toolbar.js";

// Above this, HTTP servers and proxies cut addresses off.
const LONGEST = 8000;
const asked = given("asked");
const { addresses } = asked;
const form = document.getElementById("asking");
const field = document.getElementById("query");
const [fault, result, citing, downloads] = ["fault", "result", "citing", "downloads"].map((id) => document.getElementById(id));
const run = form.querySelector("button[type=submit]");
const stop = element("button", { type: "button", class: "plain", hidden: "" }, word("stop"));
const status = element("p", { class: "hint status", role: "status" });
let running = null;
let editor = null;
let mounting = null;
let completing = null;

/** The query with what goes along: graphs to ask, but no language, which is the page's. */
const fields = () => Object.fromEntries([...new FormData(form)].filter(([name]) => name !== "lang"));
const fits = (address) => (address.length <= LONGEST ? address : form.action);
const wished = () => new URLSearchParams(location.search).get("view");
const view = answers(result, { addresses, root: asked.root, say, remember: (name) => history.replaceState(history.state, "", fits(link(name, history.state.query))) });

/** The address of a query, with the view of its answer where that is not the query's own. */
function link(name = null, query = field.value) {
  const values = new URLSearchParams([...new FormData(form)]);
  values.set("query", query);
  if (name && name !== (directive(query)?.view ?? "table")) values.set("view", name);
  return `${form.action}?${values}`;
}

/** Tell the reader something, in sight or only to who listens. */
function say(text, seen = true) {
  status.textContent = text;
  status.classList.toggle("unseen", !seen);
}

/** Say where a name may be misspelt, and mark it. */
function hint(hints) {
  const told = hints.map((found) => word(found.nearest ? "hint_nearest" : "hint", found));
  result.prepend(...told.map((text) => element("p", { class: "problem mild", role: "note" }, text)));
  if (hints.length) mark(hints.map((found, index) => ({ ...found, detail: told[index], severity: "warning" })));
}

/** Mark places in the query, and no others. */
const mark = (places) => editing().then((made) => made?.mark(places));

function write(text) {
  if (editor) editor.write(text);
  field.value = text;
}

/** Tell a fault, mark it in the query, and lead there. */
function tell(problem) {
  const there = element("button", { type: "button", class: "link" }, word("go_there", problem));
  there.addEventListener("click", () => editing().then((made) => made?.go(problem.line, problem.column)));
  fault.replaceChildren(
    element("div", { class: "problem", role: "alert" }, element("strong", {}, problem.title ?? ""), problem.title ? ". " : "", problem.detail ?? problem.message, " ", problem.line ? there : ""),
  );
  if (problem.line) mark([problem]);
}

/** Offer the answer in every format, and its citation. */
function offer(kind) {
  const [keys, labels] = asked.formats[kind];
  const buttons = keys.flatMap((key, index) => [index ? " · " : " ", element("button", { class: "link", type: "submit", name: "format", value: key }, labels[index])]);
  downloads.replaceChildren(word("downloads"), ...buttons);
  if (!asked.citable) return;
  const cite = element("form", { class: "cite", action: addresses.query, method: "post" });
  for (const [name, value] of new FormData(form)) if (name !== "lang") cite.append(element("input", { type: "hidden", name, value }));
  cite.append(element("p", { class: "formats" }, element("label", { for: "cite-title" }, word("cite_title")), " ", element("input", { id: "cite-title", name: "title", maxlength: 200 }), " ", element("button", { class: "link", type: "submit" }, word("cite")), word("cite_told")));
  citing.replaceChildren(cite);
}

/** Ask a query that the explanation of an empty answer proposes. */
function mend(query) {
  write(query);
  start();
}

async function start({ push = true } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  const query = field.value;
  fault.replaceChildren();
  editor?.mark([]);
  view.clear();
  citing.replaceChildren();
  [stop.hidden, run.disabled] = [false, true];
  say(word("running"));
  const began = performance.now();
  const seconds = (value) => value.toFixed(1);
  const ticking = setInterval(() => rows === 0 && say(`${word("running")} ${seconds((performance.now() - began) / 1000)} s`), 500);
  let rows = 0;
  if (push) history.pushState({ query }, "", fits(link()));
  try {
    const answer = await ask(form.action, fields(), mine.signal, (so_far) => {
      rows = so_far.count;
      say(word("progress", { rows: so_far.count, seconds: seconds(so_far.seconds) }));
    });
    if (mine !== running) return;
    note({ query, time: Date.now(), rows: answer.count, seconds: Number(seconds(answer.seconds)) });
    tools.renew();
    offer(answer.kind);
    say(view.show(answer, query, wished()), false);
    hint(answer.hints);
    if (answer.kind === "solutions" && answer.complete && !answer.count) explain(result, addresses.why, fields(), mend);
  } catch (error) {
    if (mine !== running) return;
    if (mine.signal.aborted) say(word("stopping"));
    else {
      say("");
      tell(error.status ? error : { detail: word("unreachable", { reason: error.message }) });
    }
  } finally {
    clearInterval(ticking);
    if (mine === running) {
      running = null;
      [stop.hidden, run.disabled] = [true, false];
    }
  }
}

const tools = toolbar({
  fields,
  link: () => link(view.current()),
  longest: LONGEST,
  endpoint: () => form.action,
  kind: () => view.kind(),
  say,
  write,
  edit: () => editor,
  start,
});
run.after(stop);
form.append(status);
form.append(tools.element);
stop.addEventListener("click", () => running?.abort());
form.addEventListener("submit", (event) => {
  // The buttons of the formats go to the server, in the body where the query is long.
  form.method = link().length > LONGEST ? "post" : "get";
  if (event.submitter?.name === "format") return;
  event.preventDefault();
  start();
});
view.onKeep((name, options) => {
  write(withDirective(field.value, name, options));
  say(word("view_kept"));
});
addEventListener("popstate", (event) => {
  const query = event.state?.query ?? new URLSearchParams(location.search).get("query");
  if (query === null || query === undefined) return;
  write(query);
  start({ push: false });
});

/** Put the editor in place of the field, with what is written and where one writes. */
async function mount() {
  const { edit } = await import("./lib/query/editor.js");
  editor = edit(field, word("editor"), () => start(), () => editor?.mark([]), complete);
  form.querySelector("label").addEventListener("click", () => editor.view.focus());
  tools.mounted();
  knowing();
  return editor;
}

/** Return the editor, once it is there; null where it cannot be loaded, and the field remains. */
const editing = () => (mounting ??= mount().catch(() => null));

/** What knows which words may come next, once it is known what exists here; null where that cannot be had. */
const knowing = () =>
  (completing ??= Promise.all([import("./lib/query/completion.js"), terms]).then(([{ completion }, known]) => known && completion(known, search)).catch(() => null));

async function complete(context) {
  // Of what is typed while one waits, the last letter counts: the editor would give up a query after fifty.
  context.addEventListener("abort", () => {}, { onDocChange: true });
  const source = await knowing();
  return source && !context.aborted ? source(context) : null;
}

/** What exists here, to shorten names by and to complete from; null where it cannot be had. */
const terms = fetch(addresses.terms).then((response) => (response.ok ? response.json() : null)).catch(() => null);
terms.then((known) => known && view.name(known.prefixes));

/** Names of things, from the site's search; none where there is no search. */
let searchable = true;
async function search(typed) {
  if (!searchable) return [];
  const joiner = addresses.search.includes("?") ? "&" : "?";
  const response = await fetch(`${addresses.search}${joiner}q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!response?.ok) searchable = false;
  const found = response?.ok ? await response.json() : {};
  return (found.hits ?? []).slice(0, 15);
}

history.replaceState({ query: field.value }, "");
if (asked.answer) view.show(asked.answer, asked.query, wished());
else if (asked.kind && asked.kind !== "boolean") start({ push: false });
if (asked.kind === "solutions" && asked.answer && !asked.answer.count) explain(result, addresses.why, fields(), mend);
if (asked.fault) tell(asked.fault);
else if (asked.answer && asked.hints.length) mark(asked.hints.map((found) => ({ ...found, detail: word(found.nearest ? "hint_nearest" : "hint", found), severity: "warning" })));
for (const turning of ["focus", "pointerenter"]) field.addEventListener(turning, editing, { once: true });
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  start();
});
if (document.activeElement === field) editing();
