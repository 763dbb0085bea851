// Why an answer is empty, as the server explains it, below the answer.
import { element, word } from "../page.js";

/** The server's prose, in which `code` stands between backticks. */
const prose = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
const counted = (one) => (one?.count === null || one?.count === undefined ? "" : `${one.capped ? "> " : ""}${one.count}`);

/**
 * Fetch the explanation of an empty answer to `fields` and show it; its link stays where there is
 * none. `mend` asks a query that it proposes.
 */
export async function explain(result, where, fields, mend) {
  const href = `${where}${where.includes("?") ? "&" : "?"}${new URLSearchParams(fields)}`;
  const stage = result.querySelector(".after") ?? result;
  const link = element("a", { href }, word("why"));
  stage.replaceChildren(element("p", {}, link));
  const response = await fetch(href, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok || !response.headers.get("Content-Type")?.includes("json") || !stage.isConnected) return;
  const told = await response.json();
  // What the explanation says, it says better than the hint above the answer.
  if (told.hints?.length) result.querySelectorAll("[role=note]").forEach((note) => note.remove());
  stage.replaceChildren(
    element("section", { class: "because", "aria-labelledby": "because" },
      element("h3", { id: "because" }, link),
      told.sentence ? element("p", {}, ...prose(told.sentence)) : "",
      hints(told.hints ?? [], mend),
      patterns(told)),
  );
}

function hints(found, mend) {
  const items = found.map(({ sentence, query }) => {
    const button = element("button", { type: "button", class: "plain" }, word("mend"));
    button.addEventListener("click", () => mend(query));
    return element("li", {}, ...prose(sentence), " ", query ? button : "");
  });
  return items.length ? element("ul", {}, ...items) : "";
}

function patterns({ patterns: found = [], joins = [], empties_at: at }) {
  if (!found.length) return "";
  const left = new Map(joins.map((join) => [join.upto, join]));
  const rows = found.map((pattern) =>
    element("tr", { class: pattern.number === at ? "empties" : null },
      element("th", { scope: "row" }, element("code", {}, pattern.text), pattern.number === at ? element("strong", {}, " ", word("why_empties")) : ""),
      element("td", { class: "number" }, counted(pattern)),
      element("td", { class: "number" }, counted(left.get(pattern.number)))));
  const heads = ["why_pattern", "why_alone", "why_joined"].map((key, index) => element("th", { scope: "col", class: index ? "number" : null }, word(key)));
  return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("why") },
    element("table", { class: "answer" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows)));
}
