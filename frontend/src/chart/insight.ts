// The chart of a run: value over time with everything that went on meanwhile.

import { LineChart, ScatterChart } from "echarts/charts";

import type { ChartData } from "../schema";
import { type Chart, type Colours, colours, echarts, mount, onTheme } from "./core";
import { Cursor } from "./cursor";
import { type Layout, layout } from "./layout";
import type { Measurements } from "./measurements";
import { options } from "./options";
import { Scene } from "./scene";
import { isWhole, panned, partOf, type Span, spanOf, zoomed } from "./span";
import { type Thinned, thin } from "./thin";

echarts.use([LineChart, ScatterChart]);

const COLUMN = 2; // pixels of which the least and the greatest value are drawn where there are more
const HOLE = 1.9; // slots: where a phase begins so long after the last measurement, nothing was measured between them

export class InsightChart {
  readonly chart: Chart;
  readonly cursor: Cursor;
  layout!: Layout;
  thinned!: Thinned;
  private readonly scene: Scene;
  private shade: Colours;
  /** What is shown where that is not all of it. */
  window: Span | null = null;
  private readonly unwatch: () => void;
  private waiting = 0;
  private steered = false; // somebody else than the library's own handles moved the window
  private span: Span = [0, 1];

  constructor(
    readonly element: HTMLElement,
    public told: ChartData,
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
  get shown(): Span {
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
    this.steer(partOf(this.span, [from, to]));
  }

  /** Zoom by a factor around the middle of what is shown, or around a moment. */
  zoom(factor: number, around?: number): void {
    this.show(...zoomed(this.shown, factor, around));
  }

  /** Go on by a share of what is shown. */
  pan(share: number): void {
    this.show(...panned(this.shown, share));
  }

  /** Show all of it. */
  reset(): void {
    this.steer(null);
  }

  private steer(window: Span | null): void {
    this.window = window;
    this.steered = true;
    this.redraw();
  }

  private get base(): number {
    return this.told.at * 1000;
  }

  private moved(): void {
    const [left, right] = [this.layout.left, this.layout.width - this.layout.right];
    const [from, to] = [left, right].map((x) => this.chart.convertFromPixel({ xAxisIndex: 0 }, x) - this.base) as [
      number,
      number,
    ];
    this.window = isWhole(this.span, to - from) ? null : [from, to];
    this.redraw();
  }

  private arrange(): void {
    const values = this.measurements.valued > 0 || this.measurements.size === 0;
    this.layout = layout(
      this.told,
      Math.max(280, this.element.clientWidth),
      values,
      values && this.measurements.silent > 0,
    );
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
    const { threshold } = this.told;
    this.thinned = thin(this.measurements, { from, to, columns, threshold, hole: this.told.frequency_s * 1000 * HOLE });
    this.steered ||= this.window !== null && before !== this.span[1];
    const valued = this.measurements.valued > 0;
    const { layout: at, shade, thinned, base, span } = this;
    this.chart.setOption(
      options({ layout: at, colours: shade, thinned, threshold, valued, base, span, window: this.moving }),
      { silent: true },
    );
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
      values: valued,
    });
    this.cursor.follow();
  }

  private get moving(): object {
    if (!this.steered) return {};
    if (!this.window) return { start: 0, end: 100 };
    return { startValue: this.base + this.window[0], endValue: this.base + this.window[1] };
  }
}
