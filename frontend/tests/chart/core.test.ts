// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";

import { colours, faint, mount, onTheme } from "../../src/chart/core";
import { find, page } from "../made";

const library = vi.hoisted(() => ({ init: vi.fn() }));
vi.mock("echarts/core", async (original) => ({ ...(await original<object>()), init: library.init }));

afterEach(() => document.documentElement.removeAttribute("data-bs-theme"));

test("colours are those of the page, and others where it has none", () => {
  page(`<div id="chart" style="--rtk-good: #00ff00"></div>`);
  const found = colours(find("#chart"));
  expect([found.good, found.bad]).toEqual(["#00ff00", "#b3171c"]);
});

test("a colour can be seen through, and what is none stays as it is", () => {
  expect([faint("#ff0000", 0.5), faint("of the sea", 0.5)]).toEqual(["rgba(255,0,0,0.5)", "of the sea"]);
});

test("whoever draws is called when the page goes from light to dark, until they are done", async () => {
  const system = new EventTarget();
  vi.stubGlobal("matchMedia", () => system);
  const change = vi.fn();
  const end = onTheme(change);
  document.documentElement.setAttribute("data-bs-theme", "dark");
  await vi.waitFor(() => expect(change).toHaveBeenCalledTimes(1));
  system.dispatchEvent(new Event("change"));
  expect(change).toHaveBeenCalledTimes(2);
  end();
  system.dispatchEvent(new Event("change"));
  expect(change).toHaveBeenCalledTimes(2);
});

test("a chart follows the width of its element, and not its height", () => {
  let resized = (): void => undefined;
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(act: () => void) {
        resized = act;
      }
      observe(): void {}
    },
  );
  const chart = {};
  library.init.mockReturnValue(chart);
  page(`<div id="chart"></div>`);
  const width = vi.spyOn(find("#chart"), "clientWidth", "get").mockReturnValue(600);
  const drawn = vi.fn();
  expect(mount(find("#chart"), drawn)).toBe(chart);
  resized();
  expect(drawn).not.toHaveBeenCalled();
  width.mockReturnValue(0); // it is hidden
  resized();
  expect(drawn).not.toHaveBeenCalled();
  width.mockReturnValue(500);
  resized();
  expect(drawn).toHaveBeenCalledWith(chart);
});
