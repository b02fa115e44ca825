// The tests run in Node; those that need a page say so at their top, and have one without a browser. What only a real
// browser shows is in tests/console/pages.
import { defineConfig } from "vitest/config";

process.env["TZ"] = "Europe/London"; // which threads have from here, and where times of summer and of UTC differ

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["tests/**/*.test.ts"],
    pool: "threads", // quicker to start than processes
    restoreMocks: true,
    unstubGlobals: true,
  },
});
