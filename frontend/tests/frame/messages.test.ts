// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";

import { startMessages } from "../../src/frame/messages";
import { find, page } from "../made";

beforeEach(() => {
  page(`<main id="main" tabindex="-1"><p data-message>Saved.</p><p id="page-error" hidden></p></main>`);
  startMessages();
});

const error = (): string | null => (find("#page-error").hidden ? null : find("#page-error").textContent);
const passkey = (exception: Error): boolean =>
  document.dispatchEvent(new CustomEvent("allauth.error", { detail: { exception } }));

test("a message can be put away, and the page goes on from its beginning", () => {
  find("[aria-label='Put this message away']").click();
  expect(document.querySelector("[data-message]")).toBeNull();
  expect(document.activeElement?.id).toBe("main");
});

test("a fragment that did not come is said on the page", () => {
  expect(error()).toBeNull();
  document.dispatchEvent(new Event("htmx:sendError"));
  expect(error()).toBe("The console did not answer. Load the page again.");
});

test("what went wrong with a passkey is said in words of its own", () => {
  passkey(Object.assign(new Error("x"), { name: "NotAllowedError" }));
  expect(error()).toMatch(/^The passkey was not used: .* Try again\.$/);
  passkey(new Error("no device"));
  expect(error()).toBe("The passkey could not be used: no device");
});

test("a page without a place for it goes on", () => {
  page("");
  expect(() => document.dispatchEvent(new Event("htmx:sendError"))).not.toThrow();
});
