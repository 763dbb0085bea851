// What every page does with JavaScript.
document.documentElement.classList.add("scripted");

// The search box suggests as one types; what that needs comes when it is needed.
const form = document.querySelector("header form.search");
form?.addEventListener(
  "focusin",
  () => import("./lib/suggest.js").then(({ suggest }) => suggest(form)),
  { once: true },
);
