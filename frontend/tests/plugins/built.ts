// A build that is over, as a plugin of Vite sees it.

import type { Plugin, ResolvedConfig } from "vite";

type Hook = (this: unknown, ...given: unknown[]) => unknown;

/** Let a plugin do what it does at the end of a build into `folder`. */
export function close(plugin: Plugin, folder: string, root = folder): void {
  const config = { root, build: { outDir: folder } } as unknown as ResolvedConfig;
  (plugin.configResolved as Hook).call({}, config);
  (plugin.closeBundle as Hook).call({});
}
