// An answer as a table: typed, sortable, a hundred rows at a time.
import { element, language, word } from "../page.js";
import { address, curie, isNumber, row } from "./terms.js";

export const PAGE = 100;
const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const figure = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

function compare(one, other) {
  if (!one || !other) return (one ? 1 : 0) - (other ? 1 : 0);
  if (isNumber(one) && isNumber(other)) return Number(one.value) - Number(other.value);
  return collator.compare(one.value, other.value);
}

/** Return one term as an element: a link, a text with its language, a number. */
export function cell(value, { prefixes, root, names }) {
  if (!value) return "";
  if (value.kind !== "iri") {
    const shown = element("span", { lang: value.language || null }, value.value);
    if (!value.language || value.language === language) return shown;
    return element("span", {}, shown, " ", element("span", { class: "tag" }, value.language));
  }
  const known = names?.[value.value];
  const short = curie(value.value, prefixes) ?? value.value;
  const href = known?.href ?? address(value.value, root);
  const outside = href && /^https?:/.test(href);
  const shown = known?.label ?? short;
  const link = element(href ? "a" : "span", { href, class: outside ? "out" : null, rel: outside ? "noopener" : null, lang: known?.language || null, title: value.value }, shown);
  return shown === short ? link : element("span", {}, link, " ", element("code", { class: "name" }, short));
}

/**
 * Show an answer in a container. `settings` are prefixes, root, and `names(iris)`, a promise of
 * labels, or null where none are wanted.
 */
export function table(container, answer, described, settings) {
  const graph = answer.kind === "graph";
  let order = answer.lines.map((_, index) => index);
  let [sorted, direction, page] = [null, 1, 0];
  const read = (index) => row(answer.lines[index], graph);
  const pages = Math.max(1, Math.ceil(order.length / PAGE));

  function sort(column) {
    direction = sorted === column ? -direction : 1;
    sorted = column;
    page = 0;
    const values = answer.lines.map((line) => row(line, graph)[column.index]);
    order = values.map((_, index) => index).sort((one, other) => direction * compare(values[one], values[other]) || one - other);
    paint(column.index);
  }

  const turn = (to, focus) => {
    page = to;
    paint(null, focus);
  };

  async function paint(focusColumn = null, focusButton = null) {
    const heads = described.map((column) => {
      const button = element("button", { type: "button", class: "sort" }, column.name.replaceAll("_", " "));
      button.addEventListener("click", () => sort(column));
      const ordered = sorted === column ? (direction > 0 ? "ascending" : "descending") : null;
      return element("th", { scope: "col", class: column.kind === "number" ? "number" : null, "aria-sort": ordered }, button);
    });
    const rows = order.slice(page * PAGE, (page + 1) * PAGE).map(read);
    const body = element("tbody");
    const fill = (names) =>
      body.replaceChildren(...rows.map((cells) =>
        element("tr", {}, ...described.map(({ index, kind }) =>
          element("td", { class: kind === "number" ? "number" : kind === "date" ? "date" : null }, cell(cells[index], { ...settings, names }))))));
    fill(null);
    const shown = element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("answer") },
      element("table", { class: "answer" }, element("thead", {}, element("tr", {}, ...heads)), body));
    const turner = pages > 1 ? turning() : "";
    container.replaceChildren(shown, turner);
    if (focusColumn !== null) heads[focusColumn].firstChild.focus();
    if (focusButton && turner) turner.querySelector(`.${focusButton}:not([disabled])`)?.focus();
    if (!settings.names) return;
    const painted = order;
    const at = page;
    const iris = new Set(rows.flat().filter((value) => value?.kind === "iri").map((value) => value.value));
    const names = await settings.names([...iris]);
    if (painted === order && at === page) fill(names);
  }

  function turning() {
    const button = (name, to, off) => {
      const made = element("button", { type: "button", class: `plain ${name}`, disabled: off }, word(name));
      made.addEventListener("click", () => turn(to, name));
      return made;
    };
    const told = word("rows_of", { from: figure(page * PAGE + 1), to: figure(Math.min((page + 1) * PAGE, order.length)), count: figure(order.length) });
    return element("nav", { class: "turning", "aria-label": word("pages") },
      button("previous", page - 1, page === 0), element("span", { role: "status" }, told), button("next", page + 1, page === pages - 1));
  }

  return paint();
}
