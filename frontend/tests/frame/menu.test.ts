// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { startMenus } from "../../src/frame/menu";
import { find, page } from "../made";

beforeEach(() => {
  page(`<details class="menu" open><summary>Team</summary>
      <div class="menu-sheet"><a href="#a">A</a><button disabled>no</button><a href="#b">B</a><a href="#c">C</a></div></details>
    <details class="menu"><summary>You</summary></details>
    <button data-menu aria-expanded="false">Menu</button><nav id="side"><a href="#x">X</a></nav>`);
});

startMenus();

const press = (at: string, key: string): void => {
  find(at).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
};
const focused = (): string | null | undefined => document.activeElement?.textContent;

test("a click elsewhere closes a menu, one within it does not", () => {
  find("a[href='#a']").click();
  expect(find<HTMLDetailsElement>("details").open).toBe(true);
  document.body.click();
  expect(find<HTMLDetailsElement>("details").open).toBe(false);
});

test("arrow keys walk through the menu and round, past what cannot be chosen", () => {
  for (const [key, to] of [
    ["ArrowDown", "A"],
    ["ArrowDown", "B"],
    ["ArrowUp", "A"],
    ["ArrowUp", "C"],
    ["ArrowDown", "A"],
  ] as const) {
    press("summary", key);
    expect(focused()).toBe(to);
  }
});

test("the arrow up opens a menu at its end", () => {
  (document.activeElement as HTMLElement | null)?.blur();
  press("summary", "ArrowUp");
  expect(focused()).toBe("C");
});

test("Escape closes the menu and leads back to its name", () => {
  press("a[href='#b']", "Escape");
  expect([find<HTMLDetailsElement>("details").open, focused()]).toEqual([false, "Team"]);
});

test("on small screens a button opens the navigation, and Escape closes it", () => {
  startMenus(); // of this page
  find("[data-menu]").click();
  expect([find("#side").classList.contains("open"), find("[data-menu]").getAttribute("aria-expanded")]).toEqual([
    true,
    "true",
  ]);
  press("#side a", "Escape");
  expect([find("#side").classList.contains("open"), focused()]).toEqual([false, "Menu"]);
});
