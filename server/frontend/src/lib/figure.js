// A picture beside its words: drawn when it comes into view, again when its form asks for less.

/** Call `show` once an element is near the window. */
export function whenSeen(element, show) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      show();
    },
    { rootMargin: "200px" },
  );
  watcher.observe(element);
}

/** Return the address of a form's page with what is chosen in it, and nothing empty. */
export function addressOf(form) {
  const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
  const address = new URL(form.action);
  address.search = new URLSearchParams(chosen);
  return address;
}

/**
 * Show what a form asks for at once: the part of its page with this id is fetched and replaced,
 * and its status, which is read aloud, told anew.
 *
 * `shown` is called with the new part. A form that cannot be asked so is sent.
 */
export function answerAtOnce(form, id, shown) {
  let asking = new AbortController();
  form.addEventListener("change", async () => {
    asking.abort();
    asking = new AbortController();
    const address = addressOf(form);
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = document.adoptNode(page.getElementById(id));
      const status = `${id}-status`;
      document.getElementById(id).replaceWith(part);
      document.getElementById(status).textContent = page.getElementById(status).textContent;
      history.replaceState(null, "", address);
      shown(part);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  });
}

/** Return a text no longer than `most` characters. */
export function shortened(text, most) {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}
