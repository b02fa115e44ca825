// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import type { Chart, Colours } from "../../src/chart/core";
import { Cursor, type Stage } from "../../src/chart/cursor";
import { layout } from "../../src/chart/layout";
import type { Spot } from "../../src/chart/scene";
import { find, measured, page, run } from "../made";

type Handler = (event: { offsetX: number; offsetY: number }) => void;
const handlers: Record<string, Handler> = {};
const style = vi.fn();
const canvas = {
  add: () => undefined,
  on: (name: string, act: Handler) => (handlers[name] = act),
  setCursorStyle: style,
};

const acts = {
  show: vi.fn<(from: number, to: number) => void>(),
  zoom: vi.fn<(factor: number, around?: number) => void>(),
  reset: vi.fn<() => void>(),
};
let stage: Stage;
let spots: Spot[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  page(`<div id="chart" tabindex="0"></div><p id="page-status"></p>`);
  const told = run({ reasons: { conditions: { "2": "outside its tolerance" } } });
  spots = [];
  const at = layout(told, 900, true, false);
  const width = 900 - at.left - at.right;
  stage = {
    chart: { getZr: () => canvas } as unknown as Chart,
    element: find("#chart"),
    layout: at,
    colours: { font: "sans-serif" } as Colours,
    get spots() {
      return spots;
    },
    shown: [0, 10_000],
    told,
    measurements: measured(100, 200, ["deviated", 7000], "missed", "deviated"),
    moment: (x) => ((x - at.left) / width) * 10_000,
    x: (due) => at.left + (due / 10_000) * width,
    y: (value) => at.bottom - (value ?? 0) / 100,
    ...acts,
  };
  new Cursor(stage);
});

function press(...keys: string[]): string | null {
  for (const key of keys) stage.element.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  vi.advanceTimersByTime(300);
  return find("#page-status").textContent;
}

test("arrow keys go from measurement to measurement, and what it is is read aloud", () => {
  expect(press("ArrowRight")).toBe("14:00:00.0, conditions, slot 0, 100 ms, met");
  expect(press("ArrowRight", "ArrowRight")).toBe(
    "14:00:02.0, conditions, slot 2, 7,000 ms, deviated, outside its tolerance",
  );
  expect(press("ArrowRight")).toBe("14:00:03.0, conditions, slot 3, not measured");
  expect(press("Home")).toMatch(/slot 0/);
  expect(press("ArrowLeft")).toMatch(/slot 0/);
  expect(press("End")).toMatch(/slot 4/);
});

test("Page keys go to the next deviation, and say where there is none", () => {
  expect(press("PageDown")).toMatch(/slot 2/);
  expect(press("PageDown")).toMatch(/slot 4/);
  expect(press("PageDown")).toBe("No deviated measurement after this one.");
  expect(press("PageUp")).toMatch(/slot 2/);
  expect(press("PageUp")).toBe("No deviated measurement before this one.");
});

test("whoever holds a key hears the last measurement only", () => {
  const place = find("#page-status");
  const said: (string | null)[] = [];
  new MutationObserver(() => said.push(place.textContent)).observe(place, { childList: true });
  press("ArrowRight", "ArrowRight", "ArrowRight");
  expect(place.textContent).toMatch(/slot 2/);
});

test("keys zoom around the measurement, and others stay the browser's", () => {
  press("ArrowRight", "+", "-", "0");
  expect(acts.zoom.mock.calls).toEqual([
    [0.5, 0],
    [2, 0],
  ]);
  expect(acts.reset).toHaveBeenCalledOnce();
  const event = new KeyboardEvent("keydown", { key: "+", ctrlKey: true, cancelable: true });
  stage.element.dispatchEvent(event);
  expect([event.defaultPrevented, acts.zoom.mock.calls.length]).toEqual([false, 2]);
});

test("a measurement that is not shown is moved in", () => {
  Object.assign(stage, { shown: [0, 1000] });
  press("End");
  expect(acts.show).toHaveBeenCalledWith(3500, 4500);
});

test("before anything is measured that is said", () => {
  stage.measurements = measured();
  expect(press("Home")).toBe("There is no measurement yet.");
});

test("under the pointer a spot tells of itself, and leads on where it has an address", () => {
  spots = [{ left: 100, right: 200, top: 300, bottom: 320, text: "other run", url: "/r/1" }];
  handlers["mousemove"]?.({ offsetX: 150, offsetY: 310 });
  expect(style).toHaveBeenLastCalledWith("pointer");
  const assign = vi.spyOn(window.location, "assign").mockReturnValue(undefined);
  handlers["click"]?.({ offsetX: 50, offsetY: 310 });
  expect(assign).not.toHaveBeenCalled();
  handlers["click"]?.({ offsetX: 150, offsetY: 310 });
  expect(assign).toHaveBeenCalledWith("/r/1");
});

test("the nearest measurement under the pointer is the one that keys go on from", () => {
  handlers["mousemove"]?.({ offsetX: stage.x(2000) + 2, offsetY: stage.layout.top + 50 });
  expect(press("ArrowRight")).toMatch(/slot 3/);
  handlers["globalout"]?.({ offsetX: 0, offsetY: 0 });
  stage.element.dispatchEvent(new Event("blur"));
  expect(press("ArrowRight")).toMatch(/slot 0/);
});
