// One measurement at a time: under the pointer, or by the arrow keys, told beside it and read aloud.

import { number } from "../frame/figures";
import { say } from "../frame/say";
import { plain } from "../frame/text";
import { time } from "../frame/times";
import { type ChartData, DEVIATED, OUTCOMES, type Outcome, PHASES_BY_CODE } from "../schema";
import { type Chart, type Colours, echarts, shape } from "./core";
import { HEAD, type Layout } from "./layout";
import type { Measurements } from "./measurements";
import type { Spot } from "./scene";
import type { Span } from "./span";

const { Line, Circle, Text } = echarts.graphic;
const NEAR = 4; // pixels to either side in which the nearest point is looked for
const ANNOUNCED_MS = 200;
const PAGE = 10;
const WORDS: Record<Outcome, string> = { met: "met", deviated: "deviated", missed: "not measured" };

/** The chart that a cursor stands in. */
export interface Stage {
  readonly chart: Chart;
  readonly element: HTMLElement;
  readonly layout: Layout;
  readonly colours: Colours;
  readonly spots: readonly Spot[];
  readonly shown: Span;
  told: ChartData;
  measurements: Measurements;
  moment(x: number): number;
  x(due: number): number;
  y(value: number | null): number;
  show(from: number, to: number): void;
  zoom(factor: number, around?: number): void;
  reset(): void;
}

export class Cursor {
  private index = -1;
  private keyed = false;
  private saying = 0;
  private readonly rule = new Line({ silent: true, invisible: true, z: 20, style: { lineWidth: 1 } });
  private readonly ring = new Circle({ silent: true, invisible: true, z: 21, style: { fill: "none", lineWidth: 2 } });
  private readonly box = new Text({ silent: true, invisible: true, z: 22 });

  constructor(private readonly of: Stage) {
    const canvas = of.chart.getZr();
    for (const each of [this.rule, this.ring, this.box]) canvas.add(shape(each));
    canvas.on("mousemove", (event) => this.pointed(event.offsetX, event.offsetY));
    canvas.on("globalout", () => this.hide());
    canvas.on("click", (event) => this.clicked(event.offsetX, event.offsetY));
    of.element.addEventListener("keydown", (event) => this.pressed(event));
    of.element.addEventListener("blur", () => this.hide());
  }

  /** Stay with the measurement after what is shown has changed. */
  follow(): void {
    if (this.index >= 0) this.place();
  }

  private pointed(x: number, y: number): void {
    this.keyed = false;
    const { layout } = this.of;
    const spot = this.of.spots.find((each) => x >= each.left && x <= each.right && y >= each.top && y <= each.bottom);
    this.of.chart.getZr().setCursorStyle(spot?.url ? "pointer" : "default");
    if (spot) {
      this.tell(x, y, spot.text, true);
      return;
    }
    if (x < layout.left || x > layout.width - layout.right || y < HEAD - 8 || y > layout.bottom + 26) {
      this.hide();
      return;
    }
    this.index = this.nearest(x, y);
    if (this.index < 0) this.hide();
    else this.place();
  }

  private clicked(x: number, y: number): void {
    const found = this.of.spots.find(
      (each) => each.url && x >= each.left && x <= each.right && y >= each.top && y <= each.bottom,
    );
    if (found?.url) window.location.assign(found.url);
  }

  private nearest(x: number, y: number): number {
    const all = this.of.measurements;
    const [from, to] = [all.from(this.of.moment(x - NEAR)), all.from(this.of.moment(x + NEAR))];
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let at = Math.max(0, from - 1); at < Math.min(all.size, to + 1); at += 1) {
      const one = all.at(at);
      const far = Math.abs(this.of.x(one.due) - x) + (one.value === null ? 0 : Math.abs(this.of.y(one.value) - y) / 4);
      if (far < least) [best, least] = [at, far];
    }
    return best;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  private readonly actions: Record<string, () => void> = {
    ArrowRight: () => this.step(1),
    ArrowLeft: () => this.step(-1),
    ArrowDown: () => this.step(PAGE),
    ArrowUp: () => this.step(-PAGE),
    Home: () => this.go(0),
    End: () => this.go(this.of.measurements.size - 1),
    PageDown: () => this.deviated(1),
    PageUp: () => this.deviated(-1),
    "+": () => this.of.zoom(0.5, this.due),
    "=": () => this.of.zoom(0.5, this.due),
    "-": () => this.of.zoom(2, this.due),
    "0": () => this.of.reset(),
    Escape: () => this.hide(),
  };

  private get due(): number | undefined {
    return this.index < 0 ? undefined : this.of.measurements.at(this.index).due;
  }

  private step(by: number): void {
    const start = this.index < 0 ? this.of.measurements.from(this.of.shown[0]) - Math.sign(by) : this.index;
    this.go(start + by);
  }

  private deviated(direction: number): void {
    const found = this.of.measurements.next(this.index, direction, DEVIATED);
    if (found >= 0) this.go(found);
    else this.announce(`No deviated measurement ${direction > 0 ? "after" : "before"} this one.`);
  }

  private go(index: number): void {
    const all = this.of.measurements;
    if (!all.size) {
      this.announce("There is no measurement yet.");
      return;
    }
    this.index = Math.min(all.size - 1, Math.max(0, index));
    this.keyed = true;
    const { due } = all.at(this.index);
    const [from, to] = this.of.shown;
    if (due < from || due > to) this.of.show(due - (to - from) / 2, due + (to - from) / 2);
    this.place();
    this.announce(this.words(", "));
  }

  private words(between: string): string {
    const one = this.of.measurements.at(this.index);
    const { told } = this.of;
    const [phase, outcome] = [PHASES_BY_CODE[one.phase] ?? "conditions", OUTCOMES[one.outcome] ?? "missed"];
    const reason = told.reasons?.[phase]?.[String(one.slot)];
    const value = one.value === null ? [] : [number(one.value, plain(told.threshold.unit ?? "", 20))];
    const why = reason ? [plain(reason, 90)] : [];
    return [
      `${time(told.at * 1000 + one.due, true)}${between}${phase}, slot ${one.slot}`,
      ...value,
      WORDS[outcome],
      ...why,
    ].join(between);
  }

  private place(): void {
    const one = this.of.measurements.at(this.index);
    const { layout, colours } = this.of;
    const x = this.of.x(one.due); // of the window that is shown with the next frame at the latest
    if (x < layout.left - 1 || x > layout.width - layout.right + 1) {
      this.conceal();
      return;
    }
    const missed = layout.rows[0]?.y ?? layout.bottom;
    const y = OUTCOMES[one.outcome] === "missed" ? missed + 24 : this.of.y(one.value);
    this.rule.attr({ shape: { x1: x, y1: layout.top, x2: x, y2: layout.bottom + layout.lanes }, invisible: false });
    this.rule.setStyle({ stroke: colours.muted });
    this.ring.attr({ shape: { cx: x, cy: y, r: 8 }, invisible: false });
    this.ring.setStyle({ stroke: colours.text });
    this.tell(x, y, this.words("\n"), false);
  }

  private tell(x: number, y: number, text: string, alone: boolean): void {
    const { layout, colours } = this.of;
    if (alone) this.conceal();
    const lines = text.split("\n");
    const width = Math.min(layout.width - 24, Math.max(...lines.map((line) => line.length)) * 6.9 + 20);
    const left = x + 14 + width > layout.width ? Math.max(4, x - 14 - width) : x + 14;
    const top = Math.max(4, Math.min(y - 12, layout.height - lines.length * 17 - 20));
    this.box.attr({ x: left, y: top, invisible: false });
    this.box.setStyle({
      text,
      fill: colours.text,
      font: `12px ${colours.font}`,
      lineHeight: 17,
      width: width - 20,
      overflow: "break",
      padding: [8, 10],
      backgroundColor: colours.surface,
      borderColor: colours.muted,
      borderWidth: 1,
      borderRadius: 4,
    });
  }

  private conceal(): void {
    this.rule.attr({ invisible: true });
    this.ring.attr({ invisible: true });
    this.box.attr({ invisible: true });
  }

  private hide(): void {
    if (!this.keyed || document.activeElement !== this.of.element) this.index = -1;
    this.conceal();
  }

  private announce(text: string): void {
    clearTimeout(this.saying);
    this.saying = window.setTimeout(() => say(text), ANNOUNCED_MS); // whoever holds a key hears the last one only
  }
}
