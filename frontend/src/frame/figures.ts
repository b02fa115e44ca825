// Figures as words, as src/rtk/figures.py says them: a page says the same before a script takes over and after it.
// tests/vectors/figures.json holds both to it. A figure is rounded as it is written, and halves go to the even digit.

export const NO_DATA = "no data";

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
// Whole numbers of a unit read best alone up to so many seconds; above, two units do.
const WHOLE: readonly [number, string, number][] = [
  [DAY, "day", Number.POSITIVE_INFINITY],
  [HOUR, "h", 2 * DAY],
  [MINUTE, "min", 2 * HOUR],
];
const [LEAST_POWER, MOST_POWER] = [-4, 14]; // beyond them a value is written with its exponent
const MOST_DECIMALS = 15;

/** The decimal number that a float is written as: `digits` × 10^-`places`. */
interface Decimal {
  digits: bigint;
  places: number;
}

/** A share (0 to 1) as per cent, such as "66.7 %"; 0 and 100 % are kept for the exact ends. */
export function share(part: number): string {
  const percent = shifted(decimal(part), 2);
  for (let places = 1; places < MOST_DECIMALS; places += 1) {
    if ([0, 100].every((end) => equals(rounded(percent, places), end) === equals(percent, end)))
      return `${fixed(percent, places)} %`.replace(".0 %", " %");
  }
  return `${fixed(percent, MOST_DECIMALS)} %`;
}

/** A share to two decimals of a per cent, for budgets, where a tenth is coarse: "0.93 %", "11.73 %". */
export function fineShare(part: number): string {
  const text = stripped(fixed(shifted(decimal(part), 2), 2));
  return text === "0" || text === "100" ? share(part) : `${text} %`;
}

/** A value to four significant digits with its unit: "312.4 ms", "12,346 ms". */
export function number(value: number, unit = ""): string {
  return `${significant(decimal(value), 4)} ${unit}`.trimEnd();
}

/** A value that somebody chose, such as a threshold or a tick, as it was written: up to ten digits. */
export function chosenNumber(value: number, unit = ""): string {
  return `${significant(decimal(value), 10)} ${unit}`.trimEnd();
}

/** A count with its noun: "1 slot", "2,995 slots". */
export function count(n: number, thing: string): string {
  return `${whole(n)} ${thing}${n === 1 ? "" : "s"}`;
}

/** A whole number: "2,995". */
export function whole(n: number): string {
  return fixed(decimal(n), 0);
}

/** Seconds in the unit that reads best: "0.35 s", "40 s", "72 min", "6 h", "1 day", "2 days 23 h". */
export function duration(seconds: number): string {
  if (seconds < 0) return `-${duration(-seconds)}`;
  for (const [size, unit, most] of WHOLE) {
    if (seconds > 0 && seconds <= most && seconds % size === 0)
      return unit === "day" ? count(seconds / size, unit) : `${whole(seconds / size)} ${unit}`;
  }
  return atMost(rounded(decimal(seconds), 1), 2 * MINUTE) ? short(seconds) : pair(seconds);
}

/** Seconds since a start as on a clock: "1:05", "2:00:00". */
export function elapsed(seconds: number): string {
  const all = nearest(Math.abs(seconds));
  const [hours, minutes, rest] = [Math.floor(all / HOUR), Math.floor(all / MINUTE) % 60, all % MINUTE];
  const two = (n: number): string => String(n).padStart(2, "0");
  const clock = hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  return seconds < 0 && all > 0 ? `-${clock}` : clock;
}

function short(seconds: number): string {
  if (seconds > 0 && seconds < 0.0095) return `${significant(shifted(decimal(seconds), 3), 2)} ms`;
  return `${stripped(fixed(decimal(seconds), seconds < 10 ? 2 : 1))} s`;
}

/** Two units next to each other, the smaller one rounded to a whole number. */
function pair(seconds: number): string {
  if (nearest(seconds) < 2 * HOUR) return two(nearest(seconds), 60, "min", "s");
  if (nearest(seconds / MINUTE) < 2 * 24 * 60) return two(nearest(seconds / MINUTE), 60, "h", "min");
  return two(nearest(seconds / HOUR), 24, "days", "h");
}

function two(all: number, size: number, large: string, small: string): string {
  const rest = all % size;
  return `${whole(Math.floor(all / size))} ${large}${rest ? ` ${rest} ${small}` : ""}`;
}

function decimal(value: number): Decimal {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e"); // as few digits as tell it from others
  const [units = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(units + fraction), places: fraction.length - Number(exponent) };
}

function shifted({ digits, places }: Decimal, powers: number): Decimal {
  return { digits, places: places - powers };
}

/** Round to so many places, which may be below nought: halves go to the even digit. */
function rounded({ digits, places }: Decimal, to: number): Decimal {
  if (places <= to) return { digits: digits * 10n ** BigInt(to - places), places: to };
  const unit = 10n ** BigInt(places - to);
  const [below, rest] = [abs(digits) / unit, abs(digits) % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && below % 2n === 1n);
  const found = below + (up ? 1n : 0n);
  return { digits: digits < 0n ? -found : found, places: to };
}

function nearest(value: number): number {
  return Number(rounded(decimal(value), 0).digits);
}

function abs(digits: bigint): bigint {
  return digits < 0n ? -digits : digits;
}

function equals(one: Decimal, other: number): boolean {
  return one.places <= 0
    ? one.digits * 10n ** BigInt(-one.places) === BigInt(other)
    : one.digits === BigInt(other) * 10n ** BigInt(one.places);
}

function atMost(one: Decimal, limit: number): boolean {
  return one.digits < BigInt(limit) * 10n ** BigInt(one.places);
}

/** A number with so many decimals, its thousands parted by commas; never "-0". */
function fixed(value: Decimal, places: number): string {
  const { digits } = rounded(value, places);
  const text = String(abs(digits)).padStart(places + 1, "0");
  const [units, fraction] = [text.slice(0, text.length - places), text.slice(text.length - places)];
  const grouped = units.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return `${digits < 0n ? "-" : ""}${grouped}${places ? `.${fraction}` : ""}`;
}

/** A number without zeros at the end of its decimals. */
function stripped(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The power of ten of a number that is not nought. */
function powerOf({ digits, places }: Decimal): number {
  return String(abs(digits)).length - 1 - places;
}

/** A number to so many significant digits, without zeros at its end; whole digits are never rounded away. */
function significant(value: Decimal, digits: number): string {
  if (!value.digits) return "0";
  const places = digits - 1 - powerOf(value);
  const found = rounded(value, places);
  const power = powerOf(found);
  if (power >= LEAST_POWER && power <= MOST_POWER) return stripped(fixed(value, Math.max(0, places)));
  const mantissa = stripped(fixed({ digits: found.digits, places: found.places + power }, digits - 1));
  return `${mantissa}e${power < 0 ? "-" : "+"}${Math.abs(power)}`;
}
