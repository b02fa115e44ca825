// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { InsightChart } from "../../src/chart/insight";
import { condition, find, measured, page, run } from "../made";

const library = vi.hoisted(() => ({ chart: {} as Record<string, unknown>, zoom: (): void => undefined }));
vi.mock("echarts/core", async (original) => ({ ...(await original<object>()), init: () => library.chart }));

const setOption = vi.fn();
const dispose = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  vi.stubGlobal("matchMedia", () => new EventTarget());
  page(`<div id="chart"></div>`);
  vi.spyOn(find("#chart"), "clientWidth", "get").mockReturnValue(900);
  library.chart = {
    setOption,
    dispose,
    resize: vi.fn(),
    getWidth: () => 900,
    getHeight: () => 400,
    getZr: () => ({ add: vi.fn(), on: vi.fn(), setCursorStyle: vi.fn() }),
    on: (_: string, act: () => void) => (library.zoom = act),
    convertToPixel: (_: unknown, value: number) => 306 - value / 100,
    convertFromPixel: (_: unknown, x: number) => run().at * 1000 + (x === 64 ? 10_000 : 20_000),
  };
});

const chart = (): InsightChart =>
  new InsightChart(find("#chart"), run({ conditions: [condition()] }), measured(100, ["deviated", 7000]), () => 30_000);

interface Option {
  dataZoom: { start?: number; startValue?: number; endValue?: number }[];
}
const zoomed = (): Option["dataZoom"][number] | undefined => (setOption.mock.lastCall as [Option])[0].dataZoom[0];

test("at first all of it is drawn, and nobody moves the zoom", () => {
  const made = chart();
  expect(made.shown).toEqual([0, 101_000]);
  expect(zoomed()).not.toHaveProperty("startValue");
  expect(find("#chart").style.height).toBe(`${made.layout.height}px`);
});

test("what is asked to be shown is drawn with the next frame, once however often it was asked", () => {
  const made = chart();
  setOption.mockClear();
  made.show(10_000, 20_000);
  made.zoom(0.5);
  made.pan(0.5);
  expect(setOption).not.toHaveBeenCalled();
  vi.advanceTimersByTime(50);
  expect(setOption).toHaveBeenCalledOnce();
  expect(made.shown).toEqual([15_000, 20_000]);
  expect(zoomed()).toMatchObject({ startValue: run().at * 1000 + 15_000, endValue: run().at * 1000 + 20_000 });
  made.reset();
  vi.advanceTimersByTime(50);
  expect([made.shown, zoomed()?.start]).toEqual([[0, 101_000], 0]);
});

test("the library's own handles move what is shown, and are not moved back", () => {
  const made = chart();
  library.zoom();
  vi.advanceTimersByTime(50);
  expect(made.shown).toEqual([10_000, 20_000]);
  expect(zoomed()).not.toHaveProperty("startValue");
});

test("a moment and its pixel are each other's", () => {
  const made = chart();
  for (const due of [0, 25_000, 101_000]) expect(made.moment(made.x(due))).toBeCloseTo(due);
  expect(made.x(0)).toBe(made.layout.left);
});

test("a value beyond the plot stands at its edge, and what has none above it", () => {
  const made = chart();
  expect(made.y(1e9)).toBe(made.layout.top);
  expect(made.y(-1e9)).toBe(made.layout.bottom);
  expect(made.y(null)).toBe(made.layout.top - 13);
});

test("an element that is let go of is drawn into no more", () => {
  const made = chart();
  setOption.mockClear();
  made.redraw();
  made.dispose();
  vi.advanceTimersByTime(50);
  expect([dispose.mock.calls.length, setOption.mock.calls.length]).toEqual([1, 0]);
});
