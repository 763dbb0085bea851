// The map of disputes: who disputes whom, as a network.
import { answerAtOnce, shortened, whenSeen } from "./lib/figure.js";
import { colour, given, still, word } from "./lib/page.js";

const NARROW = 640;

const times = (n) => word(n === 1 ? "one" : "disputes", { n });

/** Return the option of the network; who takes part in most stands in the middle. */
function option({ speakers, quarrels }, container) {
  const narrow = container.clientWidth < NARROW;
  const names = Object.fromEntries(speakers.map((one) => [one.iri, one.name]));
  const middle = [container.clientWidth / 2, container.clientHeight / 2];
  const nodes = speakers.map((one, number) => {
    const angle = number * 2.4; // the golden angle spreads them evenly
    const far = 24 * Math.sqrt(number);
    return {
      id: one.iri, name: one.name, href: one.href, told: `${one.name}\n${times(one.disputes)}`,
      x: middle[0] + 1.6 * far * Math.cos(angle), y: middle[1] + far * Math.sin(angle),
      symbolSize: 9 + 5 * Math.sqrt(one.disputes),
      label: { formatter: shortened(one.name, narrow ? 18 : 28), fontWeight: one.disputes > 3 ? 600 : 400 },
    };
  });
  const links = quarrels.map((one) => ({
    source: one.by, target: one.of, href: one.href,
    told: [word("of", { by: names[one.by], of: names[one.of] }), times(one.disputes), ...(one.logic ? [word("logic", { n: one.logic })] : [])].join("\n"),
    lineStyle: {
      width: 1 + Math.min(5, one.disputes), opacity: 0.7, curveness: one.by === one.of ? 0.6 : 0.16,
      color: colour(one.logic ? "private" : "edge"), type: one.logic ? "solid" : "dashed",
    },
  }));
  return {
    tooltip: { formatter: ({ data }) => data.told },
    series: [{
      type: "graph",
      layout: "force",
      force: { repulsion: narrow ? 130 : 330, edgeLength: narrow ? 50 : 95, gravity: 0.12, layoutAnimation: !still && false },
      left: 20, right: narrow ? 40 : 90, top: 20, bottom: 20,
      data: nodes,
      links,
      edgeSymbol: ["none", "arrow"],
      edgeSymbolSize: 8,
      itemStyle: { color: colour("accent"), borderColor: colour("paper"), borderWidth: 1.5 },
      label: { show: true, position: "right", color: colour("ink"), fontSize: 12, textBorderColor: colour("paper"), textBorderWidth: 3 },
      labelLayout: { hideOverlap: true },
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
