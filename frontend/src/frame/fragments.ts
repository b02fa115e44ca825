// Fragments of pages, by htmx: without its own styles and without eval, which the Content-Security-Policy forbids.
import htmx from "htmx.org";

import { say } from "./say";
import { showTimes } from "./times";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages show what their reader may see: nothing of them is kept
htmx.config.scrollBehavior = "auto";

export function startFragments(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    headers["X-CSRFToken"] = /(?:^|; )rtk_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  });
  document.addEventListener("htmx:load", (event) => {
    if (event.target instanceof Element) showTimes(event.target.parentElement ?? event.target);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const pager = event.target instanceof Element && event.target.closest("#pager");
    const { successful } = (event as CustomEvent<{ successful: boolean }>).detail;
    if (pager && successful) say("More are shown.");
  });
}

export { htmx };
