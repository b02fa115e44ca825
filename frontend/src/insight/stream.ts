// Following a run: every entry once, whatever happens to the connection.

import type { MeasurementEntry, RunStateEvent } from "../schema";

/** An entry of the stream: of other kinds than measurements only these are looked at. */
export type Entry = MeasurementEntry | { n: number; t: number; kind: string };

export function isMeasurement(entry: Entry): entry is MeasurementEntry {
  return entry.kind === "measurement";
}

export interface Heard {
  entry: (entry: Entry) => void;
  state: (state: RunStateEvent) => void;
  link: (link: "live" | "away" | "refused") => void;
}

const [FIRST_MS, LONGEST_MS] = [500, 8000];
const HIDDEN_MS = 60_000; // a browser has six connections to a console: tabs that nobody looks at give theirs back

export class Stream {
  private source: EventSource | null = null;
  private tries = 0;
  private timer = 0;
  private over = false;

  /** Follow `url` behind the entry of the number `last`. */
  constructor(
    private readonly url: string,
    private last: number,
    private readonly heard: Heard,
  ) {
    document.addEventListener("visibilitychange", this.looked);
    window.addEventListener("pagehide", () => this.source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.open());
    this.open();
  }

  /** Follow no longer. */
  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.looked);
    this.source?.close();
    this.source = null;
  }

  private rest(): void {
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    if (this.over) return;
    clearTimeout(this.timer);
    this.source?.close();
    const source = new EventSource(`${this.url}?after=${this.last}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.tries = 0;
      this.heard.link("live");
    });
    source.addEventListener("entry", (event) => this.entry(JSON.parse(event.data) as Entry, Number(event.lastEventId)));
    source.addEventListener("state", (event) => this.heard.state(JSON.parse(event.data) as RunStateEvent));
    source.addEventListener("refused", () => {
      this.close();
      this.heard.link("refused");
    });
    source.addEventListener("error", () => this.failed());
  }

  private entry(entry: Entry, number: number): void {
    if (number <= this.last) return; // told again after a break
    this.last = number;
    this.heard.entry({ ...entry, n: number });
  }

  /** A browser gives up when it is answered anything but a stream, as while the console starts again. */
  private failed(): void {
    if (this.over) return;
    const answered = this.source?.readyState === EventSource.CLOSED;
    this.heard.link("away");
    this.source?.close();
    const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries) * (0.75 + Math.random() / 2);
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (answered ? void this.ask() : this.open()), pause);
  }

  /** Ask why there was no stream: who may read no longer need not try again. */
  private async ask(): Promise<void> {
    const asking = new AbortController();
    const status = await fetch(this.url, { signal: asking.signal }).then(
      (answer) => answer.status,
      () => 0,
    );
    asking.abort();
    if (![401, 403, 404].includes(status)) return this.open();
    this.close();
    this.heard.link("refused");
  }

  private readonly looked = (): void => {
    clearTimeout(this.timer);
    if (document.hidden) this.timer = window.setTimeout(() => this.rest(), HIDDEN_MS);
    else if (this.source?.readyState !== EventSource.OPEN) this.open();
  };
}
