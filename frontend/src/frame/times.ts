// Times as the reader reads them: in their zone, and relative ones kept right. Without this script they stand in UTC.
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: [number, string][] = [
  [365.25 * DAY, "year"],
  [30.44 * DAY, "month"],
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
  [1, "second"],
];
const DATE: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" };
const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const day = new Intl.DateTimeFormat("en-GB", DATE);
const moment = new Intl.DateTimeFormat("en-GB", { ...DATE, ...TIME });
const exact = new Intl.DateTimeFormat("en-GB", { ...DATE, ...TIME, timeZoneName: "short" });

/** How far a moment is from now, as the console says it: "3 days ago", "in 5 minutes", "just now". */
export function distance(when: Date, now: Date = new Date()): string {
  const seconds = (now.getTime() - when.getTime()) / 1000;
  const far = Math.abs(seconds);
  const [size, unit] = UNITS.find(([least]) => far >= least) ?? [1, "second"];
  if (far < 10) return "just now";
  const n = Math.floor(far / size);
  const text = n === 1 ? `${n} ${unit}` : `${n} ${unit}s`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** Day and time in the reader's zone, with the zone's name. */
export function exactly(when: Date): string {
  return exact.format(when);
}

/** Puts all times within an element right. */
export function showTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>("time[data-time]")) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    const kind = time.dataset.time;
    const text = kind === "ago" ? distance(when) : kind === "day" ? day.format(when) : moment.format(when);
    if (time.textContent !== text) time.textContent = text;
    time.title = exactly(when);
  }
}

export function startTimes(): void {
  showTimes(document);
  setInterval(() => {
    if (!document.hidden) showTimes(document);
  }, 10_000);
}
