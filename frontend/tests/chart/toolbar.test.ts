// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import type { InsightChart } from "../../src/chart/insight";
import { layout } from "../../src/chart/layout";
import { picture, toolbar } from "../../src/chart/toolbar";
import { find, page, run } from "../made";

const acts = { zoom: vi.fn(), pan: vi.fn(), reset: vi.fn() };
const buttons = ["closer", "further", "back", "forth", "all"];

beforeEach(() => {
  vi.clearAllMocks();
  page(
    `<section>${buttons.map((each) => `<button data-chart="${each}" hidden></button>`).join("")}<div id="chart" data-title="Checkout"></div></section>`,
  );
});

test("each button does what it says, and shows itself once there is a script to do it", () => {
  toolbar(find("section"), () => acts as unknown as InsightChart);
  for (const each of buttons) {
    expect(find(`[data-chart=${each}]`).hidden).toBe(false);
    find(`[data-chart=${each}]`).click();
  }
  expect(acts.zoom.mock.calls).toEqual([[0.5], [2]]);
  expect(acts.pan.mock.calls).toEqual([[-0.5], [0.5]]);
  expect(acts.reset).toHaveBeenCalledOnce();
});

test("a picture has the chart without its slider, under its title, its day and the zone", () => {
  const written: string[] = [];
  const pen = { scale: vi.fn(), fillRect: vi.fn(), drawImage: vi.fn(), fillText: (text: string) => written.push(text) };
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(pen as unknown as null);
  const told = run();
  const at = layout(told, 900, true, false);
  const chart = { renderToCanvas: () => "drawn" };
  const made = picture({ told, layout: at, chart, colours: {}, element: find("#chart") } as unknown as InsightChart);
  expect([made.width, made.height]).toEqual([1800, (at.height - 2) * 2]);
  expect(written).toEqual(["Checkout", "Fri, 17 Jul 2020, 14:00:00 BST (Europe/London)"]);
  expect(pen.drawImage.mock.calls[0]?.slice(0, 5)).toEqual(["drawn", 0, 0, 1800, (at.height - 36) * 2]);
});
