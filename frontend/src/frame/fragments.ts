// Fragments of pages, by htmx: without its own styles and without eval, which the Content-Security-Policy forbids. The
// page's head says so to htmx, which reads it at once: loaded late, it would have begun before a script could. Nothing
// is kept in its history: pages show what their reader may see.
import htmx from "htmx.org";

import { say } from "./say";
import { showTimes } from "./times";

export function startFragments(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    headers["X-CSRFToken"] = forgeryToken(document.cookie);
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

// Over https the cookie's name is one that no other host can set; one without the prefix is then somebody else's.
export function forgeryToken(cookies: string): string {
  const found = ["__Host-rtk_csrf", "rtk_csrf"].map((name) => new RegExp(`(?:^|; )${name}=([^;]+)`).exec(cookies)?.[1]);
  return found.find((token) => token !== undefined) ?? "";
}

export { htmx };
