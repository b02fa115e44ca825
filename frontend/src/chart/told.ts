// What the console tells of a run: the answer of `…/insights/{run}/data`, and the entries of its stream.

export const PHASES = ["baseline", "onset", "conditions", "undo", "recovery"] as const; // in the order of a run
export const OUTCOMES = ["met", "deviated", "missed"] as const;
export type Phase = (typeof PHASES)[number];
export const BY_CODE: readonly Phase[] = ["baseline", "conditions", "recovery", "onset", "undo"]; // as columns have them
/** The phases that last as long as they take: measured, and never judged. */
export const BETWEEN: readonly Phase[] = ["onset", "undo"];
export type Outcome = (typeof OUTCOMES)[number];
export const MET = 0;
export const DEVIATED = 1;
export const MISSED = 2;

export interface PhaseSpan {
  phase: Phase;
  started: number;
  ended: number | null;
  planned: number;
}

/**
 * A condition or rollback; `until` is when a condition was over, null where it is not yet, `gone` from when to when its
 * effect did not show.
 */
export interface Activity {
  name: string;
  started: number;
  ended: number | null;
  status: string;
  failure: string | null;
  lasts: number | null;
  until?: number | null;
  gone?: [number, number | null][];
}

export interface OtherRun {
  name: string;
  url: string;
  from: number;
  to: number | null;
  verdict: string | null;
}

export interface Outside {
  at: number;
  kind: string;
  title: string;
  source: string;
}

export interface Columns {
  phase: number[];
  slot: number[];
  due_ms: number[];
  outcome: number[];
  value: (number | null)[];
}

/** A run as it stands. Moments are seconds since it began, which was `at` seconds since the epoch. */
export interface Told {
  run: string;
  at: number;
  next: number;
  state: string;
  stop: string | null;
  verdict: string | null;
  planned: Partial<Record<Phase, number>>; // nothing of those that last as long as they take
  lengths: Partial<Record<Phase, number>>;
  frequency_s: number;
  per_deviation: number | null;
  threshold: { lower?: number | null; upper?: number | null; unit?: string };
  phases: PhaseSpan[];
  conditions: Activity[];
  rollbacks: Activity[];
  undo: { state: "started" | "ended" | "skipped"; at: number } | null;
  events: [number, string][];
  ends: number | null;
  lanes: { runs: OtherRun[]; outside: Outside[] };
  columns?: Columns;
  reasons?: Partial<Record<Phase, Record<string, string>>>;
}

/** An entry of the stream: of other kinds than measurements only `kind`, `n` and `t` are looked at. */
export interface Entry {
  n: number;
  t: number;
  kind: string;
  phase?: Phase;
  slot?: number;
  due?: number;
  outcome?: Outcome;
  value?: number | null;
  reason?: string | null;
}
