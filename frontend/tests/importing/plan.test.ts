// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { showWhen, startPlan } from "../../src/importing/plan";
import { find, page } from "../made";

const asked: { url: string; signal: AbortSignal }[] = [];
let html = "";

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  html = `<p class="import-plan">It can prove 95 %.</p>`;
  vi.stubGlobal("fetch", async (url: string, { signal }: { signal: AbortSignal }) => {
    asked.push({ url, signal });
    return { ok: html !== "", text: async () => html };
  });
  page(`<form data-plan="/plan"><input name="name" value="Nightly"><textarea name="source">secret</textarea>
    <input name="duration_0" value="5"><select name="duration_1"><option value="s">s</option><option value="min" selected>min</option></select>
    <label><input type="radio" name="attach" value="new" checked></label><label><input type="radio" name="attach" value="old"></label>
    <div data-when="new">new</div><div data-when="old">old</div>
    <div id="plan"><button type="button" data-better="28" data-unit="min">Measure for 28 min</button></div><p id="doubt">Sure?</p></form>`);
  startPlan();
});

const type = (name: string): void => {
  find(`[name=${name}]`).dispatchEvent(new Event("input", { bubbles: true }));
};
const rest = (ms = 250): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

test("what the plan proves is asked once one has stopped typing, without what is nobody's business", async () => {
  type("duration_0");
  await rest(200);
  type("duration_0");
  await rest(200);
  expect(asked).toHaveLength(0);
  await rest();
  expect(asked.map((each) => each.url)).toEqual(["/plan?duration_0=5&duration_1=min&attach=new"]);
  expect(find("#plan").textContent).toBe("It can prove 95 %.");
});

test("what is no part of the plan asks nothing", async () => {
  type("name");
  await rest();
  expect(asked).toHaveLength(0);
});

test("a doubt about the plan as it was sent goes once the plan changes", () => {
  type("duration_0");
  expect(document.getElementById("doubt")).toBeNull();
});

test("a newer question replaces the one before", async () => {
  type("duration_0");
  await rest();
  type("duration_0");
  await rest();
  expect(asked.map((each) => each.signal.aborted)).toEqual([true, false]);
});

test("where there is no answer what is there stays", async () => {
  html = "";
  type("duration_0");
  await rest();
  expect(find("#plan button")).not.toBeNull();
});

test("a button takes over for how long it had better be measured", async () => {
  find("#plan button").click();
  expect([
    find<HTMLInputElement>("[name=duration_0]").value,
    find<HTMLSelectElement>("[name=duration_1]").value,
  ]).toEqual(["28", "min"]);
  await rest();
  expect(asked[0]?.url).toContain("duration_0=28");
});

test("what belongs to the choice that was made is shown, and nothing else of it", () => {
  const shown = (): string[] =>
    [...document.querySelectorAll<HTMLElement>("[data-when]")]
      .filter((each) => !each.hidden)
      .map((each) => each.dataset["when"] ?? "");
  expect(shown()).toEqual(["new"]);
  find<HTMLInputElement>("[value=old]").checked = true;
  showWhen(find<HTMLFormElement>("form"));
  expect(shown()).toEqual(["old"]);
});
