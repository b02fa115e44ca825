// As few points as the width can show. Of each column of pixels the first, least, greatest and last value stay, and
// the worst of the deviated ones: whatever is left out, a deviation is always seen. What is worse than another is as in
// src/rtk/insight/thinning.py; tests/vectors/thinning.json holds both to it.

import { type ChartThreshold, DEVIATED, MISSED } from "../schema";
import type { Measurements } from "./measurements";

export type Point = [number, number | null];

/** What is drawn: moments are milliseconds since the run began. */
export interface Thinned {
  line: Point[];
  deviated: Point[];
  silent: number[]; // deviated without a value
  met: number[]; // met without a value
  missed: [number, number][]; // from, to
  low: number;
  high: number;
  shown: number; // measurements within the window
}

interface Bucket {
  first: number;
  last: number;
  low: number;
  high: number;
  worst: number;
  silent: number;
  met: number;
  missed: number;
  until: number;
}

const nothing = (): Bucket => ({
  first: -1,
  last: -1,
  low: -1,
  high: -1,
  worst: -1,
  silent: -1,
  met: -1,
  missed: -1,
  until: -1,
});

/** What is thinned, and into what: moments are milliseconds since the run began. */
export interface Window {
  from: number;
  to: number;
  columns: number;
  threshold: ChartThreshold;
  hole: number; // the line does not cross a time between two phases that is longer than this
}

/** Thin what is due within a window into so many columns at most. */
export function thin(all: Measurements, { from, to, columns, threshold, hole }: Window): Thinned {
  const found: Thinned = {
    line: [],
    deviated: [],
    silent: [],
    met: [],
    missed: [],
    low: Infinity,
    high: -Infinity,
    shown: 0,
  };
  // One on each side, so that the line goes on to the edges.
  const [begin, end] = [Math.max(0, all.from(from) - 1), Math.min(all.size, all.from(to) + 1)];
  found.shown = Math.max(0, end - begin);
  const width = found.shown > 2 * columns ? (to - from) / columns : 0;
  let bucket = nothing();
  let place = Number.NEGATIVE_INFINITY;
  for (let at = begin; at < end; at += 1) {
    const here = width ? Math.floor(((all.due[at] ?? 0) - from) / width) : at;
    if (here !== place) {
      flush(all, bucket, found, hole);
      bucket = nothing();
      place = here;
    }
    take(all, at, bucket, threshold);
  }
  flush(all, bucket, found, hole);
  return found;
}

function take(all: Measurements, at: number, bucket: Bucket, threshold: ChartThreshold): void {
  const outcome = all.outcome[at];
  const value = all.value[at] ?? Number.NaN;
  if (outcome === MISSED) {
    bucket.missed = bucket.missed < 0 ? at : bucket.missed;
    bucket.until = at;
  } else if (Number.isNaN(value)) {
    const kind = outcome === DEVIATED ? "silent" : "met";
    bucket[kind] = bucket[kind] < 0 ? at : bucket[kind];
  } else {
    takeValue(all, at, bucket);
    const isWorst = bucket.worst < 0 || isWorse(value, all.value[bucket.worst] ?? 0, threshold);
    if (outcome === DEVIATED && isWorst) bucket.worst = at;
  }
}

function takeValue(all: Measurements, at: number, bucket: Bucket): void {
  const value = all.value[at] ?? 0;
  if (bucket.first < 0) bucket.first = bucket.low = bucket.high = at;
  bucket.last = at;
  if (value < (all.value[bucket.low] ?? 0)) bucket.low = at;
  if (value > (all.value[bucket.high] ?? 0)) bucket.high = at;
}

/** Whether a value lies further outside the threshold than another; of two as far outside, the greater is worse. */
export function isWorse(value: number, other: number, threshold: ChartThreshold): boolean {
  const [here, there] = [outside(value, threshold), outside(other, threshold)];
  return here > there || (here === there && value > other);
}

/** How far outside the threshold a value lies; without a threshold greater is worse. */
function outside(value: number, { lower, upper }: ChartThreshold): number {
  const [above, below] = [value - (upper ?? Number.POSITIVE_INFINITY), (lower ?? Number.NEGATIVE_INFINITY) - value];
  const furthest = Math.max(above, below);
  return Number.isFinite(furthest) ? furthest : value;
}

function flush(all: Measurements, bucket: Bucket, found: Thinned, hole: number): void {
  const due = (at: number): number => all.due[at] ?? 0;
  const value = (at: number): number => all.value[at] ?? 0;
  if (bucket.first >= 0) {
    const before = bucket.first - 1;
    const apart =
      before >= 0 && all.phase[before] !== all.phase[bucket.first] && due(bucket.first) - due(before) > hole;
    if (apart) found.line.push([due(before), null]); // nor what no phase measured
    const kept = [...new Set([bucket.first, bucket.low, bucket.high, bucket.last])].sort((a, b) => a - b);
    for (const at of kept) found.line.push([due(at), value(at)]);
    found.low = Math.min(found.low, value(bucket.low));
    found.high = Math.max(found.high, value(bucket.high));
  } else if (bucket.missed >= 0 || bucket.silent >= 0) {
    found.line.push([due(Math.max(bucket.missed, bucket.silent)), null]); // the line does not cross what was not measured
  }
  if (bucket.worst >= 0) found.deviated.push([due(bucket.worst), value(bucket.worst)]);
  if (bucket.silent >= 0) found.silent.push(due(bucket.silent));
  if (bucket.met >= 0) found.met.push(due(bucket.met));
  if (bucket.missed >= 0) found.missed.push([due(bucket.missed), due(bucket.until)]);
}

/** Round ticks from at or below `low` to at or above `high`. */
export function ticks(low: number, high: number, most = 5): { min: number; max: number; interval: number } {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = ([1, 2, 2.5, 5, 10].find((step) => step * power >= rough * (1 - 1e-9)) ?? 10) * power;
  return {
    min: Math.floor(low / interval + 1e-9) * interval,
    max: Math.ceil(high / interval - 1e-9) * interval,
    interval,
  };
}
