// The small graphs on pages of things: the argument of a claim, the ties of an organization.
import { colour, given, word } from "./lib/page.js";

const picture = given("picture");
const container = document.getElementById("graph");
const ROW = 54;
// Around a ring on a narrow screen there is room for few names.
const MANY = 16;
const NARROW = 600;
const DASHES = { supports: "solid", disputes: "dashed", qualifies: "dotted", gives: "solid", operates: "dashed", member: "dashed" };
const SYMBOLS = { self: "circle", claim: "circle", party: "circle", operates: "diamond", member: "rect" };
const COLOURS = { disputes: "warn", supports: "accent", gives: "accent" };

/** Return a text cut to a length. */
const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Return the numbers of the columns, from left to right. */
const columnsOf = (nodes) => [...new Set(nodes.map((node) => node.column))].sort((a, b) => a - b);

/** Return how wide the mark of a claim is. */
const box = (width) => Math.max(60, Math.min(190, width / columnsOf(picture.nodes).length - 40));

/** Place claims in columns: what a claim speaks of stands to its right. */
function columns({ nodes }, width, height) {
  const numbers = columnsOf(nodes);
  const step = width / numbers.length;
  return nodes.map((node) => ({
    x: (numbers.indexOf(node.column) + 0.5) * step,
    y: height / 2 - 8 + node.row * ROW,
    symbolSize: node.name === picture.here ? 20 : 13,
    label: {
      position: "bottom",
      distance: 3,
      backgroundColor: colour("raised"),
      width: box(width) - 10,
      overflow: "truncate",
      formatter: `${node.name.split("/").pop()} · ${node.speakers.join(", ")}`,
      lineHeight: 14,
      fontSize: 11,
      color: colour("ink"),
    },
  }));
}

/** Place the others on a ring around the first, their names turned outwards. */
function ring({ nodes }, width, height) {
  const many = nodes.length - 1;
  const [middle, centre] = [width / 2, height / 2];
  const radius = Math.max(60, Math.min(middle, centre) - (many > 12 ? 145 : 60));
  return nodes.map((node, number) => {
    if (!number) return { x: middle, y: centre, symbolSize: 26, label: { position: "bottom", fontWeight: "bold", color: colour("ink") } };
    const angle = ((number - 1) / many) * 2 * Math.PI - Math.PI / 2;
    const left = Math.cos(angle) < -0.001;
    const turn = many > 12 ? (-angle * 180) / Math.PI + (left ? 180 : 0) : 0;
    return {
      x: middle + radius * Math.cos(angle),
      y: centre + radius * Math.sin(angle),
      symbolSize: many > 40 ? 7 : 14,
      label: {
        position: left ? "left" : "right",
        rotate: turn,
        fontSize: many > 40 ? 10 : 12,
        color: colour("ink"),
      },
    };
  });
}

/** Return two marks that nobody sees: ECharts stretches a graph to its outermost marks. */
const corners = (width, height) =>
  [[0, 0], [width, height]].map(([x, y], number) => ({ id: `corner ${number}`, name: "", x, y, symbolSize: 0, silent: true, tooltip: { show: false } }));

/** Return what ECharts draws. */
function option({ clientWidth: width, clientHeight: height }, argument) {
  const places = (argument ? columns : ring)(picture, width, height);
  return {
    tooltip: {
      formatter: ({ dataType, data }) =>
        dataType === "edge"
          ? `${data.from} ${word(data.relation)} ${data.to}`
          : [data.text, ...data.speakers].map((line) => short(line, 70)).join("\n"),
    },
    series: {
      type: "graph",
      layout: "none",
      roam: false,
      left: 0,
      right: 0,
      top: 0,
      bottom: 0,
      data: [...corners(width, height), ...picture.nodes.map((node, number) => ({
        ...places[number],
        id: node.name,
        name: node.name,
        text: node.text,
        speakers: node.speakers,
        href: node.href,
        symbol: SYMBOLS[node.kind],
        cursor: "pointer",
        itemStyle: {
          color: colour(node.name === picture.here || node.kind === "party" ? "accent" : "soft"),
        },
        label: { show: true, formatter: short(node.text, 24), ...places[number].label },
      }))],
      edges: picture.edges.map((edge) => ({
        source: edge.source,
        target: edge.target,
        relation: edge.relation,
        from: nameOf(edge.source),
        to: nameOf(edge.target),
        symbol: ["none", edge.relation === "operates" || edge.relation === "member" ? "none" : "arrow"],
        symbolSize: 8,
        lineStyle: {
          type: DASHES[edge.relation],
          width: Math.min(1 + edge.count / 2, 4),
          color: colour(COLOURS[edge.relation] ?? "soft"),
          opacity: argument ? 1 : 0.55,
          curveness: argument ? 0.12 : 0.08,
        },
        label: {
          show: argument && picture.edges.length <= 14,
          formatter: word(edge.relation),
          fontSize: 11,
          color: colour("ink"),
          backgroundColor: colour("raised"),
          padding: [1, 3],
        },
      })),
      emphasis: { focus: "adjacency" },
    },
  };
}

/** Return how a mark is named in a sentence. */
function nameOf(name) {
  const node = picture.nodes.find((one) => one.name === name);
  return node.kind === "claim" ? name.split("/").pop() : node.text;
}

/** Draw the picture when it comes into view; a ring too large for the screen is left to the table. */
function show() {
  const argument = picture.nodes[0].kind === "claim";
  const figure = container.closest("figure");
  figure.hidden = false;
  if (!argument && picture.nodes.length > MANY && container.clientWidth < NARROW) {
    figure.hidden = true;
    return;
  }
  const tallest = Math.max(...Object.values(Object.groupBy(picture.nodes, (node) => node.column)).map((column) => column.length));
  const width = container.clientWidth;
  const around = picture.nodes.length > 12 ? Math.min(width, 820) : 340;
  container.style.height = `${argument ? tallest * ROW + 30 : around}px`;
  new IntersectionObserver(async (entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    const { draw } = await import("./lib/chart.js");
    draw(container, () => option(container, argument));
    figure.dataset.drawn = "";
  }).observe(container);
}

if (picture && container) show();
