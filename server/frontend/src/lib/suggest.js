// A search form as a combobox with a list box (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
// The form's data attributes hold its words and the address of the style sheet.
import { element, language } from "./page.js";

const WAIT = 150;
const SHORTEST = 2;
const MOST = 8;

/** Make a form's search field suggest what it would find. */
export function suggest(form) {
  const input = form.elements.q;
  const list = element("div", { id: "suggestions", role: "listbox", "aria-label": input.ariaLabel });
  const status = element("div", { class: "heard", role: "status" });
  let asked = new AbortController();
  let timer;
  let active = -1;

  document.head.append(element("link", { rel: "stylesheet", href: form.dataset.styles }));
  list.hidden = true;
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) {
    input.setAttribute(name, value);
  }

  /** Show the list or take it away. */
  function open(shown) {
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    if (!shown) point(-1);
  }

  /** Make an option the active one; -1 is none. */
  function point(number) {
    active = number;
    [...list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === number));
    });
    const option = list.children[number];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  /** Ask for suggestions; what was asked before is no longer wanted. */
  async function ask() {
    asked.abort();
    const words = input.value.trim();
    if (words.length < SHORTEST) return open(false);
    asked = new AbortController();
    try {
      const answer = await fetch(`${form.action}.json?${query(words, { limit: MOST })}`, {
        signal: asked.signal,
      });
      if (answer.ok) show(words, await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") open(false);
    }
    return undefined;
  }

  function show(words, found) {
    const options = found.hits.map((hit) => option(hit));
    if (found.total > found.hits.length) options.push(all(words, found.total));
    options.forEach((each, at) => {
      each.id = `suggestion-${at}`;
    });
    list.replaceChildren(...options);
    point(-1);
    open(options.length > 0);
    const { none, one, many } = form.dataset;
    status.textContent = [none, one][found.total] ?? many.replace("{number}", found.total);
  }

  function option(hit) {
    const href = hit.href + (chosen() ? `${hit.href.includes("?") ? "&" : "?"}lang=${chosen()}` : "");
    const made = element(
      "a",
      { role: "option", href, tabindex: -1, "aria-selected": "false" },
      element("span", { lang: hit.labelLanguage || null }, hit.label),
      element("span", { class: "tag" }, hit.kindLabel),
    );
    if (hit.text) made.append(element("span", { class: "meta", lang: hit.language || null }, hit.text));
    return made;
  }

  function all(words, total) {
    return element(
      "a",
      { role: "option", href: `${form.action}?${query(words)}`, tabindex: -1, class: "all" },
      form.dataset.all.replace("{number}", total),
    );
  }

  /** Return the language that the address asks for, if it does. */
  function chosen() {
    return form.elements.lang?.value;
  }

  function query(words, more = {}) {
    const lang = more.limit ? language : chosen();
    return new URLSearchParams({ q: words, ...more, ...(lang ? { lang } : {}) });
  }

  const keys = {
    ArrowDown: (count) => (active + 1 >= count ? -1 : active + 1),
    ArrowUp: (count) => (active < 0 ? count - 1 : active - 1),
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    } else if (event.key in keys) {
      event.preventDefault();
      if (list.hidden) ask();
      else point(keys[event.key](list.children.length));
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      list.children[active].click();
    }
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked.abort();
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) open(false);
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  if (input.value && document.activeElement === input && input.value !== input.defaultValue) ask();
}
