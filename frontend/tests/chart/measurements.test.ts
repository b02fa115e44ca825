import { expect, test } from "vitest";

import { Measurements } from "../../src/chart/measurements";
import { DEVIATED, MET, MISSED } from "../../src/schema";
import { entry, measured } from "../made";

test("columns become measurements in the order they were due, whatever order they came in", () => {
  const columns = {
    phase: [1, 1, 1],
    slot: [2, 0, 1],
    due_ms: [2000, 0, 1000],
    outcome: [MISSED, MET, DEVIATED],
    value: [null, 1.5, null],
  };
  const found = Measurements.from(columns);
  expect([0, 1, 2].map((at) => found.at(at))).toEqual([
    { phase: 1, slot: 0, due: 0, outcome: MET, value: 1.5 },
    { phase: 1, slot: 1, due: 1000, outcome: DEVIATED, value: null },
    { phase: 1, slot: 2, due: 2000, outcome: MISSED, value: null },
  ]);
});

test("what comes late from the stream stands where it was due", () => {
  const found = measured(1, 2, 3);
  found.add(entry(1, { due: 0.5, value: 9 }));
  expect([0, 1, 2, 3].map((at) => found.at(at).value)).toEqual([1, 9, 2, 3]);
});

test("measurements are counted by phase and outcome, and grow beyond their first room", () => {
  const found = new Measurements(1);
  for (let slot = 0; slot < 100; slot += 1)
    found.add(entry(slot, { outcome: slot % 4 ? "met" : "deviated", value: slot % 2 ? 1 : null }));
  found.add(entry(100, { phase: "onset", outcome: "missed" }));
  expect([found.size, found.valued, found.silent]).toEqual([101, 50, 25]);
  expect([found.count("conditions", "met"), found.count("conditions", "deviated"), found.of("conditions")]).toEqual([
    75, 25, 100,
  ]);
  expect([found.of("onset"), found.of("baseline")]).toEqual([1, 0]);
});

test("the place of a moment is that of the first that was due then or later", () => {
  const found = measured(1, 1, 1);
  expect([-1, 0, 1, 1000, 2000, 2001].map((due) => found.from(due))).toEqual([0, 0, 1, 1, 2, 3]);
  expect(new Measurements().from(5)).toBe(0);
});

test("the next of an outcome is looked for in both directions", () => {
  const found = measured("deviated", 1, "deviated", 1);
  expect([found.next(-1, 1, DEVIATED), found.next(0, 1, DEVIATED), found.next(2, 1, DEVIATED)]).toEqual([0, 2, -1]);
  expect([found.next(3, -1, DEVIATED), found.next(0, -1, DEVIATED)]).toEqual([2, -1]);
});
