// What the library is asked to draw of a run: its axes, its zoom and its series.

import { chosenNumber } from "../frame/figures";
import { time } from "../frame/times";
import type { ChartThreshold } from "../schema";
import { type Colours, type echarts, faint } from "./core";
import type { Layout } from "./layout";
import { LEAST_SPAN_MS, type Span } from "./span";
import { type Point, type Thinned, ticks } from "./thin";

const DOT = 7; // pixels: where each measurement has so many, it is a dot of its own
const MANY = 200;
const DRAWABLE = 1e15; // a bound beyond it would press the values flat
const ROOM = 1.06; // above the greatest value

/** What is drawn: `base` is when the run began (milliseconds since the epoch), `window` where the zoom moves to. */
export interface Drawing {
  layout: Layout;
  colours: Colours;
  thinned: Thinned;
  threshold: ChartThreshold;
  valued: boolean;
  base: number;
  span: Span;
  window: object;
}

/** The option for the library. */
export function options(drawing: Drawing): echarts.EChartsCoreOption {
  const { layout: at, colours, window, base, span } = drawing;
  const text = { color: colours.muted, fontFamily: colours.font, fontSize: 12 };
  return {
    animation: false,
    useUTC: false,
    textStyle: { fontFamily: colours.font },
    grid: { left: at.left, right: at.right, top: at.top, height: at.bottom - at.top, outerBoundsMode: "none" },
    xAxis: {
      type: "time",
      min: base + span[0],
      max: base + span[1],
      offset: at.lanes,
      splitNumber: at.narrow ? 3 : 8,
      axisLabel: { ...text, hideOverlap: true, showMaxLabel: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: colours.line } },
      axisTick: { lineStyle: { color: colours.line } },
      splitLine: { show: false },
      axisPointer: { show: false },
    },
    yAxis: valueAxis(drawing, text),
    dataZoom: zooms(colours, window),
    series: series(drawing),
  };
}

function zooms(colours: Colours, window: object): object[] {
  const common = { filterMode: "none", minValueSpan: LEAST_SPAN_MS, ...window };
  return [
    { ...common, type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, preventDefaultMouseMove: false },
    { ...common, type: "slider", bottom: 4, height: 24, ...slider(colours) },
  ];
}

function valueAxis({ thinned, threshold, valued, layout, colours }: Drawing, text: object): object {
  const { lower, upper, unit } = threshold;
  const bounds = [lower, upper].filter(
    (bound): bound is number => typeof bound === "number" && Math.abs(bound) < DRAWABLE,
  );
  const numbers = [thinned.low, thinned.high, ...bounds, 0].filter(Number.isFinite);
  const round = valued
    ? ticks(Math.min(...numbers) * ROOM, Math.max(...numbers) * ROOM)
    : { min: 0, max: 1, interval: 1 };
  return {
    type: "value",
    ...round,
    show: valued,
    name: unit ?? "",
    nameLocation: "end",
    nameGap: layout.top - 22,
    nameTextStyle: { ...text, align: "right", padding: [0, 8, 0, 0] },
    axisLabel: { ...text, formatter: (value: number) => chosenNumber(value) },
    splitLine: { lineStyle: { color: colours.line, width: 1 } },
    axisPointer: { show: false },
  };
}

/** The line of the values, the dots of what was met without one, and the diamonds of what deviated. */
export function series({ thinned, layout, colours, valued, base }: Drawing): object[] {
  const place = (points: Point[]): Point[] => points.map(([due, value]) => [base + due, value]);
  const row = (moments: number[]): Point[] => place(moments.map((due) => [due, 0.5]));
  const few = thinned.shown * DOT <= layout.width;
  const alone = !valued;
  // Many symbols are drawn as one path.
  const common = { silent: true, animation: false, emphasis: { disabled: true }, large: true, largeThreshold: MANY };
  return [
    {
      ...common,
      id: "values",
      type: "line",
      data: place(thinned.line),
      showSymbol: few,
      symbol: "circle",
      symbolSize: 6,
      connectNulls: false,
      lineStyle: { color: colours.value, width: few ? 1.8 : 1 },
      itemStyle: { color: colours.value },
      z: 2,
    },
    {
      ...common,
      id: "met",
      type: "scatter",
      data: alone ? row(thinned.met) : [],
      symbol: "circle",
      symbolSize: few ? 9 : 5,
      itemStyle: { color: colours.good },
      z: 2,
    },
    {
      ...common,
      id: "deviated",
      type: "scatter",
      data: alone ? row(thinned.silent) : place(thinned.deviated),
      symbol: "diamond",
      symbolSize: few || alone ? 14 : 9,
      itemStyle: { color: colours.bad, borderColor: colours.surface, borderWidth: few || alone ? 1 : 0 },
      z: 4,
    },
  ];
}

function slider(colours: Colours): object {
  return {
    showDataShadow: false,
    brushSelect: false,
    borderColor: colours.line,
    fillerColor: faint(colours.value, 0.13),
    handleStyle: { color: colours.surface, borderColor: colours.muted },
    moveHandleStyle: { color: colours.muted },
    textStyle: { color: colours.muted, fontFamily: colours.font, fontSize: 11 },
    labelFormatter: (value: number) => time(value),
  };
}
