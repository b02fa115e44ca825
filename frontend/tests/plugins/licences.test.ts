import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { licences } from "../../plugins/licences.ts";
import { close } from "./built.ts";

test("the licence of the style sheets is added to those that are there, with what it calls itself", () => {
  const root = mkdtempSync(join(tmpdir(), "licences-"));
  const css = join(root, "node_modules/@tabler/core/dist/css");
  mkdirSync(css, { recursive: true });
  writeFileSync(join(css, "tabler.css"), "/*!\n * Tabler v1 (the address)\n * Copyright its authors\n */\n.card{}");
  writeFileSync(join(root, "licences.md"), "## htmx\n");
  close(licences("licences.md"), root, root);
  const text = readFileSync(join(root, "licences.md"), "utf8");
  expect(text).toMatch(
    /^## htmx\n\n## @tabler\/core\n\nTabler v1 \(the address\)\nCopyright its authors\n\nPermission is hereby/,
  );
  rmSync(root, { recursive: true });
});
