// What the page of a run under way says: counts, the phase and its time, the budget so far, what happened last.

import type { Measurements } from "../chart/measurements";
import { elapsed, fineShare, NO_DATA, whole } from "../frame/figures";
import { icon } from "../frame/icon";
import { plain } from "../frame/text";
import { time } from "../frame/times";
import { type ChartData, OUTCOMES, type Outcome, PHASES, type Phase } from "../schema";

const MOST_EVENTS = 6;

export class LivePage {
  constructor(private readonly root: HTMLElement) {}

  private part(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-live="${name}"]`);
  }

  private write(name: string, text: string): void {
    const place = this.part(name);
    if (place && place.textContent !== text) place.textContent = text;
  }

  /** Show the run as it stands; `now` is seconds since it began. */
  show(told: ChartData, all: Measurements, now: number): void {
    this.counts(told, all);
    this.course(told, now);
    this.events(told);
    this.stopping(told);
  }

  private counts(told: ChartData, all: Measurements): void {
    const sum = (outcome: Outcome): number => PHASES.reduce((found, phase) => found + all.count(phase, outcome), 0);
    for (const phase of PHASES) this.row(told, all, phase);
    const planned = PHASES.reduce((found, phase) => found + plannedOf(told, all, phase), 0);
    this.write("taken", whole(all.size));
    this.write("planned", whole(planned));
    this.write("deviated", whole(sum("deviated")));
    this.write("missed", whole(sum("missed")));
    this.write("spent", told.per_deviation === null ? NO_DATA : fineShare(told.per_deviation * sum("deviated")));
    const progress = this.part("progress");
    if (progress instanceof HTMLProgressElement) {
      progress.max = Math.max(1, planned);
      progress.value = Math.min(all.size, progress.max);
    }
  }

  /** A phase's counts; one that is not planned has its row from its first measurement on. */
  private row(told: ChartData, all: Measurements, phase: Phase): void {
    const planned = plannedOf(told, all, phase);
    const row = this.root.querySelector<HTMLElement>(`[data-phase="${phase}"]`);
    if (row && planned) row.hidden = false;
    for (const outcome of OUTCOMES) this.cell(`${phase}.${outcome}`, all.count(phase, outcome));
    this.cell(`${phase}.planned`, planned);
  }

  private cell(name: string, count: number): void {
    const cell = this.root.querySelector(`[data-count="${name}"]`);
    if (cell) cell.textContent = whole(count);
  }

  /** The phase, how long it has gone on, and of how much. */
  course(told: ChartData, now: number): void {
    const phase = told.phases[told.phases.length - 1];
    const undoing = told.undo?.state === "started";
    const began = undoing ? told.undo?.at : phase?.started;
    this.write("phase", undoing ? "undoing" : (phase?.phase ?? "checking the hypothesis first"));
    this.write("clock", began === undefined || told.state === "lost contact" ? "" : timeOf(told, began, now));
  }

  private events(told: ChartData): void {
    const list = this.part("events");
    if (!list) return;
    const last = told.events.slice(-MOST_EVENTS).reverse();
    if (!last.length) return;
    list.replaceChildren(
      ...last.map(([at, text]) => {
        const [item, clock] = [document.createElement("li"), document.createElement("span")];
        clock.className = "live-at";
        clock.textContent = elapsed(at);
        clock.title = time((told.at + at) * 1000);
        item.append(clock, ` ${plain(text, 300)}`);
        return item;
      }),
    );
  }

  private stopping(told: ChartData): void {
    const form = this.part("stop");
    if (form && told.stop !== null) form.hidden = true;
    const text = stopWords(told);
    const place = this.part("stopping");
    if (!place) return;
    place.hidden = !text;
    if (place.textContent !== text) place.textContent = text;
  }

  /** The state as its badge, which the page brought along. */
  state(state: string): void {
    const [place, badge] = [
      this.part("state"),
      this.root.querySelector<HTMLTemplateElement>(`template[data-badge="${state}"]`),
    ];
    if (place && badge) place.replaceChildren(badge.content.cloneNode(true));
  }

  /** Whether what is shown is what there is. */
  link(link: "live" | "away" | "refused"): void {
    const place = this.part("link");
    if (!place) return;
    const words = {
      live: "live",
      away: "The console does not answer. Trying again…",
      refused: "You can see this run no longer. Load the page again to sign in.",
    };
    place.replaceChildren(icon(link === "live" ? "activity" : "plug-off", 16), ` ${words[link]}`);
    place.dataset["link"] = link;
  }

  /** Send the Stop by script, so that the place on the page stays. */
  onStop(done: (stopped: boolean) => void): void {
    const form = this.part("stop");
    if (!(form instanceof HTMLFormElement)) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      if (button) button.disabled = true;
      void fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" })
        .then((answer) => answer.type === "opaqueredirect" || answer.ok)
        .catch(() => false)
        .then((stopped) => {
          if (button) button.disabled = stopped;
          done(stopped);
        });
    });
  }

  /** Say that it did not work. */
  complain(text: string): void {
    const place = this.part("stopping");
    if (!place) return;
    place.hidden = false;
    place.textContent = text;
  }
}

/** How long the phase has gone on, of how much; of the undoing nobody knows how long it takes. */
function timeOf(told: ChartData, began: number, now: number): string {
  const phase = told.phases[told.phases.length - 1];
  if (!phase || told.undo?.state === "started") return elapsed(now - began);
  const length = told.lengths[phase.phase];
  const since = elapsed((phase.ended ?? now) - began);
  return length ? `${since} of ${elapsed(length)}` : since;
}

/** How many slots a phase has: as the run told, or as the plan says; as many as came where that is more. */
function plannedOf(told: ChartData, all: Measurements, phase: Phase): number {
  const known = told.phases.find((span) => span.phase === phase)?.planned ?? told.planned[phase] ?? 0;
  return Math.max(known, all.of(phase));
}

/** What there is to say of a Stop, and of the undoing that every run ends with. */
export function stopWords(told: ChartData): string {
  const at = told.undo ? time((told.at + told.undo.at) * 1000) : "";
  const failed = told.rollbacks.filter((each) => each.status === "failed").length;
  if (told.undo?.state === "ended")
    return failed ? `Not everything is undone: ${failed} failed, at ${at}.` : `Undone at ${at}.`;
  if (told.undo?.state === "skipped") return told.stop === null ? "" : `Stopped. Rollbacks were not played, at ${at}.`;
  if (told.undo?.state === "started")
    return told.stop === null ? `Undoing since ${at}.` : `Stopping: undoing since ${at}.`;
  if (told.stop === null) return "";
  return `Stopping: ${plain(told.stop, 160)}. The run hears of it with its next call; then what was done is undone.`;
}
