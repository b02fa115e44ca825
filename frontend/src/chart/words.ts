// Values and moments as words, one way for the chart, its tooltip and what is read aloud.

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 4 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

/** A value with four significant digits and its unit: "312.4 ms", "12,346 ms". */
export function number(value: number, unit = ""): string {
  const text = Math.abs(value) >= 1000 && Math.abs(value) < 1e15 ? whole.format(value) : small(value);
  return unit ? `${text} ${unit}` : text;
}

function small(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e15) ? value.toExponential(2) : fine.format(value);
}

/** A moment (milliseconds since the epoch) in the reader's zone: "14:02:10", with tenths where they matter. */
export function time(at: number, tenths = false): string {
  const text = clock.format(at);
  return tenths ? `${text}.${Math.floor((((at % 1000) + 1000) % 1000) / 100)}` : text;
}

/** A day in the reader's zone: "Fri, 17 Apr 2020". */
export function date(at: number): string {
  return day.format(at);
}

/** Seconds as on a clock: "1:05", "2:00:00". */
export function elapsed(seconds: number): string {
  const all = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A share as per cent, with two decimals and never 0 or 100 where it is not: "0.93 %". */
export function share(part: number): string {
  const percent = part * 100;
  const text = percent.toFixed(2).replace(/\.?0+$/, "");
  if (text === "0" && percent > 0) return "< 0.01 %";
  return text === "100" && percent < 100 ? "> 99.99 %" : `${text} %`;
}

/** One line of text, cut to a length. */
export function plain(text: string, most = 120): string {
  // Controls and marks that turn the direction of text would disarrange what stands beside it.
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}
