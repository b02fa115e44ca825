// The page as it is now, in the place of what stood there: without a reload, so that the reader stays where they are.

import { htmx } from "../frame/fragments";
import { showTimes } from "../frame/times";

const PARTS = ["#insight", ".page-heading", ".page-actions"];

/** Fetch this page again and put its parts in place; whether that could be done. */
export async function renewed(): Promise<boolean> {
  const text = await fetch(window.location.href, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .catch(() => "");
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.querySelector("#insight")) return false;
  document.title = page.title;
  for (const part of PARTS) {
    const [old, made] = [document.querySelector(part), page.querySelector<HTMLElement>(part)];
    if (old && made) old.replaceWith(shown(made));
  }
  const banner = page.querySelector<HTMLElement>(".frame-page > .banner");
  if (banner && !document.querySelector(".frame-page > .banner"))
    document.querySelector(".frame-page")?.prepend(shown(banner));
  return true;
}

function shown(part: HTMLElement): HTMLElement {
  const made = document.adoptNode(part);
  showTimes(made);
  htmx.process(made);
  return made;
}
