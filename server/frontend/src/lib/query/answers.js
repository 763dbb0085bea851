// The answer below the query, in the view that is chosen.
import { element, language, word } from "../page.js";
import { columns, chosen, misfit } from "./columns.js";
import { directive, VIEWS } from "./directive.js";
import { KEPT } from "./run.js";
import { table } from "./table.js";
import { address } from "./terms.js";

const NAMES = "partage.names";
const RAW = 2000;
const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const figure = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

function remembered() {
  try {
    return localStorage.getItem(NAMES) !== "off";
  } catch {
    return true;
  }
}

/** Labels of IRIs, asked of the server once each. */
function labels(where) {
  const known = {};
  return async (iris) => {
    const wanted = iris.filter((iri) => !(iri in known));
    for (let start = 0; start < wanted.length; start += 500) {
      const batch = wanted.slice(start, start + 500);
      const body = new URLSearchParams(batch.map((iri) => ["iri", iri]));
      const response = await fetch(where, { method: "POST", body }).catch(() => null);
      if (response?.ok) Object.assign(known, await response.json());
    }
    return known;
  };
}

/** What shows answers in `result`; `say` tells the reader, `remember` notes the chosen view. */
export function answers(result, { addresses, root, say, remember }) {
  const namesOf = labels(addresses.labels);
  let [answer, described, current, options, prefixes] = [null, [], "table", {}, {}];
  let wanted = remembered();
  let keep = () => {};
  const buttons = new Map();
  const stage = element("div", { class: "stage" });
  const settings = () => ({
    prefixes,
    root,
    names: wanted ? namesOf : null,
    href: (iri, names) => names?.[iri]?.href ?? address(iri, root),
  });

  function heading() {
    const timed = answer.seconds === undefined ? "" : "_timed";
    const values = { rows: figure(answer.count), seconds: seconds.format(answer.seconds ?? 0) };
    if (answer.kind === "boolean") return word("answer");
    if (answer.kind === "graph") return word("statements", values);
    const key = answer.count === 1 ? "one" : "many";
    return word(timed ? key : `${key}_plain`, values);
  }

  /** What must not be overlooked: that rows are missing. */
  function warnings() {
    const told = [];
    if (!answer.complete) {
      const values = { rows: figure(answer.count), reason: answer.failure ?? "" };
      told.push(word(answer.failure === "stopped" ? "stopped" : "broken", values));
    }
    if (answer.count > answer.lines.length) told.push(word("kept", { kept: figure(KEPT), rows: figure(answer.count) }));
    return told.map((text) => element("p", { class: "problem", role: "alert" }, text));
  }

  function chooser() {
    const group = element("div", { class: "views", role: "group", "aria-label": word("views") });
    for (const name of VIEWS) {
      const reason = misfit(name, answer, described);
      const button = element("button", { type: "button", class: "plain", "aria-pressed": "false", "aria-disabled": reason ? "true" : null, title: reason ? word(reason) : null }, word(name));
      button.addEventListener("click", () => {
        if (reason) return say(word(reason));
        say("");
        if (name !== current) options = {};
        remember(name);
        return paint(name);
      });
      buttons.set(name, button);
      group.append(button);
    }
    const box = element("input", { type: "checkbox", checked: wanted ? "" : null });
    box.addEventListener("change", () => {
      wanted = box.checked;
      try {
        localStorage.setItem(NAMES, wanted ? "on" : "off");
      } catch {
        // It counts for this page.
      }
      paint(current);
    });
    const keeping = element("button", { type: "button", class: "link" }, word("keep_view"));
    keeping.addEventListener("click", () => keep(current, options));
    return element("div", { class: "viewing" }, group, element("label", { class: "switch" }, box, ` ${word("names")}`), keeping);
  }

  function drawn() {
    const things = described.filter(({ kind }) => kind === "iri");
    if (current !== "chart" && !(current === "graph" && things.length > 2 && answer.kind !== "graph")) return "";
    const select = (label, key, entries, selected) => {
      const made = element("select", {}, ...entries.map(([value, text]) => element("option", { value, selected: value === selected ? "" : null }, text)));
      made.addEventListener("change", () => {
        options = { ...options, [key]: made.value };
        paint(current, key);
      });
      made.dataset.key = key;
      return element("label", {}, `${label} `, made);
    };
    const named = (list) => list.map(({ name }) => [name, name]);
    if (current === "graph") {
      return element("p", { class: "drawn" },
        select(word("from"), "from", named(things), options.from ?? things[0].name),
        select(word("to"), "to", named(things), options.to ?? things[1].name));
    }
    const found = chosen(described, options);
    const numbers = described.filter(({ kind }) => kind === "number");
    return element("p", { class: "drawn" },
      select(word("chart_type"), "type", ["bar", "line", "scatter", "pie"].map((type) => [type, word(type)]), found.type),
      select(word("axis_y"), "y", named(numbers), found.y.name),
      select(word("axis_x"), "x", named(described.filter(({ kind }) => kind !== "none")), found.x.name));
  }

  async function paint(name, focus = null) {
    current = name;
    for (const [other, button] of buttons) button.setAttribute("aria-pressed", String(other === name));
    if (answer.kind === "boolean" && name !== "raw") return stage.replaceChildren(element("p", { class: "truth" }, word(answer.truth ? "yes" : "no")));
    if (name === "raw") return raw();
    if (name === "table") return answer.count ? table(stage, answer, described, settings()) : stage.replaceChildren(element("p", {}, word("nothing")));
    const canvas = element("div");
    stage.replaceChildren(drawn(), canvas);
    if (focus) stage.querySelector(`[data-key=${focus}]`)?.focus();
    try {
      const { picture } = await import("./pictures.js");
      return await picture(name, canvas, answer, described, options, settings());
    } catch (error) {
      return canvas.replaceChildren(element("p", { class: "problem", role: "alert" }, word("drawing_failed", { reason: error.message })));
    }
  }

  function raw() {
    const head = answer.kind === "solutions" ? [answer.variables.map((name) => `?${name}`).join("\t")] : answer.kind === "boolean" ? [String(answer.truth)] : [];
    const told = `${word("raw_told")}${answer.lines.length > RAW ? ` ${word("raw_cut", { count: figure(RAW) })}` : ""}`;
    const text = [...head, ...answer.lines.slice(0, RAW)].join("\n");
    stage.replaceChildren(element("p", { class: "hint" }, told), element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("raw") }, element("pre", {}, element("code", {}, text))));
  }

  return {
    clear() {
      answer = null;
      result.replaceChildren();
    },
    /** Show an answer, in the view that the reader, or else the query, chose. */
    show(given, query, view) {
      answer = given;
      described = answer.kind === "boolean" ? [] : columns(answer);
      const told = directive(query);
      options = told && (!view || told.view === view) ? told.options : {};
      const wish = view ?? told?.view ?? "table";
      const reason = VIEWS.includes(wish) ? misfit(wish, answer, described) : null;
      const fitting = VIEWS.includes(wish) && !reason ? wish : "table";
      const notes = [...result.querySelectorAll("[role=note]")];
      const section = element("section", { "aria-labelledby": "answer" }, element("h2", { id: "answer" }, heading()), ...warnings(), chooser(), stage, element("div", { class: "after" }));
      result.replaceChildren(...notes, section);
      if (reason) say(word(reason));
      paint(fitting);
      return heading();
    },
    current: () => (answer ? current : null),
    kind: () => answer?.kind ?? null,
    /** Take the prefixes that terms are shortened by. */
    name(given) {
      prefixes = given;
      if (answer && current === "table") paint(current);
    },
    onKeep: (kept) => (keep = kept),
  };
}

