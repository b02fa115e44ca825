import { expect, test } from "vitest";

import { plain } from "../../src/frame/text";

test("a text becomes one line without controls and marks that turn its direction", () => {
  expect(plain("  a\n\tb\u0000c\u202ed ")).toBe("a b c d");
});

test("what is cut off is marked, and no blank stands before the mark", () => {
  expect(plain("a".repeat(10), 5)).toBe("aaaa…");
  expect(plain("abc def", 5)).toBe("abc…");
  expect(plain("abcde", 5)).toBe("abcde");
});

test("emoji and markup stay as they are", () => {
  expect(plain("fire 🔥 <b>")).toBe("fire 🔥 <b>");
});
