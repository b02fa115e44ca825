import { describe, expect, test } from "vitest";

import vectors from "../../../tests/vectors/figures.json";
import { chosenNumber, count, duration, elapsed, fineShare, number, share, whole } from "../../src/frame/figures";
import { distance } from "../../src/frame/times";

const NOW = new Date("2026-11-22T12:00:00Z");
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

// Each line of the vectors is what is given, and at its end what it reads as.
const FIGURES: Record<string, (...given: never[]) => string> = {
  share,
  fine_share: fineShare,
  number,
  chosen_number: chosenNumber,
  count,
  duration,
  elapsed,
  distance: (seconds: number) => distance(ago(seconds), NOW),
};

describe.each(Object.keys(FIGURES))("%s", (name) => {
  const lines = vectors[name as keyof typeof vectors];

  test.each(lines)("reads as the console says it: %s", (...line) => {
    const given = line.slice(0, -1) as never[];
    expect(FIGURES[name]?.(...given)).toBe(line.at(-1));
  });
});

test("a whole number has its thousands parted", () => {
  expect([0, 999, 1000, 1234567].map(whole)).toEqual(["0", "999", "1,000", "1,234,567"]);
});

test("a share is rounded as it is written, and never to all or nothing", () => {
  for (let n = 1; n < 2000; n += 7) {
    const part = n / 2000;
    expect(Math.abs(Number.parseFloat(fineShare(part)) - part * 100)).toBeLessThanOrEqual(0.005 + 1e-9);
  }
  expect(fineShare(1e-12)).not.toBe("0 %");
  expect(share(1 - 1e-12)).not.toBe("100 %");
});
