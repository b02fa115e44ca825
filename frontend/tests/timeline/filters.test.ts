// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { startFilters } from "../../src/timeline/filters";
import type { Month } from "../../src/timeline/month";
import { find, page } from "../made";

const ajax = vi.hoisted(() => vi.fn());
vi.mock("htmx.org", () => ({ default: { ajax } }));

const choose = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  page(`<form id="filters"><input type="checkbox" name="kind" value="run" checked><input type="checkbox" name="kind" value="outside">
    <input name="text" value=""><input name="since" value="2020-04-17"><button>Filter</button></form>`);
  startFilters({ choose } as unknown as Month);
});

test("kinds are chosen at once, in the chart, the list and the address", () => {
  const replace = vi.spyOn(window.history, "replaceState");
  find("[value=outside]").click();
  find("[value=outside]").dispatchEvent(new Event("change", { bubbles: true }));
  expect(choose).toHaveBeenLastCalledWith(["run", "outside"]);
  const address = "?kind=run&kind=outside&since=2020-04-17";
  expect(replace).toHaveBeenLastCalledWith(null, "", address);
  expect(ajax).toHaveBeenLastCalledWith(
    "get",
    address,
    expect.objectContaining({ target: "#events", select: "#events" }),
  );
});

test("what is typed waits for the button, and empty fields are left out of the address", () => {
  find("[name=text]").dispatchEvent(new Event("change", { bubbles: true }));
  expect(ajax).not.toHaveBeenCalled();
  const assign = vi.spyOn(window.location, "assign").mockReturnValue(undefined);
  find("form").dispatchEvent(new Event("submit", { cancelable: true }));
  expect(assign).toHaveBeenCalledWith("?kind=run&since=2020-04-17");
});

test("without any filter the address is the page's own", () => {
  for (const each of document.querySelectorAll("input")) each.remove();
  const assign = vi.spyOn(window.location, "assign").mockReturnValue(undefined);
  find("form").dispatchEvent(new Event("submit", { cancelable: true }));
  expect(assign).toHaveBeenCalledWith(window.location.pathname);
});
