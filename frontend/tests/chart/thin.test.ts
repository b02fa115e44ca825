import { describe, expect, test } from "vitest";
import figures from "../../../tests/vectors/figures.json";
import vectors from "../../../tests/vectors/thinning.json";
import { Measurements } from "../../src/chart/measurements";
import { type Thinned, thin, ticks, type Window } from "../../src/chart/thin";
import { OUTCOMES } from "../../src/schema";
import { measured } from "../made";

const WINDOW: Window = { from: 0, to: 10_000, columns: 100, threshold: {}, hole: 1900 };

interface Vector {
  name: string;
  threshold: { lower: number | null; upper: number | null };
  columns: number;
  span: number;
  measurements: [number, string, number | null][];
  columns_shown: unknown[];
}

/** What is shown of each column that shows anything: its least and greatest value, its worst one, and what has none. */
function byColumn(found: Thinned, width: number): unknown[] {
  const columns = new Map<number, { values: number[]; worst: number | null; silent: boolean; missed: boolean }>();
  const at = (due: number) => {
    const column = Math.floor(due / width);
    const known = columns.get(column) ?? { values: [], worst: null, silent: false, missed: false };
    columns.set(column, known);
    return known;
  };
  for (const [due, value] of found.line) if (value !== null) at(due).values.push(value);
  for (const [due, value] of found.deviated) at(due).worst = value;
  for (const due of found.silent) at(due).silent = true;
  for (const [due] of found.missed) at(due).missed = true;
  return [...columns.keys()]
    .sort((a, b) => a - b)
    .map((column) => {
      const { values, worst, silent, missed } = at(column * width);
      const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [null, null];
      return { column, low, high, worst, silent, missed };
    });
}

describe.each(vectors as unknown as Vector[])("$name", ({ threshold, columns, span, measurements, columns_shown }) => {
  test("is thinned as the report's chart is", () => {
    const found = Measurements.from({
      phase: measurements.map(() => 1),
      slot: measurements.map((_, slot) => slot),
      due_ms: measurements.map(([due]) => due * 1000),
      outcome: measurements.map(([, outcome]) => (OUTCOMES as readonly string[]).indexOf(outcome)),
      value: measurements.map(([, , value]) => value),
    });
    const to = span * 1000;
    const thinned = thin(found, { from: 0, to, columns, threshold, hole: Number.POSITIVE_INFINITY });
    expect(byColumn(thinned, to / columns)).toEqual(columns_shown);
  });
});

test("few measurements stand each for itself", () => {
  const found = thin(measured(1, ["deviated", 7], "missed", "deviated", "met"), WINDOW);
  expect(found.line.filter(([, value]) => value !== null)).toEqual([
    [0, 1],
    [1000, 7],
  ]);
  expect([found.deviated, found.silent, found.met, found.missed]).toEqual([
    [[1000, 7]],
    [3000],
    [4000],
    [[2000, 2000]],
  ]);
  expect([found.low, found.high, found.shown]).toEqual([1, 7, 5]);
});

test("the line does not cross what was missed, nor the time between two phases", () => {
  const gaps = (...slots: Parameters<typeof measured>): number =>
    thin(measured(...slots), WINDOW).line.filter(([, value]) => value === null).length;
  expect(gaps(1, "missed", 2)).toBe(1);
  expect(gaps(1, 2)).toBe(0);
  const apart = new Measurements();
  apart.add({
    n: 0,
    t: 0,
    kind: "measurement",
    phase: "baseline",
    slot: 0,
    due: 0,
    started: null,
    ended: null,
    outcome: "met",
    value: 1,
    reason: null,
    code: null,
  });
  apart.add({
    n: 1,
    t: 5,
    kind: "measurement",
    phase: "conditions",
    slot: 0,
    due: 5,
    started: null,
    ended: null,
    outcome: "met",
    value: 2,
    reason: null,
    code: null,
  });
  expect(thin(apart, WINDOW).line).toEqual([
    [0, 1],
    [0, null],
    [5000, 2],
  ]);
});

test("one deviation among a hundred thousand is seen, wherever it is", () => {
  const slots = Array.from({ length: 100_000 }, (_, slot) => slot);
  for (const bad of [0, 31_416, 99_999]) {
    const all = Measurements.from({
      phase: slots.map(() => 1),
      slot: slots,
      due_ms: slots,
      outcome: slots.map((slot) => (slot === bad ? 1 : 0)),
      value: slots.map(() => 5),
    });
    const found = thin(all, { ...WINDOW, to: 100_000, columns: 400 });
    expect(found.deviated).toEqual([[bad, 5]]);
    expect(found.line.length).toBeLessThanOrEqual(4 * 402);
  }
});

test("what is beside the window is drawn to its edges, and no further", () => {
  const found = thin(measured(0, 1, 2, 3, 4, 5), { ...WINDOW, from: 2500, to: 3500 });
  expect(found.line.map(([due]) => due)).toEqual([2000, 3000, 4000]);
});

test("nothing is thinned of nothing", () => {
  expect(thin(new Measurements(), WINDOW)).toMatchObject({
    line: [],
    deviated: [],
    silent: [],
    met: [],
    missed: [],
    shown: 0,
  });
});

test.each(figures.ticks)(
  "ticks stand where those of the report do: %s to %s",
  (low, high, most, min, max, interval) => {
    const found = ticks(low as number, high as number, most as number);
    expect([found.min, found.max, found.interval]).toEqual([
      expect.closeTo(min as number),
      expect.closeTo(max as number),
      expect.closeTo(interval as number),
    ]);
  },
);

test("values that are all the same have ticks around them", () => {
  for (const value of [0, 5, -5]) {
    const { min, max, interval } = ticks(Math.min(value, 0), Math.max(value, 0));
    expect([min <= value, max >= value, interval > 0]).toEqual([true, true, true]);
  }
});
