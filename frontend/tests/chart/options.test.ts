import { expect, test } from "vitest";

import type { Colours } from "../../src/chart/core";
import { layout } from "../../src/chart/layout";
import { type Drawing, options, series } from "../../src/chart/options";
import { thin } from "../../src/chart/thin";
import { measured, run } from "../made";

const names = ["text", "muted", "line", "surface", "value", "good", "bad", "unsure", "condition", "other", "font"];
const colours = Object.fromEntries(names.map((name) => [name, name])) as unknown as Colours;
const BASE = Date.parse("2020-07-17T13:00:00Z");

function drawing(...slots: Parameters<typeof measured>): Drawing {
  const all = measured(...slots);
  const threshold = { lower: null, upper: 6000, unit: "ms" };
  const thinned = thin(all, { from: 0, to: slots.length * 1000, columns: 400, threshold, hole: 1900 });
  const valued = all.valued > 0;
  return {
    layout: layout(run(), 900, valued, false),
    colours,
    thinned,
    threshold,
    valued,
    base: BASE,
    span: [0, 10_000],
    window: {},
  };
}

interface Series {
  id: string;
  data: unknown[];
  showSymbol?: boolean;
  symbolSize: number;
}

const byId = (of: Drawing): Record<string, Series> =>
  Object.fromEntries((series(of) as Series[]).map((each) => [each.id, each]));

test("values are a line in the time of the reader's clock, and what deviated has a mark of its own", () => {
  const { values, met, deviated } = byId(drawing(100, ["deviated", 7000]));
  expect(values?.data).toEqual([
    [BASE, 100],
    [BASE + 1000, 7000],
  ]);
  expect(deviated?.data).toEqual([[BASE + 1000, 7000]]);
  expect(met?.data).toEqual([]);
});

test("a measure without values is a row of marks", () => {
  const { values, met, deviated } = byId(drawing("met", "deviated"));
  expect(values?.data.filter((point) => (point as [number, number | null])[1] !== null)).toEqual([]);
  expect([met?.data, deviated?.data]).toEqual([[[BASE, 0.5]], [[BASE + 1000, 0.5]]]);
});

test("few measurements are dots, and many are a thin line", () => {
  const many = drawing(...Array.from({ length: 300 }, () => 5));
  expect([byId(drawing(1, 2))["values"]?.showSymbol, byId(many)["values"]?.showSymbol]).toEqual([true, false]);
});

interface Axis {
  min: number;
  max: number;
  show: boolean;
  name: string;
  axisLabel: { formatter: (value: number) => string };
}

test("the value axis goes from nought to above the greatest value and the threshold, in round steps", () => {
  const { yAxis, xAxis } = options(drawing(100, 4000)) as { yAxis: Axis; xAxis: Axis };
  expect([yAxis.min, yAxis.max, yAxis.name, yAxis.show]).toEqual([0, 8000, "ms", true]);
  expect(yAxis.axisLabel.formatter(2500)).toBe("2,500");
  expect([xAxis.min, xAxis.max]).toEqual([BASE, BASE + 10_000]);
});

test("without values there is no value axis, and a threshold beyond all measure does not count", () => {
  expect((options(drawing("met")) as { yAxis: Axis }).yAxis.show).toBe(false);
  const far = { ...drawing(100), threshold: { upper: 1e18 } };
  expect((options(far) as { yAxis: Axis }).yAxis.max).toBeLessThan(1000);
});

test("the zoom moves where it is asked to, and nowhere by itself", () => {
  const zooms = (window: object): object[] => (options({ ...drawing(1), window }) as { dataZoom: object[] }).dataZoom;
  expect(zooms({}).every((each) => !("start" in each) && !("startValue" in each))).toBe(true);
  expect(zooms({ start: 0, end: 100 })).toEqual([
    expect.objectContaining({ start: 0 }),
    expect.objectContaining({ start: 0 }),
  ]);
});
