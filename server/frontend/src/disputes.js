// The map of disputes: who disputes whom, as a network.
import { answerAtOnce, shortened, whenSeen } from "./lib/figure.js";
import { colour, given, word } from "./lib/page.js";

const NARROW = 640;

const times = (n) => word(n === 1 ? "one" : "disputes", { n });

const halves = (list) => [list.slice(0, list.length / 2), list.slice(list.length / 2)];

/** Put the speakers round a circle: each of the two who quarrel most amid those they quarrel with. */
function round(speakers, quarrels) {
  const [one, two, ...others] = speakers;
  if (!two) return speakers;
  const meets = (a, b) => quarrels.some(({ by, of }) => (by === a.iri && of === b.iri) || (by === b.iri && of === a.iri));
  const group = Object.groupBy(others, (who) => `${meets(who, one)} ${meets(who, two)}`);
  const [[before, after], [left, right]] = ["true false", "false true"].map((key) => halves(group[key] ?? []));
  return [...before, one, ...after, ...(group["true true"] ?? []), ...left, two, ...right, ...(group["false false"] ?? [])];
}

/** Return the option of the network. */
function option({ speakers, quarrels }, container) {
  const narrow = container.clientWidth < NARROW;
  const names = Object.fromEntries(speakers.map((one) => [one.iri, one.name]));
  const nodes = round(speakers, quarrels).map((one) => ({
    id: one.iri, name: one.name, href: one.href, told: `${one.name}\n${times(one.disputes)}`,
    symbolSize: Math.min(34, 7 + (narrow ? 2.5 : 4.5) * Math.sqrt(one.disputes)),
    label: { formatter: shortened(one.name, narrow ? 12 : 24), fontWeight: one.disputes > 3 ? 700 : 400 },
  }));
  const links = quarrels.filter(({ by, of }) => by !== of).map((one) => ({
    source: one.by, target: one.of, href: one.href,
    told: [word("of", { by: names[one.by], of: names[one.of] }), times(one.disputes), ...(one.logic ? [word("logic", { n: one.logic })] : [])].join("\n"),
    lineStyle: {
      width: 1 + Math.min(5, one.disputes) * (narrow ? 0.5 : 1), opacity: one.logic ? 0.95 : 0.55,
      color: colour(one.logic ? "private" : "edge"), type: one.logic ? "solid" : "dashed",
    },
  }));
  const room = narrow ? 92 : 172;
  return {
    tooltip: { formatter: ({ data }) => data.told },
    series: [{
      type: "graph",
      layout: "circular",
      circular: { rotateLabel: true },
      left: room, right: room, top: room, bottom: room,
      data: nodes,
      links,
      edgeSymbol: ["none", "arrow"],
      edgeSymbolSize: narrow ? 5 : 8,
      lineStyle: { curveness: 0.25 },
      itemStyle: { color: colour("accent"), borderColor: colour("paper"), borderWidth: 1.5 },
      label: { show: true, color: colour("ink"), fontSize: narrow ? 10.5 : 12 },
      emphasis: { focus: "adjacency", lineStyle: { opacity: 1 } },
    }],
  };
}

/** Load the library and draw the part of the page that has a picture. */
async function show(part) {
  const container = part.querySelector("#disputes-picture");
  if (!container) return;
  try {
    const { draw } = await import("./lib/chart.js");
    const data = given("disputes-data");
    draw(container, () => option(data, container));
    container.dataset.drawn = "yes";
  } catch {
    container.replaceChildren(word("failed"));
  }
}

const part = document.getElementById("disputes-shown");
whenSeen(part, () => show(part));
answerAtOnce(document.getElementById("dispute-filters"), "disputes-shown", show);
