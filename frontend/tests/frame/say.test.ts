// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";

import { say } from "../../src/frame/say";
import { find, page } from "../made";

test("what is said twice in a row changes in between, so that it is read aloud twice", () => {
  vi.useFakeTimers();
  page(`<p id="page-status"></p>`);
  for (let time = 0; time < 2; time += 1) {
    say("Stopping.");
    expect(find("#page-status").textContent).toBe("");
    vi.advanceTimersByTime(50);
    expect(find("#page-status").textContent).toBe("Stopping.");
  }
});

test("a page that has no place for it goes on without", () => {
  page("");
  expect(() => say("Stopping.")).not.toThrow();
});
