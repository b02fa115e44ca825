// Adds Tabler's licence to what Vite gathers: its own words for it are a comment, which is not kept in what is built.
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

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
      appendFileSync(join(folder, name), `\n## @tabler/core\n\n${words.replace(/^ *\* ?/gm, "").trim()}\n\n${MIT}\n`);
    },
  };
}
