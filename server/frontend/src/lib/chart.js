// Apache ECharts as the site uses it; import this on demand (`await import("./lib/chart.js")`).
import { BarChart, CustomChart, GraphChart, LineChart, PieChart, SankeyChart, ScatterChart, TreeChart } from "echarts/charts";
import { AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { colour, still } from "./page.js";

use([
  BarChart, CustomChart, GraphChart, LineChart, PieChart, SankeyChart, ScatterChart, TreeChart,
  AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TooltipComponent,
  LabelLayout, CanvasRenderer,
]);

/**
 * Draw an option into an element, again whenever its size or the colour scheme changes.
 *
 * `option` is a function, so that it reads the colours of the day. Tooltips are drawn into the
 * canvas: ECharts' HTML tooltips carry inline styles, which our Content-Security-Policy refuses.
 * An element of a chart whose data have an `href` leads there. A chart ends when its element goes.
 */
export function draw(container, option) {
  const chart = init(container, null, { renderer: "canvas" });
  const paint = () =>
    chart.isDisposed() ||
    chart.setOption(
      {
        animation: !still,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("ink") },
        ...option(),
        tooltip: {
          renderMode: "richText",
          confine: true,
          backgroundColor: colour("raised"),
          borderColor: colour("line"),
          textStyle: { color: colour("ink") },
          ...option().tooltip,
        },
      },
      { notMerge: true },
    );
  chart.on("click", ({ data }) => data?.href && location.assign(data.href));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  const watcher = new ResizeObserver(() => {
    if (container.isConnected) return chart.resize();
    watcher.disconnect();
    chart.dispose();
  });
  watcher.observe(container);
  paint();
  return { chart, paint };
}
