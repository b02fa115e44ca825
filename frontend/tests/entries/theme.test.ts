// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  localStorage.clear();
  vi.resetModules(); // it does its work as it is loaded
  document.documentElement.className = "";
});

async function shown(system: "dark" | "light"): Promise<string | null> {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === `(prefers-color-scheme: ${system})` }));
  // @ts-expect-error it is a plain script, which exports nothing
  await import("../../src/entries/theme");
  return document.documentElement.getAttribute("data-bs-theme");
}

test.each([
  ["dark", null, "dark"],
  ["light", null, "light"],
  ["light", "dark", "dark"],
  ["dark", "light", "light"],
  ["dark", "auto", "dark"],
] as const)("before anything is drawn: the system %s, the choice %s, the page %s", async (system, chosen, page) => {
  if (chosen) localStorage.setItem("rtk-theme", chosen);
  expect(await shown(system)).toBe(page);
  expect(document.documentElement.className).toBe("js");
});

test("a browser that keeps nothing follows the system", async () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new Error("denied");
    },
    clear: () => undefined,
  });
  expect(await shown("dark")).toBe("dark");
});
