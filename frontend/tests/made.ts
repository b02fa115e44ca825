// What tests are made of: a run, its measurements, and a page.

import { Measurements } from "../src/chart/measurements";
import type { ChartActivity, ChartCondition, ChartData, MeasurementEntry, Outcome, Phase } from "../src/schema";

/** A run of a minute that goes on, without anything in it. */
export function run(more: Partial<ChartData> = {}): ChartData {
  return {
    run: "8d3c",
    at: Date.parse("2020-07-17T13:00:00Z") / 1000,
    next: 1,
    state: "running",
    stop: null,
    verdict: null,
    planned: { baseline: 20, conditions: 60, recovery: 20 },
    lengths: { baseline: 20, conditions: 60, recovery: 20 },
    frequency_s: 1,
    per_deviation: null,
    threshold: { lower: null, upper: 6000, unit: "ms" },
    phases: [],
    conditions: [],
    rollbacks: [],
    undo: null,
    events: [],
    ends: null,
    lanes: { runs: [], outside: [] },
    ...more,
  };
}

export function condition(more: Partial<ChartCondition> = {}): ChartCondition {
  return { ...activity({ name: "load" }), until: null, gone: [], ...more };
}

export function activity(more: Partial<ChartActivity> = {}): ChartActivity {
  return { name: "stop load", started: 20, ended: 22.5, status: "succeeded", failure: null, lasts: null, ...more };
}

/** An entry of the stream. */
export function entry(slot: number, more: Partial<MeasurementEntry> = {}): MeasurementEntry {
  const none = { started: null, ended: null, value: null, reason: null, code: null };
  return {
    n: slot,
    t: slot,
    kind: "measurement",
    phase: "conditions",
    slot,
    due: slot,
    outcome: "met",
    ...none,
    ...more,
  };
}

/** Measurements a second apart: each is its value, or how it came out without one. */
export function measured(...slots: (number | Outcome | [Outcome, number] | [Outcome, number, Phase])[]): Measurements {
  const found = new Measurements(4);
  slots.forEach((each, slot) => {
    const [outcome, value, phase] = typeof each === "number" ? ["met" as const, each] : [each].flat();
    found.add(
      entry(slot, {
        outcome: outcome as Outcome,
        value: (value ?? null) as number | null,
        phase: (phase ?? "conditions") as Phase,
      }),
    );
  });
  return found;
}

/** Put this into the page. */
export function page(html: string): void {
  document.body.innerHTML = html;
}

export function find<T extends Element = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector);
  if (!found) throw new Error(`nothing on the page is ${selector}`);
  return found;
}
