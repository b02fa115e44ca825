// The page of a run: its chart, and while it goes on everything that changes by itself.

import { InsightChart } from "../chart/insight";
import { Measurements } from "../chart/measurements";
import type { Span } from "../chart/span";
import { toolbar } from "../chart/toolbar";
import { htmx } from "../frame/fragments";
import { say } from "../frame/say";
import { zone } from "../frame/times";
import type { ChartData, Phase, RunStateEvent } from "../schema";
import { RunClock } from "./clock";
import { showKey, showLanes } from "./lanes";
import { LivePage } from "./page";
import { renewed } from "./renew";
import { type Entry, isMeasurement, Stream } from "./stream";

const UNDER_WAY = ["running", "lost contact"];
const AROUND_MS = 250; // so that a hundred viewers do not ask at once, and what comes together is asked for once
const MOST_DOUBLINGS = 5; // of that, while the console does not answer: 8 s
const SETTLE_MS = 300;

class Insight {
  private told: ChartData;
  private readonly all: Measurements;
  private readonly chart: InsightChart;
  private readonly page: LivePage | null;
  private stream: Stream | null = null;
  private readonly clock: RunClock;
  private asking = 0;
  private drawing = 0;
  private last = -1;
  private tick = 0;
  private leaving = 0;
  private misses = 0; // how often in a row the console did not say what is drawn around the measurements
  private refused = false;

  constructor(
    private readonly element: HTMLElement,
    told: ChartData,
    shown: Span | null,
  ) {
    this.told = told;
    this.clock = new RunClock(told.at);
    this.all = Measurements.from(told.columns ?? { phase: [], slot: [], due_ms: [], outcome: [], value: [] });
    if (told.columns) delete told.columns;
    this.chart = new InsightChart(element, told, this.all, () => this.now() * 1000);
    if (shown) this.chart.show(...shown);
    toolbar(element.closest("section") ?? document, () => this.chart);
    showLanes(told.lanes, told.at);
    this.showKey();
    const live = document.getElementById("live");
    this.page = live ? new LivePage(live) : null;
    if (told.state !== "ended") this.follow();
  }

  /** Seconds since the run began: its own clock, as it was last heard, and what passed since. */
  private now(): number {
    const last = this.all.size ? (this.all.due[this.all.size - 1] ?? 0) / 1000 : 0;
    return this.clock.now(last, this.told.state === "running");
  }

  private follow(): void {
    const url = this.element.dataset["stream"] ?? "";
    this.stream = new Stream(url, this.told.next - 1, {
      entry: (entry) => this.entry(entry),
      state: (state) => this.state(state),
      link: (link) => {
        this.refused = link === "refused";
        this.page?.link(link);
      },
    });
    this.page?.onStop((stopped) => {
      if (stopped) say("Stopping.");
      else this.page?.complain("The Stop did not reach the console. Try again.");
    });
    this.tick = window.setInterval(() => this.passed(), 1000);
    this.show();
  }

  private show(): void {
    this.showKey();
    this.page?.show(this.told, this.all, this.now());
  }

  private showKey(): void {
    showKey(this.told, this.all.valued > 0 || this.all.size === 0);
  }

  private passed(): void {
    if (document.hidden || this.told.state !== "running") return;
    this.page?.course(this.told, this.now());
    this.chart.redraw();
  }

  private entry(entry: Entry): void {
    this.clock.heard(entry.t);
    if (isMeasurement(entry)) {
      this.all.add(entry);
      if (entry.reason) this.explain(entry.phase, entry.slot, entry.reason);
      this.last = entry.n;
      this.drawing ||= requestAnimationFrame(() => this.drawn());
    } else if (entry.kind !== "heartbeat" && entry.kind !== "hypothesis") {
      this.ask();
    }
  }

  /** Keep why a measurement came out as it did. */
  private explain(phase: Phase, slot: number, reason: string): void {
    this.told.reasons ??= {};
    const known = this.told.reasons[phase] ?? {};
    known[String(slot)] = reason;
    this.told.reasons[phase] = known;
  }

  /** Show what has come since the last frame. */
  private drawn(): void {
    this.drawing = 0;
    this.show();
    this.chart.draw();
    this.element.dataset["shown"] = String(this.last);
  }

  /** Fetch again what is drawn around the measurements. */
  private ask(): void {
    if (this.refused) return;
    this.asking ||= window.setTimeout(
      () => {
        this.asking = 0;
        void this.fetchAround();
      },
      AROUND_MS * 2 ** Math.min(this.misses, MOST_DOUBLINGS) * Math.random(),
    );
  }

  private async fetchAround(): Promise<void> {
    const around = await fetched(`${this.element.dataset["url"]}?around`).catch(() => null);
    this.misses = around ? 0 : this.misses + 1;
    if (!around) return this.ask();
    const { columns: _, reasons: __, ...rest } = around;
    this.told = { ...this.told, ...rest };
    this.chart.told = this.told;
    this.chart.redraw();
    showLanes(this.told.lanes, this.told.at);
    this.show();
    if (document.getElementById("undone")) {
      void htmx.ajax("get", `${window.location.pathname}?fragment=undone`, { target: "#undone", swap: "innerHTML" });
    }
  }

  private state(state: RunStateEvent): void {
    const before = this.told.state;
    this.told = { ...this.told, state: state.state, stop: state.stop, verdict: state.verdict };
    this.chart.told = this.told;
    this.page?.state(state.state);
    this.show();
    if (UNDER_WAY.includes(state.state) !== (this.page !== null)) {
      this.leaveSoon();
      return;
    }
    if (before !== state.state) say(`The run is ${state.state}.`);
    this.chart.redraw();
  }

  /** The page is another one now: fetch it once it has settled. */
  private leaveSoon(): void {
    clearTimeout(this.leaving);
    this.leaving = window.setTimeout(() => void this.leave(), SETTLE_MS * (1 + Math.random()));
  }

  private async leave(): Promise<void> {
    const [shown, place] = [this.chart.window, window.scrollY];
    if (!(await renewed())) {
      this.leaveSoon(); // nothing came: try again
      return;
    }
    this.stream?.close();
    clearInterval(this.tick);
    clearTimeout(this.asking);
    cancelAnimationFrame(this.drawing);
    this.chart.dispose();
    window.scrollTo({ top: place, behavior: "instant" });
    say(document.querySelector(".verdict-headline")?.textContent ?? "The page shows how the run stands now.");
    await boot(shown);
  }
}

async function fetched(url: string): Promise<ChartData> {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) throw new Error(`answered ${answer.status}`);
  return (await answer.json()) as ChartData;
}

/** Say which zone the times of the page are in. */
function name(of: string): void {
  for (const each of document.querySelectorAll("[data-zone]")) each.textContent = of;
}

/** Start the chart of this page; `shown` is the window that is shown at first. */
export async function boot(shown: Span | null = null): Promise<void> {
  const [element, waiting] = [document.getElementById("chart"), document.getElementById("chart-waiting")];
  if (!element) return;
  name(zone());
  try {
    const told = await fetched(element.dataset["url"] ?? "");
    name(zone(new Date(told.at * 1000))); // which may have been another one then: summer time
    waiting?.remove();
    new Insight(element, told, shown);
    element.dataset["ready"] = "yes";
  } catch {
    if (waiting)
      waiting.textContent =
        "The chart could not be loaded. The table below has the measurements; load the page again to try once more.";
  }
}
