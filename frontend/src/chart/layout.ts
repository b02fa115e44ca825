// Where everything stands: the plot, and under it a row for the missed slots, each condition, rollback, other run, and
// for what happened outside.

import type { ChartActivity, ChartCondition, ChartData, OutsideEvent, OverlappingRun } from "../schema";

export const HEAD = 36; // above the plot: the phases
export const SILENT = 22; // below the phases, where there are any: deviated measurements without a value
const PLOT = 270;
const ONE_LINE = 76; // the plot of a measure that has no values
const [MISSED_ROW, ROW] = [36, 36];
const [AXIS, SLIDER] = [34, 36];
export const MOST_ROWS = 8;
const NARROW = 520;

type Shown =
  | { kind: "missed" }
  | { kind: "condition"; of: ChartCondition }
  | { kind: "rollback"; of: ChartActivity }
  | { kind: "run"; of: OverlappingRun }
  | { kind: "outside"; of: OutsideEvent[] }
  | { kind: "more"; text: string };
export type Row = Shown & { y: number };

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
export function layout(told: ChartData, width: number, values: boolean, silent: boolean): Layout {
  const narrow = width < NARROW;
  const top = HEAD + (silent ? SILENT : 0);
  const bottom = top + (values ? PLOT : ONE_LINE);
  const rows = placed(told, bottom + 6);
  const last = rows[rows.length - 1];
  const lanes = last ? last.y - bottom + (last.kind === "missed" ? MISSED_ROW : ROW) : 0;
  const [left, right] = narrow ? [50, 22] : [64, 28];
  return { width, height: bottom + lanes + AXIS + SLIDER, left, right, top, bottom, lanes, narrow, rows, silent };
}

/** The rows below the plot, from its top. */
function placed(told: ChartData, from: number): Row[] {
  const { runs, outside } = told.lanes;
  const shown: Shown[] = [
    { kind: "missed" },
    ...few(
      told.conditions.map((of): Shown => ({ kind: "condition", of })),
      "condition",
    ),
    ...few(
      told.rollbacks.map((of): Shown => ({ kind: "rollback", of })),
      "rollback",
    ),
    ...few(
      runs.map((of): Shown => ({ kind: "run", of })),
      "run",
    ),
    ...(outside.length ? [{ kind: "outside", of: outside } as const] : []),
  ];
  return shown.map((row, at) => ({ ...row, y: from + (at ? MISSED_ROW + (at - 1) * ROW : 0) }));
}

/** As many rows as there is room for, and one that says how many more there are. */
function few(rows: Shown[], thing: string): Shown[] {
  const more = rows.length - MOST_ROWS;
  return more > 0
    ? [...rows.slice(0, MOST_ROWS), { kind: "more", text: `and ${more} more ${thing}${more === 1 ? "" : "s"}` }]
    : rows;
}
