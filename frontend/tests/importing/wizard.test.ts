// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";

import { startWizard } from "../../src/importing/wizard";
import { find, page } from "../made";

const sent: FormData[] = [];
let answer: { html: string; status?: number; redirected?: boolean } | Error;

const parts = (found: string): string =>
  `<div id="found">${found}</div><div id="step-2"><input name="name" value=""></div>`;
const form = (more: string): string =>
  `<form data-wizard action="/import"><input id="proposals" type="hidden" name="proposals" value="1"><input type="file" name="file">
   <textarea name="source"></textarea><div data-drop><p class="import-drag" hidden></p></div>${more}</form>`;

beforeEach(() => {
  vi.useFakeTimers();
  sent.length = 0;
  vi.stubGlobal("fetch", async (_: string, { body }: { body: FormData }) => {
    sent.push(body);
    if (answer instanceof Error) throw answer;
    const { html, status = 200, redirected = false } = answer;
    return { status, redirected, text: async () => html };
  });
  page(`${form(parts("<p>Nothing yet</p>"))}<p id="page-status"></p>`);
  startWizard();
});

const said = (): string | null => find("#page-status").textContent;

async function paste(text: string): Promise<void> {
  find<HTMLTextAreaElement>("[name=source]").value = text;
  find("[name=source]").dispatchEvent(new Event("input"));
  await vi.advanceTimersByTimeAsync(800);
}

test("a text that is pasted is looked at once one rests, and what was found is put into the page", async () => {
  answer = { html: form(parts("<h3>Checkout</h3>").replace(`value=""`, `value="Checkout"`)) };
  await paste("title: Checkout");
  expect([sent.length, sent[0]?.get("do"), sent[0]?.get("source")]).toEqual([1, "look", "title: Checkout"]);
  expect([find("#found").textContent, find<HTMLInputElement>("[name=name]").value, said()]).toEqual([
    "Checkout",
    "Checkout",
    "Checkout",
  ]);
  expect(find("form").hasAttribute("aria-busy")).toBe(false);
});

test("what was typed while the server looked stays", async () => {
  answer = { html: form(parts("<h3>Checkout</h3>").replace(`value=""`, `value="Checkout"`)) };
  find<HTMLTextAreaElement>("[name=source]").value = "x";
  find("[name=source]").dispatchEvent(new Event("input"));
  vi.advanceTimersByTime(700);
  find<HTMLInputElement>("[name=name]").value = "Mine";
  await vi.advanceTimersByTimeAsync(100);
  expect(find<HTMLInputElement>("[name=name]").value).toBe("Mine");
});

test("what the server refuses is marked in the field, and no longer once it is mended", async () => {
  const refused = form(parts("<p>no</p>")).replace("<textarea", `<textarea class="is-invalid" aria-invalid="true"`);
  answer = { html: refused };
  await paste("{");
  expect([find("[name=source]").className, find("[name=source]").getAttribute("aria-invalid")]).toEqual([
    "is-invalid",
    "true",
  ]);
  answer = { html: form(parts("<p>yes</p>")) };
  await paste("{}");
  expect([find("[name=source]").className, find("[name=source]").getAttribute("aria-invalid")]).toEqual(["", null]);
});

test("hidden proposals are those of the answer", async () => {
  answer = { html: form(parts("")).replace(`name="proposals" value="1"`, `name="proposals" value="2"`) };
  await paste("x");
  expect(find<HTMLInputElement>("#proposals").value).toBe("2");
});

test.each([
  [
    "another page",
    { html: "<form>Sign in</form>", redirected: true },
    "The console could not look at this. Try the button.",
  ],
  ["an error", { html: "no", status: 500 }, "The console could not look at this. Try the button."],
  ["no connection", new TypeError("offline"), "There is no connection to the console."],
])("%s is said, and the page stays as it is", async (_, given, words) => {
  answer = given;
  await paste("x");
  expect([said(), find("#found").textContent, find("form").hasAttribute("aria-busy")]).toEqual([
    words,
    "Nothing yet",
    false,
  ]);
});

test("a question that a newer one replaced says nothing", async () => {
  answer = new DOMException("newer", "AbortError");
  await paste("x");
  expect(said()).toBe("");
});

test("a file can be dropped, and the place for it shows that it can", () => {
  answer = { html: "" };
  expect(find(".import-drag").hidden).toBe(false);
  const zone = find("[data-drop]");
  const over = new Event("dragover", { cancelable: true });
  zone.dispatchEvent(over);
  expect([over.defaultPrevented, zone.className]).toEqual([true, "import-over"]);
  zone.dispatchEvent(Object.assign(new Event("drop", { cancelable: true }), { dataTransfer: { files: [] } }));
  expect([zone.className, sent.length]).toEqual(["", 0]);
});
