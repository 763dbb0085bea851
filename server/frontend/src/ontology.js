// The ontology page: a filter over the terms, and the classes drawn as a tree on demand.
import { colour, element, given, word } from "./lib/page.js";

/** Return a text without case and accents, for comparing. */
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

/** Show the terms whose text holds every word that is typed; the others are hidden. */
function filter(box) {
  const input = element("input", { type: "search", id: "wanted", autocomplete: "off", spellcheck: "false" });
  const told = element("output", { for: "wanted" });
  box.append(element("label", { for: "wanted" }, word("filter")), input, told);
  box.hidden = false;
  const terms = [...document.querySelectorAll(".term")].map((term) => [term, plain(`${term.id} ${term.textContent}`)]);
  const sections = document.querySelectorAll("section.terms:not(.term)");
  input.addEventListener("input", () => {
    const wanted = plain(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [term, text] of terms) {
      term.hidden = !wanted.every((one) => text.includes(one));
      shown += !term.hidden;
    }
    for (const section of sections) section.hidden = !section.querySelector(".term:not([hidden])");
    told.textContent = !wanted.length ? "" : shown ? word("shown", { shown, all: terms.length }) : word("none");
  });
}

/** Put a button before the tree of classes that draws it. */
function drawable(picture, branches) {
  const button = element("button", { type: "button", class: "link", "aria-expanded": "false" }, word("draw"));
  picture.before(button);
  let drawn = false;
  button.addEventListener("click", async () => {
    picture.hidden = !picture.hidden;
    button.setAttribute("aria-expanded", String(!picture.hidden));
    button.textContent = word(picture.hidden ? "draw" : "hide");
    if (drawn) return;
    drawn = true;
    const { draw } = await import("./lib/chart.js");
    draw(picture, () => tree(branches));
  });
}

/** Return the classes as a tree of ECharts, whose marks lead to the terms. */
function tree(branches) {
  const label = { position: "top", align: "center", distance: 6, color: colour("ink"), fontSize: 12 };
  return {
    tooltip: { formatter: ({ name, value }) => (value === undefined ? name : `${name}: ${value}`) },
    series: [
      {
        type: "tree",
        data: [{ name: "", children: branches.filter(({ children }) => children.length) }],
        left: 10, right: 220, top: 10, bottom: 10,
        symbolSize: 7,
        initialTreeDepth: -1,
        expandAndCollapse: false,
        roam: false,
        itemStyle: { color: colour("accent"), borderColor: colour("accent") },
        lineStyle: { color: colour("line"), width: 1 },
        label,
        leaves: { label: { ...label, position: "right", align: "left", distance: 5 } },
      },
    ],
  };
}

const box = document.getElementById("filter");
if (box) filter(box);
const picture = document.getElementById("tree");
if (picture) drawable(picture, given("hierarchy-data"));
