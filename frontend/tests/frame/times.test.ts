// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { date, distance, exactly, showTimes, startTimes, time, zone } from "../../src/frame/times";

const SUMMER = Date.parse("2020-07-17T13:02:10.250Z"); // an hour later in London

beforeEach(() => {
  vi.useFakeTimers({ now: SUMMER });
});

afterEach(() => {
  vi.useRealTimers();
  document.body.innerHTML = "";
});

test("a moment is told in the reader's zone, with tenths where they matter", () => {
  expect(time(SUMMER)).toBe("14:02:10");
  expect(time(SUMMER, true)).toBe("14:02:10.2");
  expect(time(-1, true).at(-1)).toBe("9");
  expect(date(SUMMER)).toBe("Fri, 17 Jul 2020");
  expect(zone(new Date(SUMMER))).toBe("BST (Europe/London)");
  expect(zone(new Date("2020-01-17T13:00:00Z"))).toBe("GMT (Europe/London)");
  expect(exactly(new Date(SUMMER))).toBe("17 Jul 2020, 14:02:10 BST");
});

test("a moment that is near is just now, before and after", () => {
  const at = (ms: number): string => distance(new Date(SUMMER + ms));
  expect([at(-9000), at(9000), at(-10_000), at(10_000)]).toEqual([
    "just now",
    "just now",
    "10 seconds ago",
    "in 10 seconds",
  ]);
});

test("times on the page are put into the reader's zone, each in its form", () => {
  document.body.innerHTML = `
    <time data-time="ago" datetime="2020-07-17T12:02:10Z">17 Jul</time>
    <time data-time="day" datetime="2020-07-17T23:30:00Z">17 Jul</time>
    <time data-time="moment" datetime="2020-07-17T12:00:00Z">17 Jul</time>
    <time data-time="clock" datetime="2020-07-17T12:00:00Z">12:00 UTC</time>
    <time data-time="ago" datetime="nonsense">as it was</time>
    <time datetime="2020-07-17T12:00:00Z">not ours</time>`;
  showTimes(document);
  const shown = [...document.querySelectorAll("time")].map((each) => each.textContent);
  expect(shown).toEqual([
    "1 hour ago",
    "18 Jul 2020",
    "17 Jul 2020, 13:00:00 BST",
    "13:00:00 BST",
    "as it was",
    "not ours",
  ]);
  expect(document.querySelector("time")?.title).toBe("17 Jul 2020, 13:02:10 BST");
});

test("the tab's title tells the same moment as the page", () => {
  document.title = "Checkout, 17 Jul 2020, 12:00:00 UTC";
  document.body.innerHTML = `<time data-time="moment" datetime="2020-07-17T12:00:00Z">17 Jul 2020, 12:00:00 UTC</time>`;
  showTimes(document);
  expect(document.title).toBe("Checkout, 17 Jul 2020, 13:00:00 BST");
});

test("what is relative is kept right while the page is looked at", () => {
  document.body.innerHTML = `<time data-time="ago" datetime="2020-07-17T13:02:10Z"></time>`;
  startTimes();
  const shown = (): string | null | undefined => document.querySelector("time")?.textContent;
  expect(shown()).toBe("just now");
  vi.advanceTimersByTime(60_000);
  expect(shown()).toBe("1 minute ago");
  vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  vi.advanceTimersByTime(60_000);
  expect(shown()).toBe("1 minute ago");
});
