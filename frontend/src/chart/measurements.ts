// A run's measurements in columns, in the order they were due: a hundred thousand take four megabytes.

import {
  type ChartColumns,
  DEVIATED,
  type MeasurementEntry,
  MISSED,
  OUTCOMES,
  type Outcome,
  PHASES_BY_CODE,
  type Phase,
} from "../schema";

/** The phases that last as long as they take: measured, and never judged. */
export const BETWEEN: readonly Phase[] = ["onset", "undo"];

/** One measurement; `due` is milliseconds since the run began, `phase` and `outcome` are codes. */
export interface Measured {
  phase: number;
  slot: number;
  due: number;
  outcome: number;
  value: number | null;
}

export class Measurements {
  size = 0;
  due: Float64Array;
  value: Float64Array; // NaN where there is none
  slot: Float64Array;
  outcome: Uint8Array;
  phase: Uint8Array;
  private readonly counts = new Array<number>(PHASES_BY_CODE.length * OUTCOMES.length).fill(0);
  valued = 0;
  silent = 0; // deviated without a value

  constructor(room = 1024) {
    this.due = new Float64Array(room);
    this.value = new Float64Array(room);
    this.slot = new Float64Array(room);
    this.outcome = new Uint8Array(room);
    this.phase = new Uint8Array(room);
  }

  static from(columns: ChartColumns): Measurements {
    const { due_ms: due } = columns;
    const found = new Measurements(Math.max(1024, Math.ceil(due.length * 1.1)));
    for (const at of inOrder(due)) {
      found.put(found.size, {
        phase: columns.phase[at] ?? 0,
        slot: columns.slot[at] ?? 0,
        due: due[at] ?? 0,
        outcome: columns.outcome[at] ?? MISSED,
        value: columns.value[at] ?? null,
      });
    }
    return found;
  }

  /** Add one from the stream at its place. */
  add(entry: MeasurementEntry): Measured {
    const measured = {
      phase: Math.max(0, PHASES_BY_CODE.indexOf(entry.phase)),
      slot: entry.slot,
      due: entry.due * 1000,
      outcome: OUTCOMES.indexOf(entry.outcome),
      value: entry.value,
    };
    this.put(this.from(measured.due + 1e-6), measured);
    return measured;
  }

  private put(at: number, one: Measured): void {
    if (this.size === this.due.length) this.grow();
    for (const column of [this.due, this.value, this.slot, this.outcome, this.phase]) {
      if (at < this.size) column.copyWithin(at + 1, at, this.size);
    }
    this.due[at] = one.due;
    this.value[at] = one.value ?? Number.NaN;
    this.slot[at] = one.slot;
    this.outcome[at] = one.outcome;
    this.phase[at] = one.phase;
    this.size += 1;
    const kind = one.phase * OUTCOMES.length + one.outcome;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (one.value !== null) this.valued += 1;
    else if (one.outcome === DEVIATED) this.silent += 1;
  }

  /** How many measurements of a phase came out so. */
  count(phase: Phase, outcome: Outcome): number {
    return this.counts[PHASES_BY_CODE.indexOf(phase) * OUTCOMES.length + OUTCOMES.indexOf(outcome)] ?? 0;
  }

  /** How many measurements of a phase there are. */
  of(phase: Phase): number {
    return OUTCOMES.reduce((sum, outcome) => sum + this.count(phase, outcome), 0);
  }

  private grow(): void {
    const room = this.due.length * 2;
    const wider = <T extends Float64Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.due = wider(this.due, new Float64Array(room));
    this.value = wider(this.value, new Float64Array(room));
    this.slot = wider(this.slot, new Float64Array(room));
    this.outcome = wider(this.outcome, new Uint8Array(room));
    this.phase = wider(this.phase, new Uint8Array(room));
  }

  /** The place of the first that was due at a moment or later. */
  from(due: number): number {
    let [low, high] = [0, this.size];
    if (high && (this.due[high - 1] ?? 0) < due) return high; // what comes live comes last
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.due[middle] ?? 0) < due) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(index: number): Measured {
    const value = this.value[index] ?? Number.NaN;
    return {
      phase: this.phase[index] ?? 0,
      slot: this.slot[index] ?? 0,
      due: this.due[index] ?? 0,
      outcome: this.outcome[index] ?? MISSED,
      value: Number.isNaN(value) ? null : value,
    };
  }

  /** The next place of an outcome in a direction (1 or -1), or -1. */
  next(index: number, direction: number, outcome: number): number {
    for (let at = index + direction; at >= 0 && at < this.size; at += direction) {
      if (this.outcome[at] === outcome) return at;
    }
    return -1;
  }
}

function inOrder(due: number[]): Iterable<number> {
  for (let at = 1; at < due.length; at += 1) {
    if ((due[at] ?? 0) < (due[at - 1] ?? 0)) {
      return Uint32Array.from(due.keys()).sort((a, b) => (due[a] ?? 0) - (due[b] ?? 0) || a - b);
    }
  }
  return due.keys();
}
