// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { Month } from "../../src/timeline/month";
import { find, page } from "../made";

type Handler = (event: { offsetX: number; offsetY: number }) => void;
const library = vi.hoisted(() => ({ chart: {} as Record<string, unknown> }));
vi.mock("echarts/core", async (original) => ({ ...(await original<object>()), init: () => library.chart }));

const handlers: Record<string, Handler> = {};
const setOption = vi.fn();
const dispatchAction = vi.fn();
const days = Array.from({ length: 30 }, (_, day) => `2020-04-${String(day + 1).padStart(2, "0")}`);
const series = ["run", "outside"].map((kind) => ({
  kind,
  label: kind,
  counts: days.map((_, day) => day % 3),
  chosen: true,
}));

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal("matchMedia", () => new EventTarget());
  library.chart = {
    setOption,
    dispatchAction,
    getZr: () => ({ add: vi.fn(), on: (name: string, act: Handler) => (handlers[name] = act) }),
    on: vi.fn(),
    getOption: () => ({ dataZoom: [{ startValue: 0, endValue: 29 }] }),
    containPixel: (_: string, [x]: number[]) => (x ?? 0) >= 0,
    convertFromPixel: (_: unknown, x: number) => Math.round(x / 10),
    convertToPixel: (_: unknown, day: number) => day * 10,
  };
  page(`<button data-zoom="in"></button><div id="month" tabindex="0"></div><p id="month-day"></p>
    <script type="application/json" id="month-data">${JSON.stringify({ days, series })}</script>`);
});

function month(): Month {
  const found = Month.in(document);
  if (!found) throw new Error("there is no chart");
  return found;
}

const told = (): string | null => find("#month-day").textContent;
const press = (key: string): void => {
  find("#month").dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
};

test("a page without the chart has none", () => {
  page("");
  expect(Month.in(document)).toBeNull();
});

test("bars stand for the kinds that are chosen, and no bar for none", () => {
  month().choose(["outside"]);
  const [{ series: drawn }] = setOption.mock.lastCall as [{ series: { name: string; data: (number | null)[] }[] }];
  expect(drawn.map((each) => each.name)).toEqual(["outside"]);
  expect(drawn[0]?.data.slice(0, 3)).toEqual([null, 1, 2]);
});

test("the day under the pointer is told, and no longer once the pointer has left", () => {
  month();
  handlers["mousemove"]?.({ offsetX: 20, offsetY: 5 });
  expect(told()).toBe("Friday 3 April: 2 runs, 2 outside events");
  handlers["globalout"]?.({ offsetX: 0, offsetY: 0 });
  expect(told()).toBe("");
});

test("arrow keys go from the last day on, and Enter opens the day", () => {
  month();
  press("ArrowLeft");
  expect(told()).toMatch(/^Thursday 30 April/);
  press("ArrowLeft");
  const assign = vi.spyOn(window.location, "assign").mockReturnValue(undefined);
  press("Enter");
  expect(String(assign.mock.calls[0]?.[0])).toMatch(/\?since=2020-04-29&until=2020-04-29$/);
  press("Escape");
  expect(told()).toBe("");
});

test("a click opens its day, and one that was dragged does not", () => {
  month();
  const assign = vi.spyOn(window.location, "assign").mockReturnValue(undefined);
  handlers["mousedown"]?.({ offsetX: 0, offsetY: 0 });
  handlers["click"]?.({ offsetX: 50, offsetY: 0 });
  expect(assign).not.toHaveBeenCalled();
  handlers["mousedown"]?.({ offsetX: 50, offsetY: 0 });
  handlers["click"]?.({ offsetX: 51, offsetY: 0 });
  expect(String(assign.mock.calls[0]?.[0])).toMatch(/since=2020-04-06/);
});

test("the button zooms around the middle", () => {
  month();
  find("[data-zoom]").click();
  expect(dispatchAction).toHaveBeenCalledWith({ type: "dataZoom", startValue: 7, endValue: 22 });
});
