// Leaves out the rules of style sheets whose classes are named nowhere in templates and code: Tabler has a rule for
// everything, and nine in ten of them would be sent, parsed and matched in vain.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import type { AcceptedPlugin, Rule } from "postcss";

const READ = /\.html$|\.ts$|pages\/.*\.py$/;
const PASSED_BY = new Set(["node_modules", "dist", "__pycache__", "migrations"]);
// Put together in templates, of a first part and a variable.
const COMPOSED = /^(alert|btn|state|bg|text|steps|status|progress|col|col-\w\w)-[\w-]+$/;
const GROUPS = /:(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)/g;
const CLASS = /\.((?:[\w-]|\\.)+)/g;

export function trim(folders: string[]): AcceptedPlugin {
  return {
    postcssPlugin: "trim",
    OnceExit(root) {
      const words = new Set(folders.flatMap(texts).flatMap((text) => text.match(/[\w-]+/g) ?? []));
      root.walkRules((rule) => {
        if (rule.source?.input.file?.includes("@tabler")) keep(rule, words);
      });
      root.walkAtRules(/^(media|supports|layer)$/, (rule) => {
        if (rule.nodes?.length === 0) rule.remove();
      });
    },
  };
}

function keep(rule: Rule, words: Set<string>): void {
  const parent = rule.parent;
  if (parent?.type === "atrule" && "name" in parent && /keyframes$/.test(String(parent.name))) return;
  const used = rule.selectors.filter((selector) => classes(selector).every((name) => isNamed(name, words)));
  if (used.length === 0) rule.remove();
  else if (used.length < rule.selectors.length) rule.selectors = used;
}

function isNamed(name: string, words: Set<string>): boolean {
  return words.has(name) || (COMPOSED.test(name) && !/-(sm|md|lg|xl|xxl)-/.test(name));
}

// What stands in :not() and the like need not be there for the rule to match.
function classes(selector: string): string[] {
  return [...selector.replace(GROUPS, "").matchAll(CLASS)].map((found) => (found[1] ?? "").replace(/\\/g, ""));
}

function texts(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (PASSED_BY.has(name)) return [];
    if (statSync(path).isDirectory()) return texts(path);
    return READ.test(path) ? [readFileSync(path, "utf8")] : [];
  });
}
