// The timeline: sources by month above, the dated states of each party below, one axis of time.
import { answerAtOnce, shortened, whenSeen } from "./lib/figure.js";
import { colour, given, word } from "./lib/page.js";

const TINTS = { access: "outward", matter: "inward", action: "private" };
const NARROW = 640;
const BARS = 90; // pixels
const SMALLEST = 7; // a mark must be seen and hit

/** Draw one dated state: a bar for a period, a dot for a date, a ring for how things stood. */
function mark(params, api, { event, tint }) {
  const [x, y] = api.coord([api.value(0), api.value(2)]);
  const end = api.coord([api.value(1), api.value(2)])[0];
  if (event.end) {
    const width = Math.max(SMALLEST, end - x);
    return { type: "rect", shape: { x, y: y - 4, width, height: 8, r: 3 }, style: { fill: tint, opacity: 0.75 } };
  }
  const style = event.asOf ? { fill: colour("paper"), stroke: tint, lineWidth: 1.8 } : { fill: tint, opacity: 0.85 };
  return { type: "circle", shape: { cx: x, cy: y, r: 4.2 }, style };
}

/** Return what a mark says when it is pointed at. */
function told(event) {
  const when = event.asOf ? `${event.when} (${word("as_of")})` : event.when;
  const lines = event.text.match(/.{1,62}(?:\s|$)/g) ?? [event.text];
  return [[when, event.state].filter(Boolean).join(" · "), ...lines, word("said", { who: shortened(event.who, 60) })].join("\n");
}

/** Return the option of the picture. */
function option({ sources, lanes }, container) {
  const left = container.clientWidth < NARROW ? 112 : 210;
  const states = lanes.flatMap(({ events }, lane) => events.map((event) => ({ event, lane, tint: colour(TINTS[event.kind]) })));
  const days = [...sources.map(([month]) => `${month}-01`), ...states.map(({ event }) => event.start)].sort();
  const [min, max] = [`${Number(days[0].slice(0, 4)) - 1}-07-01`, `${Number(days.at(-1).slice(0, 4)) + 1}-01-01`];
  const axis = { type: "time", min, max, axisLine: { lineStyle: { color: colour("edge") } }, axisLabel: { color: colour("soft"), hideOverlap: true }, splitLine: { show: true, lineStyle: { color: colour("line") } } };
  const top = sources.length ? BARS + 34 : 8;
  const name = left - 14;
  return {
    grid: [
      // One axis of time: labels must not narrow either grid.
      { left, right: 20, top: 8, outerBoundsMode: "none", height: sources.length ? BARS : 0 },
      { left, right: 20, top, outerBoundsMode: "none", bottom: 66 },
    ],
    tooltip: { trigger: "item" },
    xAxis: [
      { ...axis, gridIndex: 0, axisLabel: { show: false }, axisTick: { show: false } },
      { ...axis, gridIndex: 1 },
    ],
    yAxis: [
      { gridIndex: 0, show: sources.length > 0, minInterval: 1, splitNumber: 2, axisLabel: { color: colour("soft") }, splitLine: { lineStyle: { color: colour("line") } } },
      { gridIndex: 1, type: "category", inverse: true, data: lanes.map((lane) => lane.name), axisTick: { show: false }, axisLine: { show: false },
        axisLabel: { color: colour("ink"), interval: 0, width: name, overflow: "truncate", fontSize: 12 },
        splitLine: { show: true, lineStyle: { color: colour("line") } } },
    ],
    dataZoom: [
      { type: "slider", xAxisIndex: [0, 1], bottom: 10, height: 22, brushSelect: false, showDataShadow: false, borderColor: colour("line"), fillerColor: "rgba(128,128,128,0.2)", textStyle: { color: colour("soft") }, labelFormatter: (value) => String(new Date(value).getFullYear()) },
      { type: "inside", xAxisIndex: [0, 1], zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, preventDefaultMouseMove: false },
    ],
    series: [
      { type: "bar", xAxisIndex: 0, yAxisIndex: 0, barMinWidth: 3, barMaxWidth: 26, itemStyle: { color: colour("soft") },
        tooltip: { formatter: ({ value }) => `${value[0].slice(0, 7)}: ${word(value[1] === 1 ? "one" : "count", { n: value[1] })}` },
        data: sources.map(([month, n]) => ({ value: [`${month}-15`, n], href: `#y${month.slice(0, 4)}` })) },
      { type: "custom", xAxisIndex: 1, yAxisIndex: 1, clip: true, encode: { x: [0, 1], y: 2 },
        renderItem: (params, api) => mark(params, api, states[params.dataIndex]),
        tooltip: { formatter: ({ dataIndex }) => told(states[dataIndex].event) },
        data: states.map(({ event, lane }) => ({ value: [event.start, event.end ?? event.start, lane], href: event.href })) },
    ],
  };
}

/** Load the library and draw the part of the page that has a picture. */
async function show(part) {
  const container = part.querySelector("#timeline-picture");
  if (!container) return;
  try {
    const { draw } = await import("./lib/chart.js");
    const data = given("timeline-data");
    draw(container, () => option(data, container));
    container.dataset.drawn = "yes";
  } catch {
    container.replaceChildren(word("failed"));
  }
}

const part = document.getElementById("timeline-shown");
whenSeen(part, () => show(part));
answerAtOnce(document.getElementById("timeline-filters"), "timeline-shown", show);
