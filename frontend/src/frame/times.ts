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
const ZONE: Intl.DateTimeFormatOptions = { timeZoneName: "short" };
const zoned = new Intl.DateTimeFormat("en-GB", { ...TIME, ...ZONE });
const exact = new Intl.DateTimeFormat("en-GB", { ...DATE, ...TIME, ...ZONE });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...DATE });
const clock = new Intl.DateTimeFormat("en-GB", TIME);

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

/** A moment (milliseconds since the epoch) in the reader's zone: "14:02:10", with tenths where they matter. */
export function time(at: number, tenths = false): string {
  const text = clock.format(at);
  return tenths ? `${text}.${Math.floor((((at % 1000) + 1000) % 1000) / 100)}` : text;
}

/** A day in the reader's zone: "Fri, 17 Apr 2020". */
export function date(at: number): string {
  return weekday.format(at);
}

/** The reader's zone at a moment, as all times of a page are shown in: "CET (Europe/Berlin)". */
export function zone(when: Date = new Date()): string {
  const short = exact.formatToParts(when).find((part) => part.type === "timeZoneName")?.value ?? "local time";
  const whole = exact.resolvedOptions().timeZone;
  return !whole || whole === short ? short : `${short} (${whole})`;
}

const WORDS: Record<string, (when: Date) => string> = {
  ago: distance,
  day: (when) => day.format(when),
  clock: (when) => zoned.format(when),
  moment: exactly,
};

/** Puts all times within an element right, and those that the tab's title has of it. */
export function showTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>("time[data-time]")) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    const [before, text] = [time.textContent ?? "", (WORDS[time.dataset.time ?? ""] ?? exactly)(when)];
    if (before !== text) time.textContent = text;
    if (time.dataset.time === "moment" && before !== text) document.title = document.title.replace(before, () => text);
    time.title = exactly(when);
  }
}

export function startTimes(): void {
  showTimes(document);
  setInterval(() => {
    if (!document.hidden) showTimes(document);
  }, 10_000);
}
