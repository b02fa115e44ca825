import { expect, test } from "vitest";

import { type DailyCounts, dayBy, movedTo, sentenceOf, zoomedTo } from "../../src/timeline/days";

const counts = (kind: string, first: number, chosen = true) => ({ kind, label: kind, counts: [first, 0], chosen });
const told = (...series: DailyCounts["series"]): DailyCounts => ({ days: ["2020-04-17", "2020-04-18"], series });

test("a day says what happened on it, kind by kind", () => {
  const of = told(counts("run", 2), counts("verification", 1), counts("outside", 1200), counts("objective", 3, false));
  expect(sentenceOf(of, 0)).toBe("Friday 17 April: 2 runs, 1 verification, 1,200 outside events");
  expect(sentenceOf(of, 1)).toBe("Saturday 18 April: nothing");
});

test("zooming keeps a day in sight, three days at least, and all there are at most", () => {
  expect(zoomedTo([0, 29], "in", 29, 14.5)).toEqual([7, 22]);
  expect(zoomedTo([7, 22], "out", 29, 14.5)).toEqual([0, 29]);
  expect(zoomedTo([10, 12], "in", 29, 11)).toEqual([10, 12]);
  expect(zoomedTo([10, 12], "all", 29, 11)).toEqual([0, 29]);
  expect(zoomedTo([0, 29], "in", 29, 29)).toEqual([14, 29]);
  expect(zoomedTo([0, 1], "out", 1, 0)).toEqual([0, 1]);
});

test("the days that are shown move so that a day is among them", () => {
  expect([movedTo([5, 9], 3), movedTo([5, 9], 7), movedTo([5, 9], 12)]).toEqual([
    [3, 7],
    [5, 9],
    [8, 12],
  ]);
});

test("arrow keys go from day to day, from the last one at first, and never beyond the ends", () => {
  expect([dayBy("ArrowLeft", -1, 29), dayBy("ArrowLeft", 29, 29), dayBy("ArrowRight", 29, 29)]).toEqual([29, 28, 29]);
  expect([dayBy("Home", 12, 29), dayBy("End", 12, 29), dayBy("ArrowLeft", 0, 29)]).toEqual([0, 29, 0]);
  expect(dayBy("x", 12, 29)).toBeUndefined();
});
