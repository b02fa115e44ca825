// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { changeIcon, icon } from "../../src/frame/icon";

test("an icon is of the sprite, decorates, and can be changed", () => {
  const drawn = icon("check", 16);
  expect([drawn.getAttribute("width"), drawn.getAttribute("aria-hidden")]).toEqual(["16", "true"]);
  expect(drawn.querySelector("use")?.getAttribute("href")).toMatch(/icons.*#check$/);
  changeIcon(drawn, "copy");
  expect(drawn.querySelector("use")?.getAttribute("href")).toMatch(/#copy$/);
});
