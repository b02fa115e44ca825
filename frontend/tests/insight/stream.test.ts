// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Entry, isMeasurement, Stream } from "../../src/insight/stream";
import { entry } from "../made";

/** A source of events that the test tells what to say. */
class Source extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readyState = Source.OPEN;

  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }

  static get last(): Source {
    const found = Source.all.at(-1);
    if (!found) throw new Error("nobody follows");
    return found;
  }

  close(): void {
    this.readyState = Source.CLOSED;
  }

  says(name: string, data: unknown = {}, id = ""): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId: id }));
  }

  breaks(answered: boolean): void {
    this.readyState = answered ? Source.CLOSED : Source.CONNECTING;
    this.dispatchEvent(new Event("error"));
  }
}

const heard: { entries: Entry[]; states: unknown[]; links: string[] } = { entries: [], states: [], links: [] };
let stream: Stream;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(Math, "random").mockReturnValue(0.5); // which makes each pause its mean
  Source.all = [];
  Object.assign(heard, { entries: [], states: [], links: [] });
  stream = new Stream("/stream", 6, {
    entry: (each) => heard.entries.push(each),
    state: (state) => heard.states.push(state),
    link: (link) => heard.links.push(link),
  });
});

afterEach(() => {
  stream.close();
  vi.useRealTimers();
});

test("it follows behind the last entry that is known, and tells each entry once", () => {
  expect(Source.last.url).toBe("/stream?after=6");
  Source.last.says("open");
  Source.last.says("entry", entry(7), "7");
  Source.last.says("entry", entry(7), "7");
  Source.last.says("entry", { n: 8, t: 8, kind: "heartbeat" }, "8");
  expect(heard.entries.map((each) => each.n)).toEqual([7, 8]);
  expect(heard.entries.map(isMeasurement)).toEqual([true, false]);
  expect(heard.links).toEqual(["live"]);
});

test("how the run is is passed on", () => {
  Source.last.says("state", { state: "ended", stop: null, verdict: "pass", restored: true });
  expect(heard.states).toEqual([{ state: "ended", stop: null, verdict: "pass", restored: true }]);
});

test("after a break it comes back behind the last entry, later each time, eight seconds at most", () => {
  Source.last.says("entry", entry(9), "9");
  const pauses = [500, 1000, 2000, 4000, 8000, 8000];
  for (const pause of pauses) {
    const before = Source.all.length;
    Source.last.breaks(false);
    vi.advanceTimersByTime(pause - 1);
    expect(Source.all).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(Source.all).toHaveLength(before + 1);
  }
  expect(Source.last.url).toBe("/stream?after=9");
  expect(heard.links).toEqual(pauses.map(() => "away"));
});

test("a stream that lives makes the next break short again", () => {
  Source.last.breaks(false);
  vi.advanceTimersByTime(500);
  Source.last.says("open");
  Source.last.breaks(false);
  vi.advanceTimersByTime(500);
  expect(Source.all).toHaveLength(3);
});

test.each([401, 403, 404])("who is answered %i may read no longer, and does not try again", async (status) => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue({ status }));
  Source.last.breaks(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard.links).toEqual(["away", "refused"]);
  expect(Source.all).toHaveLength(1);
});

test("a console that starts again is asked, and followed once it answers", async () => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue({ status: 503 }));
  Source.last.breaks(true);
  await vi.advanceTimersByTimeAsync(500);
  expect(Source.all).toHaveLength(2);
  expect(heard.links).toEqual(["away"]);
});

test("a stream that is refused while it goes on is over", () => {
  Source.last.says("refused");
  vi.advanceTimersByTime(60_000);
  expect([heard.links, Source.all.length]).toEqual([["refused"], 1]);
});

test("a tab that nobody looks at gives its connection back, and takes it again", () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  vi.advanceTimersByTime(60_000);
  expect(Source.last.readyState).toBe(Source.CLOSED);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(Source.all).toHaveLength(2);
});

test("once it is closed nothing is heard or tried any more", () => {
  stream.close();
  Source.last.breaks(false);
  window.dispatchEvent(new Event("pageshow"));
  vi.advanceTimersByTime(60_000);
  expect([Source.all.length, heard.links]).toEqual([1, []]);
});

test("a page that comes back from the browser's memory follows again", () => {
  window.dispatchEvent(new Event("pagehide"));
  expect(Source.last.readyState).toBe(Source.CLOSED);
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(Source.all).toHaveLength(2);
});
