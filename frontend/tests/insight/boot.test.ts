// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import type { ChartData } from "../../src/schema";
import { entry, find, page, run } from "../made";

interface Hearing {
  entry: (each: object) => void;
  state: (state: object) => void;
  link: (link: string) => void;
}

const stage = vi.hoisted(() => ({
  charts: [] as {
    told: ChartData;
    measurements: { size: number };
    draw: () => void;
    redraw: () => void;
    dispose: () => void;
    show: () => void;
    window: null;
  }[],
  streams: [] as { url: string; after: number; heard: Hearing; close: () => void }[],
  renewed: vi.fn(),
}));

vi.mock("htmx.org", () => ({ default: { ajax: vi.fn(), process: vi.fn() } }));
vi.mock("../../src/insight/renew", () => ({ renewed: stage.renewed }));
vi.mock("../../src/chart/insight", () => ({
  InsightChart: class {
    window = null;
    draw = vi.fn();
    redraw = vi.fn();
    dispose = vi.fn();
    show = vi.fn();
    constructor(
      _: Element,
      public told: ChartData,
      public measurements: { size: number },
    ) {
      stage.charts.push(this);
    }
  },
}));
vi.mock("../../src/insight/stream", async (original) => ({
  ...(await original<object>()),
  Stream: class {
    close = vi.fn();
    constructor(
      public url: string,
      public after: number,
      public heard: Hearing,
    ) {
      stage.streams.push(this);
    }
  },
}));

const { boot } = await import("../../src/insight/boot");

let answers: (ChartData | number)[];
const asked: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(stage, { charts: [], streams: [] });
  stage.renewed.mockReset().mockResolvedValue(true);
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    const answer = answers.shift() ?? 500;
    if (typeof answer === "number") return { ok: false, status: answer };
    return {
      ok: true,
      headers: new Headers({ "Content-Type": "application/json" }),
      json: async () => structuredClone(answer),
    };
  });
  page(`<p data-zone></p><p id="chart-waiting">Loading</p><section><div id="chart" data-url="/data" data-stream="/stream"></div></section>
    <div id="live"><b data-live="taken"></b><b data-live="clock"></b><p data-live="stopping"></p></div><p id="page-status"></p>`);
});

const begun = (more: Partial<ChartData> = {}): ChartData => run({ next: 7, ...more });
const last = <T>(all: T[]): T => all.at(-1) as T;

test("a run that goes on is followed behind what was told, and its entries are shown", async () => {
  answers = [begun()];
  await boot();
  expect(find("#chart").dataset["ready"]).toBe("yes");
  expect(document.getElementById("chart-waiting")).toBeNull();
  expect([last(stage.streams).url, last(stage.streams).after]).toEqual(["/stream", 6]);
  last(stage.streams).heard.entry(entry(7, { reason: "outside its tolerance", outcome: "deviated" }));
  vi.advanceTimersByTime(50);
  expect([find("[data-live=taken]").textContent, find("#chart").dataset["shown"]]).toEqual(["1", "7"]);
  expect(last(stage.charts).told.reasons).toEqual({ conditions: { "7": "outside its tolerance" } });
});

test("a run that has ended is drawn and not followed", async () => {
  answers = [begun({ state: "ended", ends: 100 })];
  await boot();
  expect([stage.charts.length, stage.streams.length]).toEqual([1, 0]);
});

test("where the chart cannot be loaded that is said", async () => {
  answers = [500];
  await boot();
  expect(find("#chart-waiting").textContent).toMatch(/^The chart could not be loaded\./);
  expect(stage.charts).toHaveLength(0);
});

test("what is drawn around the measurements is asked for once for all that came together", async () => {
  answers = [begun(), begun({ events: [[1, "load began"]] })];
  await boot();
  const { heard } = last(stage.streams);
  for (const kind of ["phase", "event", "heartbeat"]) heard.entry({ n: 8, t: 8, kind });
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toEqual(["/data", "/data?around"]);
  expect(last(stage.charts).told.events).toEqual([[1, "load began"]]);
});

test("a heartbeat asks for nothing", async () => {
  answers = [begun()];
  await boot();
  last(stage.streams).heard.entry({ n: 8, t: 8, kind: "heartbeat" });
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toEqual(["/data"]);
});

test("a console that does not answer is asked again, later each time; who may read no longer asks no more", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  answers = [begun(), 503, 503];
  await boot();
  last(stage.streams).heard.entry({ n: 8, t: 8, kind: "phase" });
  await vi.advanceTimersByTimeAsync(250);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toHaveLength(3);
  last(stage.streams).heard.link("refused");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBeLessThanOrEqual(4);
});

test("once the run has ended the page is fetched anew, and what it was drawn with is let go of", async () => {
  answers = [begun(), begun({ state: "ended", ends: 100 })];
  await boot();
  const [chart, { heard, close }] = [last(stage.charts), last(stage.streams)];
  stage.renewed.mockImplementation(async () => {
    document.getElementById("live")?.remove();
    return true;
  });
  heard.state({ state: "ended", stop: null, verdict: "pass", restored: true });
  await vi.advanceTimersByTimeAsync(1000);
  expect(stage.renewed).toHaveBeenCalledOnce();
  expect([vi.mocked(chart.dispose).mock.calls.length, vi.mocked(close).mock.calls.length, stage.charts.length]).toEqual(
    [1, 1, 2],
  );
});

test("a page that did not come is tried again", async () => {
  answers = [begun(), begun({ state: "ended" })];
  await boot();
  stage.renewed.mockResolvedValueOnce(false);
  last(stage.streams).heard.state({ state: "ended", stop: null, verdict: "pass", restored: true });
  await vi.advanceTimersByTimeAsync(2000);
  expect(stage.renewed.mock.calls.length).toBeGreaterThanOrEqual(2);
});

test("that the run is out of contact is said, and the page stays", async () => {
  answers = [begun()];
  await boot();
  last(stage.streams).heard.state({ state: "lost contact", stop: null, verdict: null, restored: null });
  await vi.advanceTimersByTimeAsync(1000);
  expect([find("#page-status").textContent, stage.renewed.mock.calls.length]).toEqual(["The run is lost contact.", 0]);
});
