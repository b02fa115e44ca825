// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { LivePage, stopWords } from "../../src/insight/page";
import { activity, find, measured, page, run } from "../made";

const counts = ["met", "deviated", "missed", "planned"]
  .map((each) => `<td data-count="conditions.${each}"></td>`)
  .join("");
const lives = ["taken", "planned", "deviated", "missed", "spent", "phase", "clock"]
  .map((each) => `<b data-live="${each}"></b>`)
  .join("");

beforeEach(() => {
  page(`<section id="live">${lives}<progress data-live="progress"></progress><ul data-live="events"></ul>
    <table><tr data-phase="conditions" hidden>${counts}</tr><tr data-phase="onset" hidden></tr></table>
    <form data-live="stop" action="/stop"><button>Stop</button></form><p data-live="stopping" hidden></p><p data-live="link"></p>
    <p data-live="state"></p><template data-badge="ended"><span class="badge">ended</span></template></section>`);
});

const live = (): LivePage => new LivePage(find("#live"));
const shown = (name: string): string => find(`[data-live=${name}]`).textContent ?? "";
const phases = [{ phase: "conditions" as const, started: 20, ended: null, planned: 60 }];

test("counts and the share of the budget are those of all measurements", () => {
  live().show(run({ phases, per_deviation: 1 / 4320 }), measured(1, ["deviated", 9], ["deviated", 9], "missed"), 30);
  expect(["taken", "planned", "deviated", "missed", "spent"].map(shown)).toEqual(["4", "100", "2", "1", "0.05 %"]);
  expect([...document.querySelectorAll("[data-count]")].map((each) => each.textContent)).toEqual(["1", "2", "1", "60"]);
  const { max, value } = find<HTMLProgressElement>("progress");
  expect([max, value]).toEqual([100, 4]);
});

test("without a budget there is no data, and of phases that are not planned there is no row yet", () => {
  live().show(run(), measured(), 0);
  expect(shown("spent")).toBe("no data");
  expect([find("[data-phase=conditions]").hidden, find("[data-phase=onset]").hidden]).toEqual([false, true]);
  live().show(run(), measured(["met", 1, "onset"]), 0);
  expect(find("[data-phase=onset]").hidden).toBe(false);
});

test.each([
  ["before the first phase", run(), "checking the hypothesis first", ""],
  ["in a phase", run({ phases }), "conditions", "0:10 of 1:00"],
  [
    "after a phase",
    run({ phases: [{ phase: "conditions", started: 20, ended: 25, planned: 60 }] }),
    "conditions",
    "0:05 of 1:00",
  ],
  [
    "in a phase that lasts as long as it takes",
    run({ phases: [{ phase: "onset", started: 20, ended: null, planned: 0 }] }),
    "onset",
    "0:10",
  ],
  ["while it is undone", run({ phases, undo: { state: "started", at: 28 } }), "undoing", "0:02"],
  ["out of contact", run({ phases, state: "lost contact" }), "conditions", ""],
])("the phase and its time, %s", (_, told, phase, clock) => {
  live().course(told, 30);
  expect([shown("phase"), shown("clock")]).toEqual([phase, clock]);
});

test("the last of what happened stands first, as text and never as markup", () => {
  const events = Array.from({ length: 9 }, (_, at): [number, string] => [at, at === 8 ? "<b>load</b>" : `event ${at}`]);
  live().show(run({ events }), measured(), 9);
  const items = [...document.querySelectorAll("[data-live=events] li")].map((each) => each.textContent);
  expect([items.length, items[0], items[5]]).toEqual([6, "0:08 <b>load</b>", "0:03 event 3"]);
  expect(document.querySelector("[data-live=events] b")).toBeNull();
});

const at = run().at; // 14:00:00 in London
test.each([
  ["nothing was asked for", {}, ""],
  [
    "it was asked to stop",
    { stop: "enough" },
    "Stopping: enough. The run hears of it with its next call; then what was done is undone.",
  ],
  ["it is undone after its end", { undo: { state: "started" as const, at: 5 } }, "Undoing since 14:00:05."],
  [
    "it is undone after a Stop",
    { stop: "x", undo: { state: "started" as const, at: 5 } },
    "Stopping: undoing since 14:00:05.",
  ],
  ["all is undone", { undo: { state: "ended" as const, at: 5 } }, "Undone at 14:00:05."],
  [
    "something is not",
    { undo: { state: "ended" as const, at: 5 }, rollbacks: [activity({ status: "failed" })] },
    "Not everything is undone: 1 failed, at 14:00:05.",
  ],
  [
    "rollbacks were not played",
    { stop: "x", undo: { state: "skipped" as const, at: 5 } },
    "Stopped. Rollbacks were not played, at 14:00:05.",
  ],
  ["there were none", { undo: { state: "skipped" as const, at: 5 } }, ""],
])("what is said of a Stop when %s", (_, more, words) => {
  expect(stopWords(run({ at, ...more }))).toBe(words);
});

test("once it was asked to stop the button is gone and the sentence stands", () => {
  live().show(run({ stop: "enough" }), measured(), 0);
  expect([find("[data-live=stop]").hidden, find("[data-live=stopping]").hidden]).toEqual([true, false]);
});

test("the state is the badge that the page brought along", () => {
  live().state("ended");
  expect(find("[data-live=state] .badge").textContent).toBe("ended");
});

test("whether the console answers is said beside an icon", () => {
  live().link("away");
  expect([shown("link").trim(), find("[data-live=link]").dataset["link"]]).toEqual([
    "The console does not answer. Trying again…",
    "away",
  ]);
});

test.each([
  [{ ok: true, type: "basic" }, true],
  [{ ok: false, type: "opaqueredirect" }, true],
  [{ ok: false, type: "basic" }, false],
])("a Stop is sent without leaving the page; an answer of %o is %s", async (answer, stopped) => {
  const send = vi.fn().mockResolvedValue(answer);
  vi.stubGlobal("fetch", send);
  const done = vi.fn();
  live().onStop(done);
  find("form").dispatchEvent(new Event("submit", { cancelable: true }));
  await vi.waitFor(() => expect(done).toHaveBeenCalledWith(stopped));
  expect(send.mock.calls[0]?.[1]).toMatchObject({ method: "POST", redirect: "manual" });
  expect(find<HTMLButtonElement>("form button").disabled).toBe(stopped);
});

test("a Stop that did not reach the console is said", () => {
  live().complain("Try again.");
  expect([shown("stopping"), find("[data-live=stopping]").hidden]).toEqual(["Try again.", false]);
});
