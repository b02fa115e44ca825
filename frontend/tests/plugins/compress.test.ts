import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { afterEach, beforeEach, expect, test } from "vitest";

import { compress } from "../../plugins/compress.ts";
import { close } from "./built.ts";

let folder = "";
const put = (name: string, content: string): void => writeFileSync(join(folder, name), content);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compress-"));
  mkdirSync(join(folder, "assets"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("beside each file that gains by it stands the same compressed, in both ways", () => {
  const content = "const one = 1;\n".repeat(100);
  put("assets/app.js", content);
  close(compress(), folder);
  expect(brotliDecompressSync(readFileSync(join(folder, "assets/app.js.br"))).toString()).toBe(content);
  expect(gunzipSync(readFileSync(join(folder, "assets/app.js.gz"))).toString()).toBe(content);
});

test("what is tiny, and pictures that are compressed already, stay alone", () => {
  put("tiny.js", "1");
  put("photo.png", "x".repeat(5000));
  close(compress(), folder);
  expect(["tiny.js.br", "photo.png.br"].map((name) => existsSync(join(folder, name)))).toEqual([false, false]);
});

test("what was compressed before is not compressed again, since its name says what is in it", () => {
  put("app.css", "a".repeat(1000));
  put("app.css.br", "as it was");
  close(compress(), folder);
  expect(readFileSync(join(folder, "app.css.br"), "utf8")).toBe("as it was");
});
