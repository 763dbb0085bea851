// Below the editor: set out, link, copy as a program, history.
import { element, language, word } from "../page.js";
import { code, copy, LANGUAGES } from "./codes.js";
import { forget, past } from "./history.js";

const TITLES = { curl: "curl", python: "Python", r: "R", javascript: "JavaScript" };

/** Make the toolbar of the page; `page` is what it may do there. */
export function toolbar(page) {
  const button = (text, action) => {
    const made = element("button", { type: "button", class: "plain" }, text);
    made.addEventListener("click", action);
    return made;
  };
  const shown = element("div", { class: "shown" });
  const isGraph = () => page.kind() === "graph" || (page.kind() === null && /^\s*(construct|describe)\b/im.test(page.fields().query));

  async function put(text, done) {
    const copied = await copy(text);
    page.say(word(copied ? done : "not_copied"));
    shown.replaceChildren(copied ? "" : element("pre", { tabindex: "0" }, element("code", {}, text)));
  }

  const share = button(word("share"), () => {
    const link = page.link();
    return link.length > page.longest ? page.say(word("too_long")) : put(link, "shared");
  });
  const copies = LANGUAGES.map((name) => button(TITLES[name], () => put(code(name, page.endpoint(), page.fields(), isGraph()), "copied")));
  const setOut = button(word("format"), async () => {
    const { format } = await import("./format.js");
    const made = format(page.fields().query);
    if (made) page.write(made);
    page.say(word(made ? "formatted" : "not_formatted"));
  });
  const list = element("div");
  const history = element("details", { class: "menu" }, element("summary", {}, word("history")), list);

  function renew() {
    const entries = past();
    const date = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const items = entries.map((entry) => {
      const first = entry.query.replace(/^\s*(?:#[^\n]*|PREFIX[^\n]*)?\n/gim, "").trim().replace(/\s+/g, " ");
      const open = button(first.length > 90 ? `${first.slice(0, 90)}…` : first, () => {
        page.write(entry.query);
        page.start();
      });
      open.className = "link";
      return element("li", {}, open, element("span", { class: "hint" }, " ", word("entry", { date: date.format(entry.time), rows: entry.rows, seconds: entry.seconds })));
    });
    const clear = button(word("clear"), () => {
      forget();
      renew();
      history.querySelector("summary").focus();
      page.say(word("cleared"));
    });
    list.replaceChildren(...(items.length ? [element("p", { class: "hint" }, word("history_told"), " ", clear), element("ol", {}, ...items)] : [element("p", { class: "hint" }, word("history_none"))]));
  }

  renew();
  const tools = element("div", { class: "tools" }, setOut, share, element("span", { class: "copies", role: "group", "aria-label": word("copy_as") }, element("span", { "aria-hidden": "true" }, word("copy_as")), ...copies));
  const whole = element("div", {}, tools, shown, history);
  return {
    element: whole,
    renew,
    /** Add what needs the editor. */
    mounted() {
      const box = element("input", { type: "checkbox" });
      box.addEventListener("change", () => page.edit().indent(box.checked));
      whole.prepend(element("p", { class: "hint keys" }, word("keys"), " ", element("label", { class: "switch" }, box, " ", word("indent"))));
    },
  };
}
