// The home page: the picture of the flows, beside its table.
import { answerAtOnce, shortened, whenSeen } from "./lib/figure.js";
import { colour, word } from "./lib/page.js";

const FEWEST_PIXELS = 27; // a mark needs so much height to be named
const NARROW = 640;
// Characters that fit: of a name, and of a name with what is given.
const FIT = { wide: { in: [21, 33], out: [32, 54] }, narrow: { in: [13, 0], out: [13, 0] } };

const count = (one, many, n) => word(n === 1 ? one : many, { n });

/** Return the strongest partners that a height has room for, by side, and how many others there are. */
function strongest(partners, height) {
  const room = Math.floor(height / FEWEST_PIXELS) - 1;
  return ["in", "out"].map((direction) => {
    const all = partners.filter((partner) => partner.direction === direction);
    const shown = all.length <= room + 1 ? all : all.slice(0, room);
    const others = all.slice(shown.length);
    return { direction, shown, others };
  });
}

/** Return what a mark says when it is pointed at. */
function told(partner) {
  const data = [...new Set(partner.flows.flatMap((flow) => flow.categories))];
  const disputers = [...new Set(partner.flows.flatMap((flow) => flow.disputers))];
  return [
    word(partner.direction === "out" ? "gets" : "gives", { name: partner.name }),
    ...data.slice(0, 5).map((text) => `  ${shortened(text, 60)}`),
    ...(data.length > 5 ? [`  ${word("more", { n: data.length - 5 })}`] : []),
    `${count("claim", "claims", partner.claims)}, ${count("flow", "flows", partner.flows.length)}`,
    ...(partner.private ? [`✉ ${word("private")}`] : []),
    ...(partner.reciprocal ? [`⇄ ${word("returned")}`] : []),
    ...(disputers.length ? [shortened(`≠ ${word("disputed", { names: disputers.join(", ") })}`, 90)] : []),
  ].join("\n");
}

const marks = ({ reciprocal, disputed }) => (reciprocal ? " ⇄" : "") + (disputed ? " ≠" : "");

/** Return the label of a mark: its name and signs, and where there is room what is given. */
function label(partner, narrow) {
  const [longest, whole] = FIT[narrow ? "narrow" : "wide"][partner.direction];
  const name = shortened(partner.name, longest);
  const sign = partner.private ? "{private|✉ }" : "";
  const data = partner.flows.flatMap((flow) => flow.categories);
  const room = whole - name.length;
  const what = room < 8 || !data.length ? "" : ` {soft|${shortened(data[0].replace(/[{}|]/g, ""), room)}}`;
  return `${sign}{name|${name.replace(/[{}|]/g, "")}${marks(partner)}}${what}`;
}

/** Return the sankey's option for what `/flows.json` tells. */
function sankey({ operator, partners }, container) {
  const narrow = container.clientWidth < NARROW;
  const sides = strongest(partners, container.clientHeight);
  const paint = { out: colour("outward"), in: colour("inward"), private: colour("private") };
  const nodes = [{ name: operator.name, href: operator.href, depth: 1, told: operator.name, itemStyle: { color: colour("ink") },
    label: { position: "inside", rotate: 90, color: colour("paper"), fontWeight: 600, formatter: operator.name } }];
  const links = [];
  const add = (direction, id, value, tint, node) => {
    nodes.push({ name: id, depth: direction === "in" ? 0 : 2, itemStyle: { color: tint }, ...node,
      label: { position: (direction === "in") === narrow ? "right" : "left", ...node.label } });
    const ends = direction === "in" ? { source: id, target: operator.name } : { source: operator.name, target: id };
    links.push({ ...ends, value, href: node.href, told: node.told, lineStyle: { color: tint } });
  };
  for (const { direction, shown, others } of sides) {
    for (const partner of shown) {
      add(direction, `${direction} ${partner.iri}`, partner.claims || 1, partner.private ? paint.private : paint[direction], {
        href: partner.flows.length === 1 ? partner.flows[0].href : partner.href,
        told: told(partner),
        label: { formatter: label(partner, narrow) },
      });
    }
    if (others.length) {
      const text = word("others", { n: others.length });
      const claims = others.reduce((sum, partner) => sum + partner.claims, 0);
      add(direction, `${direction} others`, claims, colour("edge"), {
        href: "#flow-shown", told: `${text}\n${word("claims", { n: claims })}`, label: { formatter: `{soft|${text}}` },
      });
    }
  }
  const inward = sides[0].shown.length > 0;
  return {
    tooltip: { formatter: ({ data }) => data.told },
    series: [{
      type: "sankey",
      left: narrow ? 2 : inward ? "27%" : 2,
      right: narrow ? 2 : "37%",
      top: 4,
      bottom: 4,
      nodeWidth: narrow ? 18 : 22,
      nodeGap: 13,
      layoutIterations: 0,
      draggable: false,
      data: nodes,
      links,
      lineStyle: { opacity: 0.32, curveness: 0.5 },
      emphasis: { focus: "adjacency", lineStyle: { opacity: 0.6 } },
      label: { color: colour("ink"), fontSize: 13, rich: {
        name: { fontSize: narrow ? 12 : 13, fontWeight: 600, color: colour("ink") },
        soft: { fontSize: 12, color: colour("soft") },
        private: { fontSize: 13, color: paint.private, fontWeight: 700 },
      } },
    }],
  };
}

/** Load the library and the data, and draw them where the part of the page has a picture. */
async function show(part) {
  const container = part.querySelector("#flow-picture");
  if (!container) return;
  try {
    const [{ draw }, data] = await Promise.all([
      import("./lib/chart.js"),
      fetch(container.dataset.source).then((answer) => answer.json()),
    ]);
    draw(container, () => sankey(data, container));
    container.dataset.drawn = "yes";
  } catch {
    container.replaceChildren(word("failed"));
  }
}

const part = document.getElementById("flow-shown");
if (part) {
  whenSeen(part, () => show(part));
  answerAtOnce(document.getElementById("flow-filters"), "flow-shown", show);
}
