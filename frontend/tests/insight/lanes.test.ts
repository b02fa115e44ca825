// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { showKey, showLanes } from "../../src/insight/lanes";
import { find, page, run } from "../made";

const AT = run().at; // 14:00:00 in London

beforeEach(() => {
  page(`<div id="chart-lanes" hidden><ul></ul></div>
    <p class="chart-legend"><i data-key="met"></i><i data-key="value"></i><i data-key="threshold"></i><i data-key="between"></i></p>`);
});

const items = (): (string | null)[] => [...document.querySelectorAll("li")].map((each) => each.textContent);

test("other runs are told with a link, until when they went on, and their verdict", () => {
  const other = { name: "Nightly", url: "/acme/shop/insights/1", began: AT - 60, ended: AT + 60, verdict: "fail" };
  showLanes({ runs: [other, { ...other, ended: null, verdict: null }], outside: [] }, AT);
  expect(items()).toEqual([
    "run of Nightly, from 13:59:00 to 14:01:00, fail",
    "run of Nightly, from 13:59:00 still going on",
  ]);
  expect([find("a").getAttribute("href"), find("#chart-lanes").hidden]).toEqual(["/acme/shop/insights/1", false]);
});

test("what happened outside is told, and whether it was before the run", () => {
  const event = { at: AT - 5, kind: "deploy", title: "<i>v2</i>", source: "ci" };
  showLanes({ runs: [], outside: [event, { ...event, at: AT }] }, AT);
  expect(items()).toEqual(["13:59:55 deploy: <i>v2</i> (ci), before the run", "14:00:00 deploy: <i>v2</i> (ci)"]);
});

test("where there is nothing the list is hidden", () => {
  showLanes({ runs: [], outside: [] }, AT);
  expect(find("#chart-lanes").hidden).toBe(true);
});

test("the key has what is drawn, and nothing else", () => {
  const keys = (): string[] =>
    [...document.querySelectorAll<HTMLElement>("[data-key]")]
      .filter((each) => !each.hidden)
      .map((each) => each.dataset["key"] ?? "");
  showKey(run(), true);
  expect(keys()).toEqual(["value", "threshold"]);
  showKey(run({ phases: [{ phase: "onset", started: 0, ended: null, planned: 0 }] }), false);
  expect(keys()).toEqual(["met", "between"]);
});
