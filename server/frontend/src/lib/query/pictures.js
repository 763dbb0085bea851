// An answer as a picture: graph, chart, timeline. Loaded when one is wanted.
import { draw } from "../chart.js";
import { colour, element, language, word } from "../page.js";
import { chosen } from "./columns.js";
import { isNumber, row, text } from "./terms.js";

const NODES = 300;
const BARS = 200;
const MARKS = 2000;
const LINES = 20;
const HUBS = 8;
const short = (words, most = 28) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
const palette = () => [colour("accent"), colour("warn"), colour("variable"), colour("soft"), colour("edge")];
const axis = () => ({ axisLabel: { color: colour("soft") }, axisLine: { lineStyle: { color: colour("edge") } }, splitLine: { lineStyle: { color: colour("line") } }, nameTextStyle: { color: colour("soft") } });

/** Draw an answer into a container in one of the views; returns what to tell of it. */
export async function picture(view, container, answer, described, options, settings) {
  const most = view === "graph" ? 5 * NODES : MARKS;
  const rows = answer.lines.slice(0, most).map((line) => row(line, answer.kind === "graph"));
  const iris = new Set(rows.flat().filter((value) => value?.kind === "iri").map((value) => value.value));
  const names = settings.names ? await settings.names([...iris].slice(0, 2 * NODES)) : {};
  const show = (value) => text(value, settings.prefixes, names);
  const made = { graph, chart, timeline }[view](rows, described, options, show, { ...settings, labels: names }, answer);
  const figure = element("div", { class: "picture", role: "img", "aria-label": made.told });
  if (made.height) figure.style.height = made.height;
  container.replaceChildren(figure, element("p", { class: "hint" }, made.told, " ", word("picture_twin")));
  draw(figure, made.option);
}

function graph(rows, described, options, show, { href, labels }, answer) {
  const columns = answer.kind === "graph" ? null : described.filter(({ kind }) => kind === "iri");
  const nodes = new Map();
  const edges = [];
  const node = (value) => {
    const key = value.value;
    if (!nodes.has(key) && nodes.size >= NODES) return null;
    if (!nodes.has(key)) nodes.set(key, { id: key, name: show(value), href: value.kind === "iri" ? href(key, labels) : undefined, degree: 0, kind: value.kind });
    nodes.get(key).degree += 1;
    return key;
  };
  const source = columns?.find(({ name }) => name === options.from) ?? columns?.[0];
  const target = columns?.find(({ name }) => name === options.to) ?? columns?.find((column) => column !== source);
  for (const cells of rows) {
    const [from, label, to] = columns ? [cells[source.index], null, cells[target.index]] : cells;
    if (!from || !to || (!columns && to.kind === "literal")) continue;
    const [start, end] = [node(from), node(to)];
    if (start && end) edges.push({ source: start, target: end, value: label ? show(label) : "" });
  }
  const few = nodes.size <= 40;
  // What fits a wide page would lie outside a narrow one.
  const scale = Math.min(1, innerWidth / 1000);
  const hub = [...nodes.values()].map(({ degree }) => degree).toSorted((one, other) => other - one)[HUBS] ?? 1;
  return {
    told: word("graph_told", { nodes: nodes.size, edges: edges.length }) + (nodes.size >= NODES || answer.count > rows.length ? ` ${word("graph_cut", { nodes: NODES })}` : ""),
    height: "34rem",
    option: () => ({
      tooltip: { formatter: ({ dataType, data }) => (dataType === "edge" ? data.value || "→" : data.name) },
      series: [{
        type: "graph", layout: "force", roam: true, draggable: true, edgeSymbol: ["none", "arrow"], edgeSymbolSize: 6,
        force: { repulsion: (few ? 700 : 90) * scale, edgeLength: (few ? 140 : 50) * scale, gravity: 0.25, layoutAnimation: false },
        label: { show: few, position: "right", color: colour("ink"), formatter: ({ name }) => short(name, scale < 0.6 ? 16 : 28) },
        edgeLabel: { show: edges.length <= 12, color: colour("soft"), fontSize: 10, formatter: ({ data }) => short(data.value ?? "", 20) },
        labelLayout: { hideOverlap: true },
        emphasis: { focus: "adjacency", label: { show: true } },
        lineStyle: { color: colour("edge"), curveness: 0.08 },
        data: [...nodes.values()].map((found) => ({ ...found, symbolSize: Math.min(8 + 4 * Math.sqrt(found.degree), 40), label: { show: few || (found.degree > hub && found.degree > 2) }, itemStyle: { color: found.kind === "iri" ? colour("accent") : colour("soft") } })),
        edges,
      }],
    }),
  };
}

function chart(rows, described, options, show) {
  const { x, y, type } = chosen(described, options);
  const drawn = rows.filter((cells) => isNumber(cells[y.index])).slice(0, type === "scatter" || type === "line" ? MARKS : BARS);
  const points = drawn.map((cells) => ({ label: show(cells[x.index]), value: Number(cells[y.index].value), x: Number(cells[x.index]?.value) }));
  const told = word("chart_told", { y: y.name, x: x.name, count: points.length }) + (points.length < rows.length ? ` ${word("chart_cut", { count: points.length })}` : "");
  const tooltip = { formatter: ({ name, value, data }) => `${data?.label ?? name}: ${Array.isArray(value) ? value.at(-1) : value}` };
  if (type === "pie") {
    return { told, option: () => ({ tooltip, color: palette(), series: [{ type: "pie", radius: ["30%", "72%"], label: { color: colour("ink") }, data: points.map(({ label, value }) => ({ name: short(label), value })) }] }) };
  }
  if (type === "scatter") {
    return { told, option: () => ({ tooltip, color: palette(), grid: { containLabel: true, left: 16, right: 24, bottom: 30, top: 36 }, xAxis: { type: "value", name: x.name, nameLocation: "middle", nameGap: 28, scale: true, ...axis() }, yAxis: { type: "value", name: y.name, scale: true, ...axis() }, series: [{ type, symbolSize: 9, data: points.map((point) => [point.x, point.value]) }] }) };
  }
  if (type === "line") {
    const ordered = points.toSorted((one, other) => (one.label < other.label ? -1 : 1));
    return { told, option: () => ({ tooltip: { ...tooltip, trigger: "item" }, color: palette(), grid: { containLabel: true, left: 16, right: 24, bottom: 16, top: 36 }, xAxis: { type: "category", data: ordered.map(({ label }) => label), ...axis() }, yAxis: { type: "value", name: y.name, ...axis() }, series: [{ type, symbolSize: 7, data: ordered.map(({ value }) => value) }] }) };
  }
  // Bars lie, so that names can be read; the first is on top.
  return {
    told,
    height: `${Math.max(12, points.length * 1.7 + 5)}rem`,
    option: () => ({ tooltip, color: palette(), grid: { containLabel: true, left: 8, right: 48, bottom: 8, top: 32 }, xAxis: { type: "value", name: y.name, position: "top", nameLocation: "middle", nameGap: 26, ...axis() }, yAxis: { type: "category", inverse: true, data: points.map(({ label }) => short(label, innerWidth < 640 ? 20 : 44)), ...axis(), splitLine: { show: false }, axisLabel: { color: colour("ink"), interval: 0 } }, series: [{ type: "bar", barMaxWidth: 18, label: { show: true, position: "right", color: colour("soft") }, data: points.map(({ value }) => value) }] }),
  };
}

function timeline(rows, described, options, show) {
  const date = described.find(({ name, kind }) => name === options.x && kind === "date") ?? described.find(({ kind }) => kind === "date");
  const others = described.filter((column) => column !== date && column.kind !== "none" && column.kind !== "date");
  // The column with the fewest values makes the lanes.
  const values = ({ index }) => new Set(rows.map((cells) => cells[index]?.value)).size;
  const few = others.filter((column) => values(column) > 1 && values(column) <= LINES).toSorted((one, other) => values(one) - values(other));
  const lane = others.find(({ name }) => name === options.lane) ?? few[0];
  const found = rows.map((cells) => ({ at: Date.parse(cells[date.index]?.value ?? ""), label: others.map(({ index }) => show(cells[index])).join(" · "), lane: lane ? show(cells[lane.index]) : "" })).filter(({ at }) => !Number.isNaN(at));
  const sizes = new Map();
  for (const { lane: name } of found) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const lanes = [...sizes].toSorted((one, other) => other[1] - one[1]).map(([name]) => name).slice(0, LINES);
  const marks = found.map((mark) => ({ ...mark, y: lanes.indexOf(mark.lane) })).filter(({ y }) => y >= 0);
  const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  return {
    told: word("timeline_told", { count: marks.length, x: date.name }) + (marks.length < rows.length ? ` ${word("timeline_cut", { count: marks.length, rows: rows.length })}` : ""),
    height: `${Math.max(14, 8 + lanes.length * 2.4)}rem`,
    option: () => ({
      color: palette(),
      tooltip: { formatter: ({ data }) => `${day.format(data.value[0])}\n${short(data.label, 90)}` },
      grid: { containLabel: true, left: 12, right: 24, top: 16, bottom: 64 },
      dataZoom: [{ type: "slider", bottom: 12, height: 22, borderColor: colour("line"), fillerColor: `${colour("accent")}22`, handleStyle: { color: colour("raised"), borderColor: colour("accent") }, moveHandleStyle: { color: colour("edge") }, dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } }, textStyle: { color: colour("soft") } }],
      xAxis: { type: "time", ...axis() },
      yAxis: { type: "category", inverse: true, data: lanes.map((name) => short(name, innerWidth < 640 ? 16 : 30)), ...axis(), axisLabel: { color: colour("ink"), interval: 0 } },
      series: [{ type: "scatter", symbolSize: 11, itemStyle: { opacity: 0.65 }, data: marks.map(({ at, y, label }) => ({ value: [at, y], label })) }],
    }),
  };
}
