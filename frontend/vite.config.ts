// Every file in src/entries becomes a bundle with a hashed name; the console finds it by the manifest.
import { readdirSync } from "node:fs";
import { basename, resolve } from "node:path";

import { defineConfig } from "vite";

import { compress } from "./plugins/compress.ts";
import { licences } from "./plugins/licences.ts";
import { trim } from "./plugins/trim.ts";

const LICENCES = "licences.md";
const here = import.meta.dirname;
const entries = resolve(here, "src/entries");
const console_ = resolve(here, "../src/rtk/console");

export default defineConfig({
  root: here,
  base: "/static/pages/dist/",
  publicDir: false,
  css: { postcss: { plugins: [trim([console_, resolve(here, "src")])] } },
  build: {
    outDir: resolve(console_, "pages/static/pages/dist"),
    emptyOutDir: false, // a console may be serving from it: tools/frontend.py removes what is of another build
    manifest: "manifest.json",
    license: { fileName: LICENCES }, // of what the bundles hold of others
    target: "es2022",
    cssTarget: ["chrome123", "firefox128", "safari18"], // as Tabler asks for: nothing is written twice for older ones
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // htmx's eval, which its settings never let it reach, nor does the Content-Security-Policy.
      // And how long plugins take, which on a busy machine is long.
      onLog: (level, log, report) => ["EVAL", "PLUGIN_TIMINGS"].includes(log.code ?? "") || report(level, log),
      input: Object.fromEntries(readdirSync(entries).map((file) => [basename(file, ".ts"), resolve(entries, file)])),
    },
  },
  plugins: [licences(LICENCES), compress()],
});
