// The tests run in Node; those that need a page say so at their top, and have one without a browser. What only a real
// browser shows is in tests/console/pages.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

process.env["TZ"] = "Europe/London"; // which threads have from here, and where times of summer and of UTC differ

// Files share threads, each with modules and a page of its own: a new thread would load all that makes a page once more,
// which takes four times as long as the tests. A module that one of them mocks would be so for the next ones, too.
const files = readdirSync(join(import.meta.dirname, "tests"), { recursive: true, encoding: "utf-8" })
  .map((name) => `tests/${name}`)
  .filter((name) => name.endsWith(".test.ts"));
const mocking = files.filter((name) => readFileSync(join(import.meta.dirname, name), "utf-8").includes("vi.mock("));
const test = { restoreMocks: true, unstubGlobals: true };

export default defineConfig({
  root: import.meta.dirname,
  test: {
    projects: [
      { test: { ...test, name: "alone", include: mocking, pool: "threads" } },
      {
        test: { ...test, name: "shared", include: files.filter((name) => !mocking.includes(name)), pool: "vmThreads" },
      },
    ],
  },
});
