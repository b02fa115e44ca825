import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import postcss from "postcss";
import { afterEach, beforeEach, expect, test } from "vitest";

import { trim } from "../../plugins/trim.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trim-"));
  mkdirSync(join(folder, "pages"));
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "page.html"), `<p class="card note">{% state "pass" %}</p>`);
  writeFileSync(join(folder, "pages", "marks.py"), `TONE = "text-quiet-too"`);
  writeFileSync(join(folder, "node_modules", "other.html"), `<p class="of-others">`);
});

afterEach(() => rmSync(folder, { recursive: true }));

function trimmed(css: string, from = "/node_modules/@tabler/core/tabler.css"): string {
  return postcss([trim([folder])])
    .process(css, { from })
    .css.replace(/\s+/g, "");
}

test("rules whose classes are named nowhere are left out", () => {
  expect(trimmed(".card{a:b}.modal{a:b}.card .modal{a:b}")).toBe(".card{a:b}");
  expect(trimmed(".of-others{a:b}")).toBe("");
});

test("of several selectors those that are used stay", () => {
  expect(trimmed(".modal,.card,p{a:b}")).toBe(".card,p{a:b}");
});

test("a class within :not() need not be there", () => {
  expect(trimmed(".card:not(.modal){a:b}")).toBe(".card:not(.modal){a:b}");
});

test("classes that are put together in templates stay, but for those of wide screens", () => {
  expect(trimmed(".alert-danger{a:b}.col-md-6{a:b}")).toBe(".alert-danger{a:b}");
});

test("keyframes have no classes, and what is empty then goes", () => {
  expect(trimmed("@keyframes x{from{a:b}}@media print{.modal{a:b}}")).toBe("@keyframesx{from{a:b}}");
});

test("what is not of Tabler stays as it is", () => {
  expect(trimmed(".modal{a:b}", "/src/frame/app.css")).toBe(".modal{a:b}");
});

test("names with signs that are escaped are read without them", () => {
  writeFileSync(join(folder, "page.html"), `<p class="w-1/2">`);
  expect(trimmed(".w-1\\/2{a:b}")).toBe("");
});
