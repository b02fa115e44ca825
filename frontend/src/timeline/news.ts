// New events appear by themselves, and rows change with what they tell of, without ever moving what somebody reads:
// who has scrolled down, points at the list or is in it with the keyboard is only told how many there are.
import { say } from "../frame/say";
import { showTimes } from "../frame/times";

const EVERY_MS = 4000;
const LONGEST_MS = 60_000; // between two tries while the console does not answer

let tag = "";
let pause = EVERY_MS;
let waiting: Element[] = [];
let apart = false; // none of the newest is shown yet: there may be others between

export function startNews(): void {
  if (!events()?.dataset["poll"]) return;
  const button = document.querySelector<HTMLButtonElement>("#news button");
  button?.addEventListener("click", () => {
    show();
    document.getElementById("events")?.scrollIntoView({ block: "start" });
    focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as Element | null)?.id === "events") forget(); // other filters, another list
  });
  tick();
}

function tick(): void {
  window.setTimeout(async () => {
    if (!document.hidden) await look();
    tick();
  }, pause);
}

async function look(): Promise<void> {
  const place = events()?.dataset["poll"];
  if (!place) return;
  const search = window.location.search;
  try {
    const answer = await fetch(place + search, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    pause = answer.ok || answer.status === 304 ? EVERY_MS : Math.min(LONGEST_MS, pause * 2);
    if (answer.status !== 200 || search !== window.location.search) return;
    tag = answer.headers.get("ETag") ?? "";
    take(await answer.text());
  } catch {
    pause = Math.min(LONGEST_MS, pause * 2); // the console is away; the page stays as it is
  }
}

function take(html: string): void {
  const fresh = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("#list > li")];
  for (const row of fresh) change(row);
  waiting = fresh.filter((row) => !document.getElementById(row.id));
  apart = waiting.length === fresh.length;
  if (waiting.length === 0) hide();
  else if (isRead()) offer();
  else show();
}

/** A row that is shown already, as it is now. */
function change(row: Element): void {
  const shown = document.getElementById(row.id);
  if (!shown || shown.contains(document.activeElement)) return;
  showTimes(row);
  if (shown.innerHTML !== row.innerHTML && told(shown) !== told(row)) {
    const state = row.querySelector(".state")?.textContent?.trim();
    const was = shown.querySelector(".state")?.textContent?.trim();
    shown.replaceWith(document.adoptNode(row));
    if (state && state !== was) say(`${row.querySelector("a")?.textContent?.trim() ?? "A run"}: ${state}`);
  }
}

/** What a row says, without its times, which are kept right elsewhere. */
function told(row: Element): string {
  const copy = row.cloneNode(true) as Element;
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return copy.innerHTML.replace(/\s+/g, " ");
}

/** Whether somebody is at the list, or types what to filter for, so that nothing may move. */
function isRead(): boolean {
  const section = events();
  const list = document.getElementById("list");
  if (!section || !list) return false;
  const away = section.getBoundingClientRect().top < 0;
  const types = document.activeElement?.closest("#main form") != null;
  const selects = window.getSelection()?.isCollapsed === false;
  return away || types || selects || list.matches(":hover") || list.contains(document.activeElement);
}

function offer(): void {
  const [box, word] = [document.getElementById("news"), document.querySelector("#news [data-word]")];
  if (!box || !word) return;
  const text = waiting.length === 1 ? "1 new event" : `${waiting.length} new events`;
  if (word.textContent === text && !box.hidden) return;
  word.textContent = text;
  box.hidden = false;
  say(text);
}

function show(): void {
  const list = document.getElementById("list");
  if (!list || apart) {
    window.location.reload();
    return;
  }
  for (const row of waiting.reverse()) {
    showTimes(row);
    place(list, document.adoptNode(row));
  }
  say(waiting.length === 1 ? "1 new event is shown." : `${waiting.length} new events are shown.`);
  waiting = [];
  hide();
}

/** Where it belongs by its time: what is told late stands further down. */
function place(list: Element, row: Element): void {
  const when = moment(row);
  const after = [...list.children].find((each) => moment(each) <= when);
  row.classList.add("event-new");
  list.insertBefore(row, after ?? null);
}

function moment(row: Element): number {
  return Date.parse(row.getAttribute("data-at") ?? "");
}

function focus(): void {
  document.querySelector<HTMLElement>("#list > li a")?.focus({ preventScroll: true });
}

function hide(): void {
  const box = document.getElementById("news");
  if (box) box.hidden = true;
}

function forget(): void {
  tag = "";
  waiting = [];
  hide();
}

function events(): HTMLElement | null {
  return document.getElementById("events");
}
