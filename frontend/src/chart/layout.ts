// Where everything stands: the plot, and under it a row for the missed slots, each condition, rollback, other run, and
// for what happened outside.

import { plain } from "./words";
import type { Activity, OtherRun, Outside, Told } from "./told";

export const HEAD = 36; // above the plot: the phases
export const SILENT = 22; // below the phases, where there are any: deviated measurements without a value
const PLOT = 270;
const ONE_LINE = 76; // the plot of a measure that has no values
const [MISSED_ROW, ROW] = [26, 36];
const [AXIS, SLIDER] = [34, 36];
export const MOST_ROWS = 8;
const NARROW = 520;

export type Row =
  | { kind: "missed"; y: number }
  | { kind: "condition"; y: number; of: Activity }
  | { kind: "rollback"; y: number; of: Activity }
  | { kind: "run"; y: number; of: OtherRun }
  | { kind: "outside"; y: number; of: Outside[] }
  | { kind: "more"; y: number; text: string };

export interface Layout {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number; // of the plot
  lanes: number; // height of all rows
  narrow: boolean;
  rows: Row[];
  silent: boolean;
}

/** The layout for a width in pixels. */
export function layout(told: Told, width: number, values: boolean, silent: boolean): Layout {
  const narrow = width < NARROW;
  const top = HEAD + (silent ? SILENT : 0);
  const bottom = top + (values ? PLOT : ONE_LINE);
  const rows = [...placed(told, bottom + 6)];
  const last = rows[rows.length - 1];
  const lanes = last ? last.y - bottom + (last.kind === "missed" ? MISSED_ROW : ROW) : 0;
  const [left, right] = narrow ? [50, 22] : [64, 28];
  return { width, height: bottom + lanes + AXIS + SLIDER, left, right, top, bottom, lanes, narrow, rows, silent };
}

function* placed(told: Told, from: number): Generator<Row> {
  let y = from;
  yield { kind: "missed", y };
  y += MISSED_ROW;
  for (const [kind, all] of [["condition", told.conditions], ["rollback", told.rollbacks]] as const) {
    for (const of of all.slice(0, MOST_ROWS)) {
      yield { kind, y, of };
      y += ROW;
    }
    if (all.length > MOST_ROWS) {
      yield { kind: "more", y, text: `and ${all.length - MOST_ROWS} more ${kind}s` };
      y += ROW;
    }
  }
  for (const of of told.lanes.runs.slice(0, MOST_ROWS)) {
    yield { kind: "run", y, of };
    y += ROW;
  }
  if (told.lanes.outside.length) yield { kind: "outside", y, of: told.lanes.outside };
}

/** What stands above an activity's bar. */
export function label(row: { kind: string; of: Activity }): string {
  const { name, ended, status, failure, until, gone } = row.of;
  const text = row.kind === "rollback" ? `rollback ${name}` : name;
  if (status === "failed") return plain(`${text}: failed${failure ? `, ${failure}` : ""}`, 90);
  if (ended === null) return plain(`${text}: under way`, 90);
  if (row.kind === "rollback") return plain(text, 90);
  if (gone?.length) return plain(`${text}: without its effect ${gone.length === 1 ? "once" : `${gone.length} times`}`, 90);
  return plain(until === null ? `${text}: still in effect` : text, 90);
}
