// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { startTags } from "../../src/objectives/tags";
import { find, page } from "../made";

beforeEach(() => {
  page(
    `<label for="tags">Tags</label><input id="tags" name="tags" data-tags class="form-control" value="shop, eu,shop" placeholder="shop, eu" aria-describedby="hint">`,
  );
  startTags();
});

const chips = (): (string | null | undefined)[] =>
  [...document.querySelectorAll(".chip")].map((each) => each.firstChild?.textContent);
const kept = (): string => find<HTMLInputElement>("[name=tags]").value;
const input = (): HTMLInputElement => find<HTMLInputElement>("#tags");

function type(text: string): void {
  input().value = text;
  input().dispatchEvent(new Event("input"));
}

const press = (key: string): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, cancelable: true });
  input().dispatchEvent(event);
  return event;
};

test("what the field holds becomes chips, each once, and the label leads to where one types", () => {
  expect([chips(), kept()]).toEqual([["shop", "eu"], "shop, eu"]);
  expect([input().type, input().getAttribute("aria-describedby"), input().placeholder]).toEqual(["text", "hint", ""]);
});

test("a comma, Enter or leaving makes a chip of what was typed", () => {
  type("fast,");
  type("a b");
  expect(press("Enter").defaultPrevented).toBe(true);
  type("last");
  input().dispatchEvent(new Event("change"));
  expect([chips(), kept()]).toEqual([["shop", "eu", "fast", "a b", "last"], "shop, eu, fast, a b, last"]);
});

test("what is typed and no chip yet is sent all the same", () => {
  type("new");
  expect([chips(), kept()]).toEqual([["shop", "eu"], "shop, eu, new"]);
});

test("Enter in an empty field sends the form, as everywhere", () => {
  expect(press("Enter").defaultPrevented).toBe(false);
});

test("Backspace in an empty field takes the last chip, and its button takes any", () => {
  press("Backspace");
  expect(kept()).toBe("shop");
  find("[aria-label='Remove the tag shop']").click();
  expect([chips(), kept(), input().placeholder]).toEqual([[], "", "shop, eu"]);
});

test("a tag is text, whatever it looks like", () => {
  type("<img src=x>,");
  expect([chips().at(-1), document.querySelector("img")]).toEqual(["<img src=x>", null]);
});
