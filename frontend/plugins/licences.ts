// Adds Tabler's licence to what Vite gathers: its own words for it are a comment, which is not kept in what is built.
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

export function licences(name: string): Plugin {
  let root = "";
  let folder = "";
  return {
    name: "licences",
    apply: "build",
    configResolved(config) {
      root = config.root;
      folder = config.build.outDir;
    },
    closeBundle() {
      const styles = readFileSync(join(root, "node_modules/@tabler/core/dist/css/tabler.css"), "utf8");
      const words = /\/\*!?([\s\S]*?)\*\//.exec(styles)?.[1] ?? "";
      appendFileSync(join(folder, name), `\n## @tabler/core\n\n${words.replace(/^ *\* ?/gm, "").trim()}\n`);
    },
  };
}
