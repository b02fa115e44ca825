// The chart of a run: value over time with everything that went on meanwhile.

import { LineChart, ScatterChart } from "echarts/charts";

import { type Chart, type Colours, colours, echarts, faint, mount, onTheme } from "./core";
import { Cursor } from "./cursor";
import { type Layout, layout } from "./layout";
import type { Measurements } from "./measurements";
import { Scene } from "./scene";
import { thin, type Thinned, ticks } from "./thin";
import type { Told } from "./told";
import { number, time } from "./words";

echarts.use([LineChart, ScatterChart]);

const DOT = 7; // pixels: where each measurement has so many, it is a dot of its own
const MANY = 200;
const COLUMN = 2; // pixels of which the least and the greatest value are drawn where there are more
const LEAST_SPAN_MS = 500;
const HOLE = 1.9; // slots: where a phase begins so long after the last measurement, nothing was measured between them
const WHOLE = 0.999; // a window of more than this share is all of it

export class InsightChart {
  readonly chart: Chart;
  readonly cursor: Cursor;
  layout!: Layout;
  thinned!: Thinned;
  private readonly scene: Scene;
  private shade: Colours;
  /** What is shown where that is not all of it. */
  window: [number, number] | null = null;
  private readonly unwatch: () => void;
  private waiting = 0;
  private steered = false; // somebody else than the library's own handles moved the window
  private span: [number, number] = [0, 1];

  constructor(
    readonly element: HTMLElement,
    public told: Told,
    public measurements: Measurements,
    private readonly clock: () => number,
  ) {
    this.shade = colours(element);
    this.arrange();
    this.chart = mount(element, () => this.draw());
    this.scene = new Scene(this.chart);
    this.cursor = new Cursor(this);
    this.chart.on("datazoom", () => this.moved());
    this.unwatch = onTheme(() => {
      this.shade = colours(element);
      this.draw();
    });
    this.draw();
  }

  /** Draw anew with the next frame: as often as one likes. */
  redraw(): void {
    this.waiting ||= requestAnimationFrame(() => this.draw());
  }

  /** Let go of the element. */
  dispose(): void {
    cancelAnimationFrame(this.waiting);
    this.unwatch();
    this.chart.dispose();
  }

  get spots(): Scene["spots"] {
    return this.scene.spots;
  }

  get colours(): Colours {
    return this.shade;
  }

  /** What is shown, from and to, in milliseconds since the run began. */
  get shown(): [number, number] {
    return this.window ?? this.span;
  }

  /** The moment at a pixel, and the pixels of a moment and a value. */
  moment(x: number): number {
    const { left, right, width } = this.layout;
    const [from, to] = this.shown;
    return from + ((x - left) / Math.max(1, width - left - right)) * (to - from);
  }

  x(due: number): number {
    const { left, right, width } = this.layout;
    const [from, to] = this.shown;
    return left + ((due - from) / (to - from || 1)) * (width - left - right);
  }

  y(value: number | null): number {
    const at = value === null || !this.measurements.valued ? null : this.chart.convertToPixel({ yAxisIndex: 0 }, value);
    if (at !== null) return Math.min(this.layout.bottom, Math.max(this.layout.top, at));
    return this.measurements.valued ? this.layout.top - 13 : (this.layout.top + this.layout.bottom) / 2;
  }

  /** Show this window; what leaves it is moved in. */
  show(from: number, to: number): void {
    const [least, most] = this.span;
    const width = Math.min(most - least, Math.max(LEAST_SPAN_MS, to - from));
    const begin = Math.min(Math.max(from, least), most - width);
    this.steer(width >= (most - least) * WHOLE ? null : [begin, begin + width]);
  }

  /** Zoom by a factor around the middle of what is shown, or around a moment. */
  zoom(factor: number, around?: number): void {
    const [from, to] = this.shown;
    const middle = around ?? (from + to) / 2;
    this.show(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  /** Go on by a share of what is shown. */
  pan(share: number): void {
    const [from, to] = this.shown;
    this.show(from + (to - from) * share, to + (to - from) * share);
  }

  /** Show all of it. */
  reset(): void {
    this.steer(null);
  }

  private steer(window: [number, number] | null): void {
    this.window = window;
    this.steered = true;
    this.redraw();
  }

  private get base(): number {
    return this.told.at * 1000;
  }

  private moved(): void {
    const [left, right] = [this.layout.left, this.layout.width - this.layout.right];
    const [from, to] = [left, right].map((x) => this.chart.convertFromPixel({ xAxisIndex: 0 }, x) - this.base) as [number, number];
    const whole = to - from >= (this.span[1] - this.span[0]) * WHOLE;
    this.window = whole ? null : [from, to];
    this.redraw();
  }

  private arrange(): void {
    const values = this.measurements.valued > 0 || this.measurements.size === 0;
    this.layout = layout(this.told, Math.max(280, this.element.clientWidth), values, values && this.measurements.silent > 0);
    this.element.style.height = `${this.layout.height}px`;
    this.span = spanOf(this.told, this.measurements, this.clock());
  }

  /** Draw now. */
  draw(): void {
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    const before = this.span[1];
    this.arrange();
    if (this.chart.getHeight() !== this.layout.height || this.chart.getWidth() !== this.layout.width) {
      this.chart.resize({ width: this.layout.width, height: this.layout.height });
    }
    const [from, to] = this.shown;
    const columns = Math.max(60, Math.round((this.layout.width - this.layout.left - this.layout.right) / COLUMN));
    const { lower, upper } = this.told.threshold;
    const below = (upper ?? null) === null && (lower ?? null) !== null;
    this.thinned = thin(this.measurements, from, to, columns, below, this.told.frequency_s * 1000 * HOLE);
    this.steered ||= this.window !== null && before !== this.span[1];
    this.chart.setOption(this.option(), { silent: true });
    this.steered = false;
    this.scene.draw({
      told: this.told,
      layout: this.layout,
      thinned: this.thinned,
      colours: this.shade,
      from,
      to,
      now: this.told.ends === null ? this.clock() : this.told.ends * 1000,
      y: (value) => this.y(value),
      values: this.measurements.valued > 0,
    });
    this.cursor.follow();
  }

  private get moving(): object {
    if (!this.steered) return {};
    if (!this.window) return { start: 0, end: 100 };
    return { startValue: this.base + this.window[0], endValue: this.base + this.window[1] };
  }

  private option(): echarts.EChartsCoreOption {
    const { layout: at, shade } = this;
    const text = { color: shade.muted, fontFamily: shade.font, fontSize: 12 };
    const window = this.moving;
    return {
      animation: false,
      useUTC: false,
      textStyle: { fontFamily: shade.font },
      grid: { left: at.left, right: at.right, top: at.top, height: at.bottom - at.top, outerBoundsMode: "none" },
      xAxis: {
        type: "time",
        min: this.base + this.span[0],
        max: this.base + this.span[1],
        offset: at.lanes,
        splitNumber: at.narrow ? 3 : 8,
        axisLabel: { ...text, hideOverlap: true, showMaxLabel: false },
        axisLine: { show: true, onZero: false, lineStyle: { color: shade.line } },
        axisTick: { lineStyle: { color: shade.line } },
        splitLine: { show: false },
        axisPointer: { show: false },
      },
      yAxis: this.values(text),
      dataZoom: [
        {
          type: "inside",
          zoomOnMouseWheel: "ctrl",
          moveOnMouseWheel: false,
          preventDefaultMouseMove: false,
          filterMode: "none",
          minValueSpan: LEAST_SPAN_MS,
          ...window,
        },
        { type: "slider", bottom: 4, height: 24, ...slider(shade), filterMode: "none", minValueSpan: LEAST_SPAN_MS, ...window },
      ],
      series: this.series(),
    };
  }

  private values(text: object): object {
    const shown = this.measurements.valued > 0;
    const { lower, upper, unit } = this.told.threshold;
    const bounds = [lower, upper].filter((bound): bound is number => typeof bound === "number" && Math.abs(bound) < 1e15);
    const numbers = [this.thinned.low, this.thinned.high, ...bounds, 0].filter(Number.isFinite);
    const round = shown ? ticks(Math.min(...numbers) * 1.06, Math.max(...numbers) * 1.06) : { min: 0, max: 1, interval: 1 };
    return {
      type: "value",
      ...round,
      show: shown,
      name: unit ?? "",
      nameLocation: "end",
      nameGap: this.layout.top - 22,
      nameTextStyle: { ...text, align: "right", padding: [0, 8, 0, 0] },
      axisLabel: { ...text, formatter: (value: number) => number(value) },
      splitLine: { lineStyle: { color: this.shade.line, width: 1 } },
      axisPointer: { show: false },
    };
  }

  private get few(): boolean {
    return this.thinned.shown * DOT <= this.layout.width;
  }

  private series(): object[] {
    const { thinned, shade } = this;
    const place = (points: [number, number | null][]): [number, number | null][] => points.map(([due, value]) => [this.base + due, value]);
    const few = this.few;
    const alone = !this.measurements.valued;
    // Many symbols are drawn as one path.
    const many = { large: true, largeThreshold: MANY };
    const common = { silent: true, animation: false, emphasis: { disabled: true }, ...many };
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
        lineStyle: { color: shade.value, width: few ? 1.8 : 1 },
        itemStyle: { color: shade.value },
        z: 2,
      },
      {
        ...common,
        id: "met",
        type: "scatter",
        data: alone ? place(thinned.met.map((due) => [due, 0.5])) : [],
        symbol: "circle",
        symbolSize: few ? 9 : 5,
        itemStyle: { color: shade.good },
        z: 2,
      },
      {
        ...common,
        id: "deviated",
        type: "scatter",
        data: place(alone ? thinned.silent.map((due) => [due, 0.5]) : thinned.deviated),
        symbol: "diamond",
        symbolSize: few || alone ? 14 : 9,
        itemStyle: { color: shade.bad, borderColor: shade.surface, borderWidth: few || alone ? 1 : 0 },
        z: 4,
      },
    ];
  }
}

function slider(shade: Colours): object {
  return {
    showDataShadow: false,
    brushSelect: false,
    borderColor: shade.line,
    fillerColor: faint(shade.value, 0.13),
    handleStyle: { color: shade.surface, borderColor: shade.muted },
    moveHandleStyle: { color: shade.muted },
    textStyle: { color: shade.muted, fontFamily: shade.font, fontSize: 11 },
    labelFormatter: (value: number) => time(value),
  };
}

/** From the first phase's beginning to the end: of the plan while the run goes on. */
function spanOf(told: Told, all: Measurements, now: number): [number, number] {
  const begin = Math.min(0, ...told.phases.map((phase) => phase.started), all.size ? (all.due[0] ?? 0) / 1000 : 0);
  const planned = Object.values(told.lengths).reduce((sum, length) => sum + length, 0);
  const last = all.size ? (all.due[all.size - 1] ?? 0) / 1000 : 0;
  const known = [...told.phases, ...told.conditions, ...told.rollbacks].map((span) => span.ended ?? span.started);
  const end = told.ends === null ? Math.max(planned, now / 1000, last, ...known) : Math.max(told.ends, last, ...known);
  const room = Math.max(0.5, (end - begin) * 0.01);
  return [begin * 1000, (Math.max(end, begin + 1) + room) * 1000];
}
