// What is said of phases and activities: above their bars, and under the pointer.

import { count, duration, elapsed } from "../frame/figures";
import { plain } from "../frame/text";
import type { ChartActivity, ChartCondition, ChartPhase } from "../schema";

const BETWEEN_WORDS: Partial<Record<ChartPhase["phase"], string>> = {
  onset: "onset: until the conditions have taken effect; measured, not judged",
  undo: "undo: while the conditions are undone; measured, not judged",
};

/** What a phase is for. */
export function phaseWords({ phase, planned }: ChartPhase): string {
  return BETWEEN_WORDS[phase] ?? `${phase}: ${count(planned, "slot")} planned`;
}

/** How an activity went. */
export function wordsOf(of: ChartActivity, kind: string): string {
  const took = of.ended === null ? "under way" : `${of.status} after ${duration(of.ended - of.started)}`;
  return `${kind} ${of.name}: ${took}${of.failure ? `, ${of.failure}` : ""}`;
}

/** How a condition went, and until when its effect stayed. */
export function conditionWords(of: ChartCondition): string {
  const stays = of.ended !== null && of.status !== "failed";
  const until =
    of.until === null
      ? ", still in effect"
      : of.until > (of.ended ?? 0)
        ? `, in effect until ${elapsed(of.until)}`
        : "";
  return plain(`${wordsOf(of, "condition")}${stays ? until : ""}`, 200);
}

/** What stands above the bar of a condition. */
export function conditionLabel({ name, ended, status, failure, until, gone }: ChartCondition): string {
  if (status === "failed") return failed(name, failure);
  if (ended === null) return plain(`${name}: under way`, 90);
  if (gone.length)
    return plain(`${name}: without its effect ${gone.length === 1 ? "once" : count(gone.length, "time")}`, 90);
  return plain(until === null ? `${name}: still in effect` : name, 90);
}

/** What stands above the bar of a rollback. */
export function rollbackLabel({ name, ended, status, failure }: ChartActivity): string {
  const text = `rollback ${name}`;
  if (status === "failed") return failed(text, failure);
  return plain(ended === null ? `${text}: under way` : text, 90);
}

function failed(text: string, failure: string | null): string {
  return plain(`${text}: failed${failure ? `, ${failure}` : ""}`, 90);
}
