// Written by `python -m tools.typescript` from the schemas of the console: change it there.

export const PHASES = ["baseline", "onset", "conditions", "undo", "recovery"] as const; // in the order of a run
export const OUTCOMES = ["met", "deviated", "missed"] as const; // in the order of their codes
export type Phase = (typeof PHASES)[number];
export type Outcome = (typeof OUTCOMES)[number];
export const PHASES_BY_CODE: readonly Phase[] = ["baseline", "conditions", "recovery", "onset", "undo"];
export const MET = 0;
export const DEVIATED = 1;
export const MISSED = 2;

/** The bounds a value is held against; empty where nothing is known of them. */
export interface ChartThreshold {
  lower?: number | null;
  upper?: number | null;
  unit?: string;
}

/** When a phase began and ended, and how many slots it planned. */
export interface ChartPhase {
  phase: Phase;
  started: number;
  ended: number | null;
  planned: number;
}

/** A condition or a rollback as it went; `lasts` is how long its effect goes on after it returned, where told. */
export interface ChartActivity {
  name: string;
  started: number;
  ended: number | null;
  status: string;
  failure: string | null;
  lasts: number | null;
}

/** A condition: `until` is when it was over (None: not yet), `gone` from when to when its effect did not show. */
export interface ChartCondition {
  name: string;
  started: number;
  ended: number | null;
  status: string;
  failure: string | null;
  lasts: number | null;
  until: number | null;
  gone: [number, number | null][];
}

/** Where the undoing is, and since when. */
export interface ChartUndo {
  state: "ended" | "skipped" | "started";
  at: number;
}

/** Another run of the team meanwhile; `began` and `ended` are seconds since the epoch. */
export interface OverlappingRun {
  name: string;
  url: string;
  began: number;
  ended: number | null;
  verdict: string | null;
}

/** Something that happened outside; `at` is seconds since the epoch. */
export interface OutsideEvent {
  at: number;
  kind: string;
  title: string;
  source: string;
}

/** What else went on while a run did. */
export interface ChartContext {
  runs: OverlappingRun[];
  outside: OutsideEvent[];
}

/** Measurements as columns of one length; `phase` and `outcome` are codes, `value` is null where there is none. */
export interface ChartColumns {
  phase: number[];
  slot: number[];
  due_ms: number[];
  outcome: number[];
  value: (number | null)[];
}

/**
 * All that a chart is drawn from. Moments are seconds since the run began: `at` seconds since the epoch.
 *
 * `next` is the number of the entry that is not in it yet; a live page asks for it without the measurements. Phases
 * that last as long as they take have neither `planned` slots nor `lengths`; `per_deviation` is the share of the
 * budget that one deviated measurement spends.
 */
export interface ChartData {
  threshold: ChartThreshold;
  phases: ChartPhase[];
  conditions: ChartCondition[];
  rollbacks: ChartActivity[];
  events: [number, string][];
  run: string;
  at: number;
  next: number;
  state: "running" | "lost contact" | "abandoned" | "ended";
  stop: string | null;
  verdict: string | null;
  planned: Partial<Record<Phase, number>>;
  lengths: Partial<Record<Phase, number>>;
  frequency_s: number;
  per_deviation: number | null;
  undo: ChartUndo | null;
  ends: number | null;
  lanes: ChartContext;
  columns?: ChartColumns;
  reasons?: Partial<Record<Phase, Record<string, string>>>;
}

/** A measurement as the stream tells it: `n` is the number of its entry, moments are seconds since the run began. */
export interface MeasurementEntry {
  n: number;
  t: number;
  kind: "measurement";
  phase: Phase;
  slot: number;
  due: number;
  started: number | null;
  ended: number | null;
  outcome: Outcome;
  value: number | null;
  reason: string | null;
  code: string | null;
}

/** How a run is, as the stream tells it whenever that has changed. */
export interface RunStateEvent {
  state: "running" | "lost contact" | "abandoned" | "ended";
  stop: string | null;
  verdict: string | null;
  restored: boolean | null;
}
