// Why an answer is empty, as the server explains it, below the answer.
import { element, word } from "../page.js";

/** Fetch the explanation of an empty answer and show it; its link stays where there is none. */
export async function explain(result, where, query) {
  const joiner = where.includes("?") ? "&" : "?";
  const href = `${where}${joiner}${new URLSearchParams({ query })}`;
  const stage = result.querySelector(".after") ?? result;
  stage.append(element("p", {}, element("a", { href }, word("why"))));
  const response = await fetch(href, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok || !response.headers.get("Content-Type")?.includes("json")) return;
  const { patterns = [], joins = [], hints = [], empties_at: at } = await response.json();
  const joined = new Map(joins.map(({ upto, count }) => [upto, count]));
  const rows = patterns.map(({ text, count, number }) =>
    element("tr", { class: number === at ? "empties" : null },
      element("th", { scope: "row" }, element("code", {}, text)),
      element("td", { class: "number" }, String(count ?? "")),
      element("td", { class: "number" }, String(joined.get(number) ?? "")),
      element("td", {}, number === at ? element("strong", {}, word("why_empties")) : "")));
  const heads = ["why_pattern", "why_alone", "why_joined"].map((key, index) => element("th", { scope: "col", class: index ? "number" : null }, word(key)));
  const told = hints.map(({ sentence, suggestion }) => element("li", {}, sentence, " ", suggestion ? word("did_you_mean", { suggestion }) : ""));
  stage.append(
    element("section", { class: "because", "aria-labelledby": "because" },
      element("h3", { id: "because" }, word("why")),
      told.length ? element("ul", {}, ...told) : "",
      rows.length ? element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": word("why") }, element("table", { class: "answer" }, element("thead", {}, element("tr", {}, ...heads, element("td"))), element("tbody", {}, ...rows))) : ""),
  );
}
