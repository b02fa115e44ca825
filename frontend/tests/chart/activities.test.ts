import { expect, test } from "vitest";

import { conditionLabel, conditionWords, phaseWords, rollbackLabel, wordsOf } from "../../src/chart/activities";
import { activity, condition } from "../made";

test("a phase says what it is for, or how many slots it has", () => {
  const phase = { started: 0, ended: null, planned: 1 };
  expect(phaseWords({ phase: "baseline", ...phase })).toBe("baseline: 1 slot planned");
  expect(phaseWords({ phase: "conditions", ...phase, planned: 1200 })).toBe("conditions: 1,200 slots planned");
  expect(phaseWords({ phase: "onset", ...phase })).toMatch(/^onset: until .*not judged$/);
});

test("an activity says how it went and how long it took", () => {
  expect(wordsOf(activity({ started: 0, ended: 341 }), "rollback")).toBe(
    "rollback stop load: succeeded after 5 min 41 s",
  );
  expect(wordsOf(activity({ ended: null }), "rollback")).toBe("rollback stop load: under way");
  expect(wordsOf(activity({ status: "failed", failure: "exit code 1" }), "rollback")).toBe(
    "rollback stop load: failed after 2.5 s, exit code 1",
  );
});

test("a condition says until when its effect stayed, undone or over by itself", () => {
  expect(conditionWords(condition({ until: 81.6 }))).toBe(
    "condition load: succeeded after 2.5 s, in effect until 1:22",
  );
  expect(conditionWords(condition({ until: null }))).toBe("condition load: succeeded after 2.5 s, still in effect");
  expect(conditionWords(condition({ until: 22.5 }))).toBe("condition load: succeeded after 2.5 s");
  expect(conditionWords(condition({ ended: null }))).toBe("condition load: under way");
  expect(conditionWords(condition({ status: "failed", failure: "no" }))).toBe("condition load: failed after 2.5 s, no");
});

test("above a bar stands what matters most", () => {
  expect(conditionLabel(condition({ status: "failed", failure: "no such host" }))).toBe("load: failed, no such host");
  expect(conditionLabel(condition({ ended: null }))).toBe("load: under way");
  expect(conditionLabel(condition())).toBe("load: still in effect");
  expect(conditionLabel(condition({ until: 30 }))).toBe("load");
  expect(conditionLabel(condition({ gone: [[23, 24]] }))).toBe("load: without its effect once");
  expect(
    conditionLabel(
      condition({
        gone: [
          [23, 24],
          [25, null],
        ],
      }),
    ),
  ).toBe("load: without its effect 2 times");
  expect(rollbackLabel(activity())).toBe("rollback stop load");
  expect(rollbackLabel(activity({ ended: null }))).toBe("rollback stop load: under way");
  expect(rollbackLabel(activity({ status: "failed" }))).toBe("rollback stop load: failed");
});
