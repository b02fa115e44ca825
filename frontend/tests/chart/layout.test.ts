import { expect, test } from "vitest";

import { HEAD, layout, MOST_ROWS, SILENT } from "../../src/chart/layout";
import { activity, condition, run } from "../made";

const outside = { at: 0, kind: "deploy", title: "v2", source: "ci" };
const other = { name: "Nightly", url: "/r", began: 0, ended: null, verdict: null };

test("rows stand below one another: missed slots, conditions, rollbacks, other runs, what happened outside", () => {
  const told = run({
    conditions: [condition()],
    rollbacks: [activity()],
    lanes: { runs: [other], outside: [outside] },
  });
  const { rows, bottom, lanes } = layout(told, 900, true, false);
  expect(rows.map((row) => row.kind)).toEqual(["missed", "condition", "rollback", "run", "outside"]);
  expect(rows.map((row) => row.y - bottom)).toEqual([6, 42, 78, 114, 150]);
  expect(lanes).toBe(186);
});

test("of many there are as many as there is room for, and one row says how many more", () => {
  const told = run({
    conditions: Array.from({ length: MOST_ROWS + 1 }, () => condition()),
    lanes: { runs: Array.from({ length: 20 }, () => other), outside: [] },
  });
  const { rows } = layout(told, 900, true, false);
  expect(rows.filter((row) => row.kind === "more").map((row) => row.text)).toEqual([
    "and 1 more condition",
    "and 12 more runs",
  ]);
  expect(rows.filter((row) => row.kind === "run")).toHaveLength(MOST_ROWS);
});

test("a measure without values is one line high, and deviations without a value have a strip of their own", () => {
  const [valued, plain, silent] = [
    layout(run(), 900, true, false),
    layout(run(), 900, false, false),
    layout(run(), 900, true, true),
  ];
  expect(plain.height).toBeLessThan(valued.height);
  expect([valued.top, silent.top]).toEqual([HEAD, HEAD + SILENT]);
});

test("on a narrow screen the margins are narrow", () => {
  const [narrow, wide] = [layout(run(), 360, true, false), layout(run(), 900, true, false)];
  expect([narrow.narrow, wide.narrow]).toEqual([true, false]);
  expect(narrow.left + narrow.right).toBeLessThan(wide.left + wide.right);
});
