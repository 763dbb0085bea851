// The queries that this browser has asked, kept by it alone.
const KEY = "partage.queries";
const MOST = 50;

/** Return the queries asked, the last first; none where the browser keeps nothing. */
export function past() {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(read) ? read.filter((entry) => typeof entry?.query === "string") : [];
  } catch {
    return [];
  }
}

/** Note a query with its time, rows and seconds; fewer are kept where there is no room. */
export function note(entry) {
  let entries = [entry, ...past().filter(({ query }) => query !== entry.query)].slice(0, MOST);
  while (entries.length) {
    try {
      localStorage.setItem(KEY, JSON.stringify(entries));
      return;
    } catch {
      entries = entries.slice(0, Math.floor(entries.length / 2));
    }
  }
}

/** Forget all. */
export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
