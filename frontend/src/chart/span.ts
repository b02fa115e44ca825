// The span of time that a chart covers, and the part of it that is shown. All in milliseconds since the run began.

import type { ChartData } from "../schema";
import type { Measurements } from "./measurements";

export type Span = [number, number];

export const LEAST_SPAN_MS = 500;
const WHOLE = 0.999; // a part of more than this share is all of it

/** From the first phase's beginning to the end: of the plan while the run goes on. */
export function spanOf(told: ChartData, all: Measurements, now: number): Span {
  const begin = Math.min(0, ...told.phases.map((phase) => phase.started), all.size ? (all.due[0] ?? 0) / 1000 : 0);
  const planned = Object.values(told.lengths).reduce((sum, length) => sum + length, 0);
  const last = all.size ? (all.due[all.size - 1] ?? 0) / 1000 : 0;
  const known = [...told.phases, ...told.conditions, ...told.rollbacks].map((span) => span.ended ?? span.started);
  const end = told.ends === null ? Math.max(planned, now / 1000, last, ...known) : Math.max(told.ends, last, ...known);
  const room = Math.max(0.5, (end - begin) * 0.01);
  return [begin * 1000, (Math.max(end, begin + 1) + room) * 1000];
}

/** The part that is shown where one is asked for: what leaves the whole is moved in. Null is all of it. */
export function partOf([least, most]: Span, [from, to]: Span): Span | null {
  const length = Math.min(most - least, Math.max(LEAST_SPAN_MS, to - from));
  if (isWhole([least, most], length)) return null;
  const begin = Math.min(Math.max(from, least), most - length);
  return [begin, begin + length];
}

/** Whether a part so long is all of it. */
export function isWhole([least, most]: Span, length: number): boolean {
  return length >= (most - least) * WHOLE;
}

/** A part so many times as long, around a moment that stays where it is. */
export function zoomed([from, to]: Span, factor: number, around = (from + to) / 2): Span {
  return [around - (around - from) * factor, around + (to - around) * factor];
}

/** The part that follows by a share of its own length. */
export function panned([from, to]: Span, share: number): Span {
  const step = (to - from) * share;
  return [from + step, to + step];
}
