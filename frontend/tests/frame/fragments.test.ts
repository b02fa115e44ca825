// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { forgeryToken, startFragments } from "../../src/frame/fragments";
import { find, page } from "../made";

// htmx asks for an evaluator of XPath as it is loaded, which only a real browser has.
vi.mock("htmx.org", () => ({ default: {} }));

startFragments();

beforeEach(() => {
  vi.useFakeTimers();
  page(
    `<p id="page-status"></p><ul><li id="new"><time data-time="day" datetime="2020-04-17T12:00:00Z"></time></li></ul><div id="pager"><button>More</button></div>`,
  );
});

test("each request carries the token by which the console knows that it is ours", () => {
  const headers: Record<string, string> = {};
  // biome-ignore lint/suspicious/noDocumentCookie: it is how the console hands the token over
  document.cookie = "rtk_csrf=abc123";
  document.dispatchEvent(new CustomEvent("htmx:configRequest", { detail: { headers } }));
  expect(headers["X-CSRFToken"]).toBe("abc123");
});

test("over https the token of another host of the same domain is not sent", () => {
  expect(forgeryToken("rtk_csrf=theirs; __Host-rtk_csrf=ours; a=b")).toBe("ours");
  expect(forgeryToken("a=b; rtk_csrf=ours")).toBe("ours");
  expect(forgeryToken("xrtk_csrf=no")).toBe("");
});

test("times in what came are put into the reader's zone", () => {
  find("#new").dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  expect(find("time").textContent).toBe("17 Apr 2020");
});

test("that a list went on is said, and only where it did", () => {
  const after = (successful: boolean): void => {
    find("#pager button").dispatchEvent(
      new CustomEvent("htmx:afterRequest", { bubbles: true, detail: { successful } }),
    );
    vi.advanceTimersByTime(100);
  };
  after(false);
  expect(find("#page-status").textContent).toBe("");
  after(true);
  expect(find("#page-status").textContent).toBe("More are shown.");
});
