// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { renewed } from "../../src/insight/renew";
import { find, page } from "../made";

const process = vi.hoisted(() => vi.fn());
vi.mock("htmx.org", () => ({ default: { process } }));

beforeEach(() =>
  page(`<div class="frame-page"><div class="page-actions">old</div><main id="insight">under way</main></div>`),
);

function answered(ok: boolean, html: string): void {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue({ ok, text: () => Promise.resolve(html) }));
}

test("the parts of the page are those of now, and htmx and times are at work in them", async () => {
  answered(
    true,
    `<div class="frame-page"><div class="banner">not restored</div><div class="page-actions">new</div>
    <main id="insight">pass <time data-time="day" datetime="2020-04-17T12:00:00Z"></time></main></div>`,
  );
  expect(await renewed()).toBe(true);
  expect([find(".page-actions").textContent, find("#insight").textContent]).toEqual(["new", "pass 17 Apr 2020"]);
  expect(find(".frame-page").firstElementChild?.className).toBe("banner");
  expect(process).toHaveBeenCalledWith(find("#insight"));
});

test("a banner that is there already is not told twice", async () => {
  find(".frame-page").insertAdjacentHTML("afterbegin", `<div class="banner">not restored</div>`);
  answered(true, `<div class="frame-page"><div class="banner">not restored</div><main id="insight"></main></div>`);
  await renewed();
  expect(document.querySelectorAll(".banner")).toHaveLength(1);
});

test.each([
  ["an error", false, `<main id="insight">x</main>`],
  ["another page, such as that to sign in", true, `<form>Sign in</form>`],
])("%s changes nothing", async (_, ok, html) => {
  answered(ok, html);
  expect(await renewed()).toBe(false);
  expect(find("#insight").textContent).toBe("under way");
});

test("without a connection nothing changes", async () => {
  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("offline")));
  expect(await renewed()).toBe(false);
});
