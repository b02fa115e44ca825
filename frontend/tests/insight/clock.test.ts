import { expect, test } from "vitest";

import { RunClock } from "../../src/insight/clock";

const BEGAN = 1_000_000;

/** A clock of a run that began at `BEGAN`, on a machine whose time the test tells. */
function clock(): { of: RunClock; at: { now: number; ticks: number } } {
  const at = { now: BEGAN * 1000, ticks: 0 };
  return { of: new RunClock(BEGAN, { now: () => at.now, ticks: () => at.ticks }), at };
}

test("before anything was heard this machine's clock tells the time, unless it is far from the run's", () => {
  const { of, at } = clock();
  at.now = (BEGAN + 12) * 1000;
  expect(of.now(10, true)).toBe(12);
  at.now = (BEGAN + 5) * 1000;
  expect(of.now(10, true)).toBe(10);
  at.now = (BEGAN + 900) * 1000;
  expect(of.now(10, true)).toBe(10);
});

test("after an entry the time goes on from it, for as long as contact is not lost", () => {
  const { of, at } = clock();
  of.heard(20);
  at.ticks = 1500;
  expect(of.now(0, true)).toBe(21.5);
  at.ticks = 90_000;
  expect(of.now(0, true)).toBe(50);
});

test("an entry that comes late does not turn the time back", () => {
  const { of } = clock();
  of.heard(20);
  of.heard(15);
  expect(of.now(0, true)).toBe(20);
});

test("what does not run stands still at what is known of it", () => {
  const { of, at } = clock();
  of.heard(20);
  at.ticks = 5000;
  expect(of.now(30, false)).toBe(30);
  expect(clock().of.now(0, false)).toBe(0);
});
