// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { find, page } from "../made";

const row = (id: number, more = ""): string =>
  `<li id="e${id}" data-at="2020-04-17T12:00:0${id}Z"><a href="#">Run ${id}</a>${more}</li>`;
const list = (...rows: string[]): string => `<ol id="list">${rows.join("")}</ol>`;

let answers: { status: number; html: string }[] = [];
const asked = vi.fn();

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules(); // what it remembers is its own
  answers = [];
  asked.mockClear();
  vi.stubGlobal("fetch", async (url: string, given: { headers: Record<string, string> }) => {
    asked(url, given.headers);
    const { status, html } = answers.shift() ?? { status: 304, html: "" };
    return {
      status,
      ok: status === 200,
      headers: new Headers({ ETag: `"${status}-${html.length}"` }),
      text: async () => html,
    };
  });
  page(`<p id="page-status"></p><main id="main"><form><input name="text"></form></main>
    <section id="events" data-poll="/news"><p id="news" hidden><button><span data-word></span></button></p>${list(row(1))}</section>`);
  (await import("../../src/timeline/news")).startNews();
});

afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

const shown = (): string[] => [...document.querySelectorAll("#list > li")].map((each) => each.id);
const tick = (): Promise<unknown> => vi.advanceTimersByTimeAsync(4100);
const read = (is: boolean): void => {
  find("#events").getBoundingClientRect = () => ({ top: is ? -50 : 10 }) as DOMRect;
};

test("new events appear at their place, and are said", async () => {
  read(false);
  answers = [{ status: 200, html: list(row(3), row(2), row(1)) }];
  await tick();
  expect(shown()).toEqual(["e3", "e2", "e1"]);
  expect(find("#page-status").textContent).toBe("2 new events are shown.");
});

test("whoever has scrolled down is only told how many there are, until they ask", async () => {
  read(true);
  answers = [{ status: 200, html: list(row(2), row(1)) }];
  await tick();
  expect([shown(), find("#news").hidden, find("[data-word]").textContent]).toEqual([["e1"], false, "1 new event"]);
  find("#events").scrollIntoView = () => undefined;
  find("#news button").click();
  expect([shown(), find("#news").hidden]).toEqual([["e2", "e1"], true]);
});

test("whoever types what to filter for is not disturbed either", async () => {
  read(false);
  find("input").focus();
  answers = [{ status: 200, html: list(row(2), row(1)) }];
  await tick();
  expect(shown()).toEqual(["e1"]);
});

test("a row that is shown changes with what it tells of", async () => {
  answers = [{ status: 200, html: list(row(1, `<span class="state">pass</span>`)) }];
  await tick();
  expect(find("#e1 .state").textContent).toBe("pass");
  expect(find("#page-status").textContent).toBe("Run 1: pass");
});

test("what has not changed is not sent again, and each question names what was answered last", async () => {
  answers = [{ status: 200, html: list(row(1)) }];
  await tick();
  await tick();
  expect(asked.mock.calls.map(([, headers]) => headers)).toEqual([{}, { "If-None-Match": expect.any(String) }]);
});

test("while the console does not answer it is asked less and less often", async () => {
  answers = Array.from({ length: 20 }, () => ({ status: 503, html: "" }));
  await vi.advanceTimersByTimeAsync(4000 + 8000 + 16_000);
  expect(asked).toHaveBeenCalledTimes(3);
  answers = [];
  await vi.advanceTimersByTimeAsync(32_000);
  await tick();
  expect(asked).toHaveBeenCalledTimes(5);
});

test("a tab that nobody looks at asks nothing, and at once when it is looked at", async () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  await tick();
  expect(asked).not.toHaveBeenCalled();
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveBeenCalled();
});

test("where none of the newest is known the page is loaded again, since there may be others between", async () => {
  read(false);
  const reload = vi.spyOn(window.location, "reload").mockReturnValue(undefined);
  answers = [{ status: 200, html: list(row(5), row(4)) }];
  await tick();
  expect(reload).toHaveBeenCalled();
});
