// How many events of each kind there were on each of the last 30 days: bars that stand on one another, so that no kind
// hides another. The day under the pointer, or the one the arrow keys are at, is told below the chart and read aloud.
import { BarChart } from "echarts/charts";

import { type Chart, echarts, faint, mount, onTheme, shape } from "../chart/core";
import { type DailyCounts, type Days, dayBy, LEAST_DAYS, movedTo, sentenceOf, zoomedTo } from "./days";

echarts.use([BarChart]);

const TOP = 10; // pixels above the bars
const DRAGGED = 5; // pixels: a click that moved further was none
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export class Month {
  private readonly chart: Chart;
  private day = -1;
  private shown: Days;
  private pressed: [number, number] = [0, 0];
  private readonly band = new echarts.graphic.Rect({ silent: true, invisible: true, z: 1 }); // behind the bars

  /** The chart of a page, where it has one. */
  static in(page: Document): Month | null {
    const element = page.getElementById("month");
    const data = page.getElementById("month-data")?.textContent;
    const said = page.getElementById("month-day");
    return element && data && said ? new Month(element, said, JSON.parse(data) as DailyCounts) : null;
  }

  private constructor(
    private readonly element: HTMLElement,
    private readonly said: HTMLElement,
    private readonly told: DailyCounts,
  ) {
    this.shown = [0, told.days.length - 1];
    this.chart = mount(element, (chart) => {
      chart.resize();
      this.mark(this.day);
    });
    this.chart.getZr().add(shape(this.band));
    this.draw();
    this.listen();
    onTheme(() => this.draw());
    for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(button.dataset["zoom"] ?? "all"));
    }
  }

  /** Show these kinds alone; all of them where none is named. */
  choose(kinds: string[]): void {
    for (const each of this.told.series) each.chosen = kinds.length === 0 || kinds.includes(each.kind);
    this.draw();
    if (this.day >= 0) this.tell(this.day);
  }

  private draw(): void {
    const style = getComputedStyle(this.element);
    const read = (name: string): string => style.getPropertyValue(name).trim();
    const [text, line, surface] = [read("--rtk-quiet"), read("--rtk-line"), read("--rtk-surface")];
    const chosen = this.told.series.filter((each) => each.chosen);
    const label = { color: text, fontFamily: style.fontFamily, fontSize: 12 };
    this.chart.setOption(
      {
        animation: false,
        grid: { left: 8, right: 12, top: TOP, bottom: 4, containLabel: true },
        xAxis: {
          type: "category",
          data: this.told.days.map((day) => short.format(new Date(day))),
          axisLabel: { ...label, hideOverlap: true },
          axisTick: { show: false },
          axisLine: { lineStyle: { color: line } },
        },
        yAxis: {
          type: "value",
          minInterval: 1,
          max: (range: { max: number }) => Math.max(4, range.max),
          axisLabel: label,
          splitLine: { lineStyle: { color: line } },
        },
        dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, minValueSpan: LEAST_DAYS - 1 }],
        series: chosen.map((each) => {
          const colour = read(`--kind-${each.kind}`);
          return {
            type: "bar",
            stack: "day",
            name: each.label,
            data: each.counts.map((count) => count || null), // none is no bar, not a flat one
            barCategoryGap: "28%",
            barMinHeight: 3,
            cursor: "pointer",
            itemStyle: { color: colour, borderColor: surface, borderWidth: 1, borderRadius: 2 },
          };
        }),
      },
      { replaceMerge: ["series"] },
    );
  }

  private listen(): void {
    const canvas = this.chart.getZr();
    canvas.on("mousemove", (event) => this.point(event.offsetX, event.offsetY));
    canvas.on("mousedown", (event) => {
      this.pressed = [event.offsetX, event.offsetY];
    });
    canvas.on("click", (event) => {
      const far = Math.hypot(event.offsetX - this.pressed[0], event.offsetY - this.pressed[1]);
      if (far <= DRAGGED && this.point(event.offsetX, event.offsetY)) this.open();
    });
    canvas.on("globalout", () => this.leave());
    this.chart.on("datazoom", () => this.zoomed());
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("blur", () => this.leave());
  }

  private point(x: number, y: number): boolean {
    if (!this.chart.containPixel("grid", [x, y])) return false;
    const found = Number(this.chart.convertFromPixel({ xAxisIndex: 0 }, x));
    if (found !== this.day) this.tell(found);
    return true;
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zoom: Record<string, string> = { "+": "in", "=": "in", "-": "out", "0": "all" };
    const day = dayBy(event.key, this.day, this.told.days.length - 1);
    const how = zoom[event.key];
    if (day !== undefined) this.go(day);
    else if (how) this.zoom(how);
    else if (event.key === "Enter" && this.day >= 0) this.open();
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }

  private go(day: number): void {
    const [from, to] = movedTo(this.shown, day);
    if (from !== this.shown[0] || to !== this.shown[1]) this.show(from, to);
    this.tell(day);
  }

  private tell(day: number): void {
    if (this.told.days[day] === undefined) return;
    this.day = day;
    this.said.textContent = sentenceOf(this.told, day);
    this.mark(day);
  }

  private leave(): void {
    this.day = -1;
    this.said.textContent = "";
    this.mark(-1);
  }

  private mark(day: number): void {
    const [from, to] = this.shown;
    this.band.attr({ invisible: day < from || day > to });
    if (day < from || day > to) return;
    const at = (index: number): number => Number(this.chart.convertToPixel({ xAxisIndex: 0 }, index));
    const wide = to > from ? (at(to) - at(from)) / (to - from) : this.element.clientWidth;
    const foot = Number(this.chart.convertToPixel({ yAxisIndex: 0 }, 0));
    this.band.setShape({ x: at(day) - wide / 2, y: TOP, width: wide, height: foot - TOP });
    this.band.setStyle({ fill: faint("#7b8ba1", 0.22) });
  }

  /** The events of the day, with the other filters as they are. */
  private open(): void {
    const date = this.told.days[this.day];
    if (!date) return;
    const to = new URL(window.location.href);
    to.searchParams.set("since", date);
    to.searchParams.set("until", date);
    to.searchParams.delete("before");
    window.location.assign(to);
  }

  private zoom(how: string): void {
    const [from, to] = this.shown;
    this.show(...zoomedTo(this.shown, how, this.told.days.length - 1, this.day >= 0 ? this.day : (from + to) / 2));
  }

  private show(from: number, to: number): void {
    this.chart.dispatchAction({ type: "dataZoom", startValue: from, endValue: to });
  }

  private zoomed(): void {
    const { dataZoom } = this.chart.getOption() as { dataZoom?: { startValue?: number; endValue?: number }[] };
    const now = dataZoom?.[0];
    if (now?.startValue !== undefined && now.endValue !== undefined) this.shown = [now.startValue, now.endValue];
    this.mark(this.day);
  }
}
