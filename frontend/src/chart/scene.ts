// What is drawn around the measurements: phases, threshold, conditions, rollbacks, missed slots, other runs.

import { chosenNumber } from "../frame/figures";
import { plain } from "../frame/text";
import type { ChartActivity, ChartCondition, ChartData, ChartPhase } from "../schema";
import { conditionLabel, conditionWords, phaseWords, rollbackLabel, wordsOf } from "./activities";
import { type Chart, type Colours, echarts, faint, shape as shapeOf } from "./core";
import { HEAD, type Layout, type Row, SILENT } from "./layout";
import { BETWEEN } from "./measurements";
import { diamond, hatch, type Stretch, without } from "./shapes";
import type { Thinned } from "./thin";

const { Group, Rect, Line, Text, Polygon } = echarts.graphic;

const MOST_MARKS = 60; // above that many, missed slots are strokes: how close they stand is seen all the same

const Ticks = echarts.graphic.extendShape({
  shape: { marks: [] as [number, number][], y: 0, height: 0 },
  buildPath(pen, shape) {
    for (const [left, right] of shape["marks"] as [number, number][])
      pen.rect(left, shape["y"], Math.max(1.2, right - left), shape["height"]);
  },
});

/** Something under the pointer that tells of itself. */
export interface Spot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  text: string;
  url?: string;
}

/** What a scene is drawn from; `from` and `to` are the window, `now` where the run is (milliseconds since it began). */
export interface View {
  told: ChartData;
  layout: Layout;
  thinned: Thinned;
  colours: Colours;
  from: number;
  to: number;
  now: number;
  y: (value: number) => number;
  values: boolean;
}

export class Scene {
  spots: Spot[] = [];
  private readonly group = new Group({ silent: true });
  private readonly inner = new Group({ silent: true });
  private view!: View;

  constructor(chart: Chart) {
    chart.getZr().add(this.group);
  }

  draw(view: View): void {
    this.view = view;
    this.spots = [];
    this.group.removeAll();
    this.inner.removeAll();
    this.group.add(this.inner);
    const { left, right, width, height } = view.layout;
    this.inner.setClipPath(new Rect({ shape: { x: left, y: 0, width: Math.max(1, width - left - right), height } }));
    this.phases();
    for (const row of view.layout.rows) this.row(row);
    this.threshold();
    this.silent();
    this.beginnings();
    if (!view.values) this.words();
  }

  private x(seconds: number): number {
    const { layout, from, to } = this.view;
    const share = (seconds * 1000 - from) / (to - from || 1);
    return Math.min(1e5, Math.max(-1e5, layout.left + share * (layout.width - layout.left - layout.right)));
  }

  private add(one: object, within = true): void {
    (within ? this.inner : this.group).add(shapeOf(one));
  }

  private rect(x: number, y: number, width: number, height: number, style: object, z = -5, r = 0): void {
    this.add(new Rect({ shape: { x, y, width: Math.max(1, width), height, r }, style, z }));
  }

  private text(x: number, y: number, text: string, style: object = {}, within = true): void {
    const { text: fill, font } = this.view.colours;
    const shown = { x, y, text, fill, font: `12px ${font}`, verticalAlign: "middle" as const, ...style };
    this.add(new Text({ style: shown, z: 12 }), within);
  }

  private line(x1: number, y1: number, x2: number, y2: number, style: object, z = -2): void {
    this.add(new Line({ shape: { x1, y1, x2, y2 }, style, z }));
  }

  private phases(): void {
    const { told, layout, colours, now } = this.view;
    for (const span of told.phases) {
      const { phase, started, ended } = span;
      const [left, right] = [this.x(started), this.x(ended ?? now / 1000)];
      this.rect(left + 1, 6, right - left - 2, 22, { fill: this.phaseFill(span) }, -4, 4);
      const [from, to] = [Math.max(left, layout.left), Math.min(right, layout.width - layout.right)];
      if (to - from > phase.length * 7)
        this.text((from + to) / 2, 17, phase, { align: "center", ...this.phaseLabel(span) });
      for (const edge of [left, right]) this.line(edge, 6, edge, layout.bottom, { stroke: colours.line, lineWidth: 1 });
      this.spot(left, right, 6, 28, phaseWords(span));
    }
  }

  /** What stands on a hatch needs a ground of its own. */
  private phaseLabel({ phase }: ChartPhase): object {
    return BETWEEN.includes(phase)
      ? { backgroundColor: faint(this.view.colours.surface, 0.85), padding: [1, 2], borderRadius: 3 }
      : {};
  }

  private phaseFill({ phase }: ChartPhase): string | ReturnType<typeof hatch> {
    const { muted } = this.view.colours;
    if (BETWEEN.includes(phase)) return hatch(faint(muted, 0.45));
    return faint(muted, phase === "conditions" ? 0.26 : 0.13);
  }

  private row(row: Row): void {
    if (row.kind === "missed") this.missed(row.y);
    else if (row.kind === "run") this.run(row);
    else if (row.kind === "outside") this.outside(row);
    else if (row.kind === "more") this.more(row);
    else if (row.kind === "condition") this.condition(row.of, row.y);
    else this.rollback(row.of, row.y);
  }

  private more(row: Extract<Row, { kind: "more" }>): void {
    this.text(this.view.layout.left, row.y + 8, row.text, { fill: this.view.colours.muted });
  }

  private missed(y: number): void {
    const { thinned, layout, colours } = this.view;
    this.text(layout.left, y + 8, "not measured", { fill: colours.muted });
    this.line(layout.left, y + 24, layout.width - layout.right, y + 24, { stroke: colours.line, lineWidth: 1 });
    const marks = thinned.missed.map(([from, to]): [number, number] => [this.x(from / 1000), this.x(to / 1000)]);
    if (marks.length > MOST_MARKS) {
      this.add(new Ticks({ shape: { marks, y: y + 20, height: 8 }, style: { fill: colours.muted }, z: 3 }));
      return;
    }
    const style = { fill: colours.surface, stroke: colours.muted, lineWidth: 1.5 };
    for (const [left, right] of marks) this.rect(left - 4, y + 20, right - left + 8, 8, style, 3, 4);
  }

  private condition(of: ChartCondition, y: number): void {
    const { layout, colours, now } = this.view;
    const end = now / 1000;
    const [began, ended] = [this.x(of.started), this.x(of.ended ?? end)];
    const over = of.status === "failed" ? ended : Math.max(ended, this.x(of.until ?? end));
    const height = layout.bottom - layout.top;
    const gone = of.gone.map(([from, to]): Stretch => [this.x(from), this.x(to ?? end)]);
    for (const [from, to] of without([began, ended], gone)) {
      this.rect(from, layout.top, to - from, height, { fill: faint(colours.condition, 0.11) }, -9);
      this.rect(from, y + 19, to - from, 11, { fill: colours.condition }, 1, 2);
    }
    for (const [from, to] of without([ended, over], gone)) {
      this.rect(from, layout.top, to - from, height, { fill: hatch(faint(colours.condition, 0.12)) }, -9);
      this.rect(from, y + 19, to - from, 11, { fill: hatch(colours.condition), stroke: colours.condition }, 1, 2);
    }
    for (const [from, to] of gone)
      this.line(
        from,
        y + 24.5,
        Math.min(to, over),
        y + 24.5,
        { stroke: colours.muted, lineWidth: 1.5, lineDash: [2, 4] },
        1,
      );
    this.name(began, y, conditionLabel(of), of.status === "failed");
    this.spot(began, over, y, y + 34, conditionWords(of));
  }

  private rollback(of: ChartActivity, y: number): void {
    const { layout, colours, now } = this.view;
    const [began, ended] = [this.x(of.started), this.x(of.ended ?? now / 1000)];
    const failed = of.status === "failed";
    const colour = failed ? colours.bad : colours.good;
    this.rect(began, y + 19, Math.max(3, ended - began), 11, { fill: colour }, 1, 2);
    const points = [
      [began - 6, layout.top],
      [began + 6, layout.top],
      [began, layout.top + 9],
    ] as [number, number][];
    this.add(new Polygon({ shape: { points }, style: { fill: colour }, z: 5 }));
    this.line(began, layout.top, began, y + 19, { stroke: colour, lineWidth: 1, lineDash: [2, 3] });
    this.name(began, y, `▼ ${rollbackLabel(of)}`, failed);
    this.spot(began - 6, ended + 6, y, y + 34, plain(wordsOf(of, "rollback"), 200));
  }

  private run(row: Extract<Row, { kind: "run" }>): void {
    const { told: own, colours, now } = this.view;
    const { of, y } = row;
    const [began, ended] = [this.x(of.began - own.at), this.x((of.ended ?? own.at + now / 1000) - own.at)];
    this.rect(began, y + 21, ended - began, 7, { fill: faint(colours.other, 0.75) }, 1, 2);
    const name = plain(`other run: ${of.name}${of.verdict ? `, ${of.verdict}` : ""}`, 90);
    this.name(Math.max(began, this.view.layout.left), y, name);
    this.spots.push({ ...area(began, ended, y, y + 32), text: `${name}; click to open`, url: of.url });
  }

  private outside(row: Extract<Row, { kind: "outside" }>): void {
    const { told: own, colours, layout } = this.view;
    let free = layout.left;
    for (const each of [...row.of].sort((a, b) => a.at - b.at)) {
      const at = this.x(each.at - own.at);
      if (at < layout.left || at > layout.width - layout.right) continue;
      const points = [
        [at, row.y + 16],
        [at + 6, row.y + 23],
        [at, row.y + 30],
        [at - 6, row.y + 23],
      ] as [number, number][];
      this.add(
        new Polygon({
          shape: { points },
          style: { fill: colours.surface, stroke: colours.unsure, lineWidth: 2 },
          z: 2,
        }),
      );
      this.line(at, layout.top, at, row.y + 16, { stroke: faint(colours.unsure, 0.6), lineWidth: 1, lineDash: [1, 4] });
      const text = plain(each.title || each.kind, 40);
      if (at >= free) {
        this.text(at, row.y + 7, text, { align: at > layout.width - 140 ? "right" : "left", fill: colours.muted });
        free = at + text.length * 7 + 10;
      }
      this.spot(at - 7, at + 7, row.y, row.y + 32, plain(`${each.kind}: ${each.title} (${each.source})`, 160));
    }
  }

  /** A name over its bar, kept within the plot. */
  private name(at: number, y: number, text: string, bad = false): void {
    const { layout, colours } = this.view;
    const [least, most] = [layout.left + 2, layout.width - layout.right - 2];
    const width = Math.max(40, most - least);
    const style = { fill: bad ? colours.bad : colours.text, width, overflow: "truncate" as const, ellipsis: "…" };
    const room = Math.min(width, text.length * 6.6);
    if (at > most || at < -5e4) return;
    this.text(Math.min(Math.max(at, least), Math.max(least, most - room)), y + 9, text, style);
  }

  private threshold(): void {
    const { told: own, layout, colours, values, y } = this.view;
    if (!values) return;
    const { lower, upper, unit } = own.threshold;
    for (const bound of [lower, upper]) {
      if (bound === null || bound === undefined || (bound === 0 && bound === lower && upper !== null)) continue;
      const at = y(bound);
      if (at < layout.top - 1 || at > layout.bottom + 1) continue;
      const [left, right] = [layout.left, layout.width - layout.right];
      this.line(left, at, right, at, { stroke: colours.text, lineWidth: 1.5, lineDash: [6, 4] }, 4);
      const below = at - layout.top < 16;
      this.text(right - 2, at, plain(chosenNumber(bound, unit ?? ""), 40), {
        align: "right",
        verticalAlign: below ? "top" : "bottom",
        backgroundColor: faint(colours.surface, 0.85),
        padding: [2, 4],
        font: `600 12px ${colours.font}`,
      });
    }
  }

  private silent(): void {
    const { thinned, layout, colours } = this.view;
    if (!layout.silent) return;
    const y = HEAD + SILENT / 2 - 2;
    this.text(layout.left - 8, y, layout.narrow ? "none" : "no value", { align: "right", fill: colours.muted }, false);
    for (const at of thinned.silent) this.add(diamond(this.x(at / 1000), y, 6, colours.bad));
  }

  /** Over the dots of a measure without values: where they begin to be met, and where to deviate. */
  private words(): void {
    const { thinned, layout, colours } = this.view;
    const named = (word: string, fill: string) => (at: number) => ({ at, word, fill });
    const dots = [
      ...thinned.met.map(named("met", colours.good)),
      ...thinned.silent.map(named("deviated", colours.bad)),
    ];
    let [before, free] = ["", layout.left];
    for (const { at, word, fill } of dots.sort((a, b) => a.at - b.at)) {
      const x = this.x(at / 1000);
      if (word !== before && x >= free && x < layout.width - layout.right - 50) {
        this.text(x, (layout.top + layout.bottom) / 2 - 18, word, { fill });
        free = x + word.length * 7 + 12;
      }
      before = word;
    }
  }

  /** A line where the first condition began: what came before is the baseline. */
  private beginnings(): void {
    const { told: own, layout, colours } = this.view;
    for (const each of own.conditions) {
      const at = this.x(each.started);
      this.line(at, layout.top, at, layout.bottom, { stroke: colours.condition, lineWidth: 1 }, 0);
    }
  }

  private spot(left: number, right: number, top: number, bottom: number, text: string): void {
    this.spots.push({ ...area(left, right, top, bottom), text });
  }
}

const area = (left: number, right: number, top: number, bottom: number): Omit<Spot, "text"> => ({
  left,
  right,
  top,
  bottom,
});
