// @vitest-environment happy-dom
import { expect, test } from "vitest";

import type { Chart, Colours } from "../../src/chart/core";
import { layout } from "../../src/chart/layout";
import { Scene, type View } from "../../src/chart/scene";
import { thin } from "../../src/chart/thin";
import type { ChartData } from "../../src/schema";
import { activity, condition, measured, run } from "../made";

const names = ["text", "muted", "line", "surface", "value", "good", "bad", "unsure", "condition", "other", "font"];
const colours = Object.fromEntries(names.map((name) => [name, name])) as unknown as Colours;
const MINUTE = 60_000;

interface Drawn {
  type: string;
  style: { text?: string; fill?: unknown; stroke?: unknown };
  shape: Record<string, number>;
  children?: () => Drawn[];
}

/** Everything that a scene draws of a run, and the spots that tell of themselves. */
function drawn(
  told: ChartData,
  more: Partial<View> = {},
  ...slots: Parameters<typeof measured>
): { all: Drawn[]; scene: Scene } {
  const added: Drawn[] = [];
  const chart = { getZr: () => ({ add: (each: Drawn) => added.push(each) }) } as unknown as Chart;
  const scene = new Scene(chart);
  const all = measured(...slots);
  const thinned = thin(all, { from: 0, to: MINUTE, columns: 400, threshold: told.threshold, hole: 1900 });
  const values = all.valued > 0;
  const at = layout(told, 900, values, all.silent > 0);
  const y = (value: number): number => at.bottom - value / 100;
  scene.draw({ told, layout: at, thinned, colours, from: 0, to: MINUTE, now: 30_000, y, values, ...more });
  const flat = (each: Drawn): Drawn[] => (each.children ? each.children().flatMap(flat) : [each]);
  return { all: added.flatMap(flat), scene };
}

const texts = (all: Drawn[]): (string | undefined)[] => all.map((each) => each.style?.text).filter(Boolean);

test("phases are named where there is room, and tell how many slots they have", () => {
  const phases = [
    { phase: "baseline" as const, started: 0, ended: 0.1, planned: 20 },
    { phase: "conditions" as const, started: 0.1, ended: null, planned: 60 },
  ];
  const { all, scene } = drawn(run({ phases }));
  expect(texts(all)).toContain("conditions");
  expect(texts(all)).not.toContain("baseline");
  expect(scene.spots.map((each) => each.text)).toEqual(["baseline: 20 slots planned", "conditions: 60 slots planned"]);
});

test("conditions and rollbacks stand in rows of their own, with what is said of them under the pointer", () => {
  const told = run({
    conditions: [condition({ until: 40 })],
    rollbacks: [activity({ started: 39, ended: 40, status: "failed", failure: "no" })],
  });
  const { all, scene } = drawn(told);
  expect(texts(all)).toEqual(expect.arrayContaining(["load", "▼ rollback stop load: failed, no"]));
  expect(scene.spots.map((each) => each.text)).toEqual([
    "condition load: succeeded after 2.5 s, in effect until 0:40",
    "rollback stop load: failed after 1 s, no",
  ]);
  expect(all.some((each) => each.style?.fill === "bad")).toBe(true);
});

test("where a condition's effect did not show there is a gap in its bar", () => {
  const bars = (gone: [number, number | null][]): number =>
    drawn(run({ conditions: [condition({ ended: 50, gone })] }), { now: MINUTE }).all.filter(
      (each) => each.style?.fill === "condition" && each.shape["height"] === 11,
    ).length;
  expect([bars([]), bars([[30, 35]]), bars([[30, null]])]).toEqual([1, 2, 1]);
});

test("the threshold is shown as it was written, and a lower bound of nought beside an upper one is none", () => {
  const bounds = (threshold: ChartData["threshold"]): (string | undefined)[] =>
    texts(drawn(run({ threshold }), {}, 100).all).filter((text) => text !== "not measured");
  expect(bounds({ lower: 0, upper: 6000.5, unit: "ms" })).toEqual(["6,000.5 ms"]);
  expect(bounds({ lower: 1000, upper: null, unit: "rps" })).toEqual(["1,000 rps"]);
  expect(bounds({})).toEqual([]);
});

test("missed slots are boxes, and strokes of one shape where there are many", () => {
  const boxes = (many: number): number =>
    drawn(run(), {}, ...Array.from({ length: many }, () => "missed" as const)).all.filter(
      (each) => each.type === "rect" && each.style.stroke === "muted",
    ).length;
  expect([boxes(3), boxes(61)]).toEqual([3, 0]);
});

test("a measure without values says where it begins to be met and to deviate, and not at every dot", () => {
  const dots = ["met", "met", ...Array.from({ length: 8 }, () => "deviated" as const)] as const;
  const { all } = drawn(run(), { values: false }, ...dots);
  expect(texts(all).filter((text) => text === "met" || text === "deviated")).toEqual(["met"]);
  const { all: apart } = drawn(run(), { values: false, to: 10_000 }, ...dots);
  expect(texts(apart).filter((text) => text === "met" || text === "deviated")).toEqual(["met", "deviated"]);
});

test("deviations without a value have a strip of their own", () => {
  const { all } = drawn(run(), {}, 5, "deviated");
  expect(texts(all)).toContain("no value");
});

test("another run leads to its page, and what happened outside is told with its source", () => {
  const at = run().at;
  const told = run({
    lanes: {
      runs: [{ name: "Nightly", url: "/r/1", began: at + 5, ended: null, verdict: "fail" }],
      outside: [
        { at: at + 10, kind: "deploy", title: "v2", source: "ci" },
        { at: at + 900, kind: "deploy", title: "v3", source: "ci" },
      ],
    },
  });
  const { all, scene } = drawn(told);
  expect(scene.spots).toEqual([
    expect.objectContaining({ url: "/r/1", text: "other run: Nightly, fail; click to open" }),
    expect.objectContaining({ text: "deploy: v2 (ci)" }),
  ]);
  expect(texts(all)).not.toContain("v3");
});

test("a scene that is drawn anew has nothing left of before", () => {
  const { scene } = drawn(run({ conditions: [condition()] }));
  scene.draw({
    told: run(),
    layout: layout(run(), 900, true, false),
    thinned: thin(measured(), { from: 0, to: MINUTE, columns: 9, threshold: {}, hole: 9 }),
    colours,
    from: 0,
    to: MINUTE,
    now: 0,
    y: () => 0,
    values: true,
  });
  expect(scene.spots).toEqual([]);
});
