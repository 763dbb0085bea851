// What a page gives its scripts: words in the reader's language, and data, as JSON in the page.

/** Return the JSON in the element with this id, or null where the page has none. */
export function given(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

const words = given("words") ?? {};

/** Return one of the page's words, with its `{name}` places filled. */
export function word(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The language of the page: "en" or "fr". */
export const language = document.documentElement.lang;

/** Say whether the reader wants nothing to move. */
export const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Return a colour (or any custom property) of the style sheet. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Make an element: `element("a", { href }, "text", child)`; text is never read as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
