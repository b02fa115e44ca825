// What time it is in a run that goes on: seconds since it began, by its own clock as it was last heard.

const SILENT_S = 30; // the time goes on for so long without news: then contact is lost
const FAR_S = 60; // a clock of this machine that is further from the run's is not believed

/** What the time is told from; `now` is this machine's clock (milliseconds since the epoch), `ticks` one that only goes on. */
export interface Clocks {
  now: () => number;
  ticks: () => number;
}

export class RunClock {
  private heardAt: number | null = null;
  private heardTick = 0;

  /** `began` is when the run did, in seconds since the epoch. */
  constructor(
    private readonly began: number,
    private readonly clocks: Clocks = { now: () => Date.now(), ticks: () => performance.now() },
  ) {}

  /** Note the time of an entry: entries come late now and then, and the time never goes back. */
  heard(t: number): void {
    this.heardAt = Math.max(t, this.heardAt ?? 0);
    this.heardTick = this.clocks.ticks();
  }

  /** The time; `last` is when the last measurement was due. What does not run stands still. */
  now(last: number, running: boolean): number {
    const known = Math.max(this.heardAt ?? 0, last);
    if (!running) return known;
    if (this.heardAt !== null) return known + Math.min(SILENT_S, (this.clocks.ticks() - this.heardTick) / 1000);
    const since = this.clocks.now() / 1000 - this.began;
    return since > known && since < known + FAR_S ? since : known;
  }
}
