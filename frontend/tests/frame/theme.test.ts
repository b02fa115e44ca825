// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { find, page } from "../made";

let dark = false;
const followers = new Set<() => void>();

beforeEach(async () => {
  dark = false;
  localStorage.clear();
  followers.clear();
  vi.resetModules(); // it asks for the system's preference as it is loaded
  vi.stubGlobal("matchMedia", () => ({
    get matches() {
      return dark;
    },
    addEventListener: (_: string, follow: () => void) => followers.add(follow),
  }));
  page(`<button data-theme-next><span data-word></span></button>`);
});

async function start(): Promise<void> {
  (await import("../../src/frame/theme")).startTheme();
}

const shown = (): string | null => document.documentElement.getAttribute("data-bs-theme");
const chosen = (): string | undefined => find("button").dataset["themeNext"];

test("at first the page follows the system, also when that changes", async () => {
  await start();
  expect([shown(), chosen()]).toEqual(["light", "auto"]);
  dark = true;
  for (const follow of followers) follow();
  expect(shown()).toBe("dark");
});

test("the button goes from one choice to the next and keeps it", async () => {
  await start();
  const seen = [0, 1, 2].map(() => {
    find("button").click();
    return [chosen(), shown(), localStorage.getItem("rtk-theme")];
  });
  expect(seen).toEqual([
    ["light", "light", "light"],
    ["dark", "dark", "dark"],
    ["auto", "light", "auto"],
  ]);
  expect(find("[data-word]").textContent).toBe("Colours: as the system. Change them.");
});

test("a choice that was kept holds, and one that there is none of does not count", async () => {
  localStorage.setItem("rtk-theme", "dark");
  await start();
  expect(shown()).toBe("dark");
  localStorage.setItem("rtk-theme", "sepia");
  await start();
  expect([shown(), chosen()]).toEqual(["light", "auto"]);
});

test("a browser that keeps nothing has the choice for as long as the page lasts", async () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("denied");
    },
  });
  await start();
  find("button").click();
  expect([chosen(), shown()]).toEqual(["light", "light"]);
});
