// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { startCopying } from "../../src/frame/copy";
import { find, page } from "../made";

startCopying();

beforeEach(() => {
  vi.useFakeTimers();
  page(`<div data-copy><code data-text>rtk up</code>
    <button class="copy-button"><svg><use href="#copy"></use></svg><span data-word>Copy</span></button></div>
    <p id="page-status"></p>`);
});

const word = (): string | null => find("[data-word]").textContent;

async function clicked(writeText: () => Promise<void>, execCommand = true): Promise<void> {
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  document.execCommand = () => execCommand;
  find(".copy-button").click();
  await vi.advanceTimersByTimeAsync(100);
}

test("the text beside a button is copied, said, and after a moment the button says again what it does", async () => {
  const write = vi.fn().mockResolvedValue(undefined);
  await clicked(write);
  expect(write).toHaveBeenCalledWith("rtk up");
  expect([word(), find("#page-status").textContent]).toEqual(["Copied", "Copied to the clipboard."]);
  expect(find("use").getAttribute("href")).toMatch(/#check$/);
  vi.advanceTimersByTime(2000);
  expect([word(), find("use").getAttribute("href")]).toEqual(["Copy", expect.stringMatching(/#copy$/)]);
});

test("where the clipboard cannot be had the browser's own copying is tried, and else the text is selected", async () => {
  await clicked(() => Promise.reject(new Error("not over http")));
  expect(word()).toBe("Copied");
  await clicked(() => Promise.reject(new Error("not over http")), false);
  expect([word(), find("#page-status").textContent]).toEqual(["Press Ctrl+C", "Selected: copy it with Ctrl+C."]);
});

test("of a field its value is copied", async () => {
  page(
    `<div data-copy><input data-text value="secret"><button class="copy-button"><span data-word>Copy</span></button></div>`,
  );
  const write = vi.fn().mockResolvedValue(undefined);
  await clicked(write);
  expect(write).toHaveBeenCalledWith("secret");
});
