// How many events of each kind there were on each day, what is said of a day, and which days are shown.

import { count } from "../frame/figures";

export interface KindCounts {
  kind: string;
  label: string;
  counts: number[];
  chosen: boolean;
}

export interface DailyCounts {
  days: string[];
  series: KindCounts[];
}

/** The first and the last day that are shown, by their places. */
export type Days = [number, number];

export const LEAST_DAYS = 3;
const whole = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const SINGULAR: Record<string, string> = { outside: "outside event" };

/** What happened on a day, in one line. */
export function sentenceOf({ days, series }: DailyCounts, day: number): string {
  const parts = series
    .filter((each) => each.chosen && each.counts[day])
    .map((each) => count(each.counts[day] ?? 0, SINGULAR[each.kind] ?? each.kind));
  return `${whole.format(new Date(days[day] ?? ""))}: ${parts.join(", ") || "nothing"}`;
}

/** The days that are shown after zooming, around a day that stays among them; `last` is the last there is. */
export function zoomedTo([from, to]: Days, how: string, last: number, around: number): Days {
  if (how === "all") return [0, last];
  const length = Math.max(LEAST_DAYS - 1, Math.round((to - from) * (how === "in" ? 0.5 : 2)));
  const begin = Math.max(0, Math.min(last - length, Math.round(around - length / 2)));
  return [begin, Math.min(last, begin + length)];
}

/** The days that are shown so that a day is among them. */
export function movedTo([from, to]: Days, day: number): Days {
  if (day < from) return [day, day + to - from];
  return day > to ? [day - to + from, day] : [from, to];
}

/** The day that a key leads to; nothing for keys that lead nowhere. */
export function dayBy(key: string, day: number, last: number): number | undefined {
  const at = day < 0 ? last : day;
  const days: Record<string, number> = { ArrowLeft: day < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last };
  const found = days[key];
  return found === undefined ? undefined : Math.min(last, Math.max(0, found));
}
