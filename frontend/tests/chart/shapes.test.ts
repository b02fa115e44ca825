// @vitest-environment happy-dom
import { expect, test } from "vitest";

import { diamond, hatch, without } from "../../src/chart/shapes";

test("of a stretch is left what others do not cover", () => {
  expect(without([0, 10], [])).toEqual([[0, 10]]);
  expect(
    without(
      [0, 10],
      [
        [2, 4],
        [6, 20],
      ],
    ),
  ).toEqual([
    [0, 2],
    [4, 6],
  ]);
  expect(without([0, 10], [[-5, 20]])).toEqual([]);
  expect(
    without(
      [0, 10],
      [
        [-5, 3],
        [2, 4],
      ],
    ),
  ).toEqual([[4, 10]]);
  expect(without([5, 5], [])).toEqual([]);
});

test("a diamond stands around its point", () => {
  expect(diamond(10, 20, 3, "red").shape.points).toEqual([
    [10, 17],
    [13, 20],
    [10, 23],
    [7, 20],
  ]);
});

test("a hatch is drawn once for each colour", () => {
  expect(hatch("red")).toBe(hatch("red"));
  expect(hatch("red")).not.toBe(hatch("blue"));
});
