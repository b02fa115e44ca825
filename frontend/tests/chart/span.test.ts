import { expect, test } from "vitest";

import { isWhole, LEAST_SPAN_MS, panned, partOf, type Span, spanOf, zoomed } from "../../src/chart/span";
import { activity, measured, run } from "../made";

const WHOLE: Span = [0, 100_000];

test("while a run goes on its chart reaches to the end of the plan, with a little room", () => {
  expect(spanOf(run(), measured(), 5000)).toEqual([0, 101_000]);
});

test("a run that takes longer than its plan is shown to now", () => {
  expect(spanOf(run(), measured(), 150_000)[1]).toBe(151_500);
});

test("a run that has ended is shown to its end, or to the last thing known of it", () => {
  expect(spanOf(run({ ends: 50 }), measured(), 900_000)[1]).toBe(50_500);
  expect(spanOf(run({ ends: 50, rollbacks: [activity({ ended: 80 })] }), measured(), 0)[1]).toBe(80_800);
});

test("what came before the run's beginning is shown too", () => {
  const phases = [{ phase: "baseline" as const, started: -2, ended: null, planned: 20 }];
  expect(spanOf(run({ phases }), measured(), 0)[0]).toBe(-2000);
});

test("a run without a length has a second at least", () => {
  expect(spanOf(run({ lengths: {}, ends: 0 }), measured(), 0)).toEqual([0, 1500]);
});

test("a part that leaves the whole is moved in, and keeps its length", () => {
  expect(partOf(WHOLE, [-5000, 5000])).toEqual([0, 10_000]);
  expect(partOf(WHOLE, [95_000, 105_000])).toEqual([90_000, 100_000]);
});

test("a part that is all of it is none, and none is shorter than can be shown", () => {
  expect(partOf(WHOLE, [0, 99_950])).toBeNull();
  expect(partOf(WHOLE, [50_000, 50_001])).toEqual([50_000, 50_000 + LEAST_SPAN_MS]);
  expect(isWhole(WHOLE, 99_000)).toBe(false);
});

test("zooming keeps its moment in place, and panning the length", () => {
  expect(zoomed([0, 100], 0.5)).toEqual([25, 75]);
  expect(zoomed([0, 100], 0.5, 20)).toEqual([10, 60]);
  expect(zoomed([10, 60], 2, 20)).toEqual([0, 100]);
  expect(panned([0, 100], -0.5)).toEqual([-50, 50]);
});
