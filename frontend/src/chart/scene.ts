// What is drawn around the measurements: phases, threshold, conditions, rollbacks, missed slots, other runs.

import { type Chart, type Colours, echarts, faint, shape as shapeOf } from "./core";
import { HEAD, type Layout, label, type Row, SILENT } from "./layout";
import type { Thinned } from "./thin";
import { type Activity, BETWEEN, type PhaseSpan, type Told } from "./told";
import { number, plain } from "./words";

const { Group, Rect, Line, Text, Polygon } = echarts.graphic;

const MOST_MARKS = 60; // above that many, missed slots are strokes: how close they stand is seen all the same

const Ticks = echarts.graphic.extendShape({
  shape: { marks: [] as [number, number][], y: 0, height: 0 },
  buildPath(pen, shape) {
    for (const [left, right] of shape["marks"] as [number, number][]) pen.rect(left, shape["y"], Math.max(1.2, right - left), shape["height"]);
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
  told: Told;
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
      if (to - from > phase.length * 7) this.text((from + to) / 2, 17, phase, { align: "center", ...this.phaseLabel(span) });
      for (const edge of [left, right]) this.line(edge, 6, edge, layout.bottom, { stroke: colours.line, lineWidth: 1 });
      this.spot(left, right, 6, 28, phaseWords(span));
    }
  }

  /** What stands on a hatch needs a ground of its own. */
  private phaseLabel({ phase }: PhaseSpan): object {
    return BETWEEN.includes(phase) ? { backgroundColor: faint(this.view.colours.surface, 0.85), padding: [1, 2], borderRadius: 3 } : {};
  }

  private phaseFill({ phase }: PhaseSpan): string | ReturnType<typeof hatch> {
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
    this.text(layout.left - 8, y + 9, "missed", { align: "right", fill: colours.muted }, false);
    this.line(layout.left, y + 9, layout.width - layout.right, y + 9, { stroke: colours.line, lineWidth: 1 });
    const marks = thinned.missed.map(([from, to]): [number, number] => [this.x(from / 1000), this.x(to / 1000)]);
    if (marks.length > MOST_MARKS) {
      this.add(new Ticks({ shape: { marks, y: y + 5, height: 8 }, style: { fill: colours.muted }, z: 3 }));
      return;
    }
    const style = { fill: colours.surface, stroke: colours.muted, lineWidth: 1.5 };
    for (const [left, right] of marks) this.rect(left - 4, y + 5, right - left + 8, 8, style, 3, 4);
  }

  private condition(of: Activity, y: number): void {
    const { layout, colours, now } = this.view;
    const end = now / 1000;
    const [began, ended] = [this.x(of.started), this.x(of.ended ?? end)];
    const over = of.status === "failed" ? ended : Math.max(ended, this.x(of.until ?? end));
    const height = layout.bottom - layout.top;
    const gone = (of.gone ?? []).map(([from, to]): Stretch => [this.x(from), this.x(to ?? end)]);
    for (const [from, to] of without([began, ended], gone)) {
      this.rect(from, layout.top, to - from, height, { fill: faint(colours.condition, 0.11) }, -9);
      this.rect(from, y + 19, to - from, 11, { fill: colours.condition }, 1, 2);
    }
    for (const [from, to] of without([ended, over], gone)) {
      this.rect(from, layout.top, to - from, height, { fill: hatch(faint(colours.condition, 0.12)) }, -9);
      this.rect(from, y + 19, to - from, 11, { fill: hatch(colours.condition), stroke: colours.condition }, 1, 2);
    }
    for (const [from, to] of gone) this.line(from, y + 24.5, Math.min(to, over), y + 24.5, { stroke: colours.muted, lineWidth: 1.5, lineDash: [2, 4] }, 1);
    this.name(began, y, label({ kind: "condition", of }), of.status === "failed");
    this.spot(began, over, y, y + 34, told(of, "condition"));
  }

  private rollback(of: Activity, y: number): void {
    const { layout, colours, now } = this.view;
    const [began, ended] = [this.x(of.started), this.x(of.ended ?? now / 1000)];
    const failed = of.status === "failed";
    const colour = failed ? colours.bad : colours.good;
    this.rect(began, y + 19, Math.max(3, ended - began), 11, { fill: colour }, 1, 2);
    const points = [[began - 6, layout.top], [began + 6, layout.top], [began, layout.top + 9]] as [number, number][];
    this.add(new Polygon({ shape: { points }, style: { fill: colour }, z: 5 }));
    this.line(began, layout.top, began, y + 19, { stroke: colour, lineWidth: 1, lineDash: [2, 3] });
    this.name(began, y, `▼ ${label({ kind: "rollback", of })}`, failed);
    this.spot(began - 6, ended + 6, y, y + 34, told(of, "rollback"));
  }

  private run(row: Extract<Row, { kind: "run" }>): void {
    const { told: own, colours, now } = this.view;
    const { of, y } = row;
    const [began, ended] = [this.x(of.from - own.at), this.x((of.to ?? own.at + now / 1000) - own.at)];
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
      const points = [[at, row.y + 16], [at + 6, row.y + 23], [at, row.y + 30], [at - 6, row.y + 23]] as [number, number][];
      this.add(new Polygon({ shape: { points }, style: { fill: colours.surface, stroke: colours.unsure, lineWidth: 2 }, z: 2 }));
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
      this.text(right - 2, at, plain(number(bound, unit ?? ""), 40), {
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
    const dots = [...thinned.met.map(named("met", colours.good)), ...thinned.silent.map(named("deviated", colours.bad))];
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

type Stretch = [number, number];

/** What is left of a stretch without others, which stand in their order. */
function without([from, to]: Stretch, others: Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  let at = from;
  for (const [begin, end] of others) {
    if (begin > at) left.push([at, Math.min(begin, to)]);
    at = Math.max(at, end);
  }
  if (to > at) left.push([at, to]);
  return left.filter(([begin, end]) => end > begin);
}

const area = (left: number, right: number, top: number, bottom: number): Omit<Spot, "text"> => ({ left, right, top, bottom });

export function diamond(x: number, y: number, size: number, fill: string): InstanceType<typeof Polygon> {
  const points: [number, number][] = [[x, y - size], [x + size, y], [x, y + size], [x - size, y]];
  return new Polygon({ shape: { points }, style: { fill }, z: 6, silent: true });
}

const BETWEEN_WORDS: Partial<Record<PhaseSpan["phase"], string>> = {
  onset: "onset: until the conditions have taken effect; measured, not judged",
  undo: "undo: while the conditions are undone; measured, not judged",
};

function phaseWords({ phase, planned }: PhaseSpan): string {
  return BETWEEN_WORDS[phase] ?? `${phase}: ${planned} ${planned === 1 ? "slot" : "slots"} planned`;
}

function told(of: Activity, kind: string): string {
  const took = of.ended === null ? "under way" : `${of.status} after ${number(of.ended - of.started)} s`;
  const until = of.until !== undefined && of.until !== null && of.ended !== null ? ", then in effect until undone" : "";
  return plain(`${kind} ${of.name}: ${took}${of.failure ? `, ${of.failure}` : until}`, 200);
}

const hatches = new Map<string, { image: HTMLCanvasElement; repeat: "repeat" }>();

/** A pattern of slanted lines. */
function hatch(colour: string): { image: HTMLCanvasElement; repeat: "repeat" } {
  const known = hatches.get(colour);
  if (known) return known;
  const image = document.createElement("canvas");
  image.width = image.height = 8;
  const pen = image.getContext("2d");
  if (pen) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
      pen.stroke();
    }
  }
  const made = { image, repeat: "repeat" as const };
  hatches.set(colour, made);
  return made;
}
