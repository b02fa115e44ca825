// The same as the lanes of the chart in words, for whoever does not see it, and with links.

import { BETWEEN } from "../chart/measurements";
import { plain } from "../frame/text";
import { time } from "../frame/times";
import type { ChartContext, ChartData } from "../schema";

export function showLanes(lanes: ChartContext, at: number): void {
  const place = document.getElementById("chart-lanes");
  const list = place?.querySelector("ul");
  if (!place || !list) return;
  place.hidden = !lanes.runs.length && !lanes.outside.length;
  const runs = lanes.runs.map((run) => {
    const [item, link] = [document.createElement("li"), document.createElement("a")];
    link.href = run.url;
    link.textContent = plain(run.name);
    const until = run.ended === null ? "still going on" : `to ${time(run.ended * 1000)}`;
    item.append("run of ", link, `, from ${time(run.began * 1000)} ${until}${run.verdict ? `, ${run.verdict}` : ""}`);
    return item;
  });
  const outside = lanes.outside.map((event) => {
    const item = document.createElement("li");
    const since = event.at - at;
    item.textContent = plain(
      `${time(event.at * 1000)} ${event.kind}: ${event.title} (${event.source})${since < 0 ? ", before the run" : ""}`,
      300,
    );
    return item;
  });
  list.replaceChildren(...runs, ...outside);
}

/** The key of the chart: of a measure with values, or of one that is only met or not; with the phases that there are. */
export function showKey(told: ChartData, values: boolean): void {
  const shown: Record<string, boolean> = {
    met: !values,
    value: values,
    threshold: values,
    between: told.phases.some(({ phase }) => BETWEEN.includes(phase)),
  };
  for (const each of document.querySelectorAll<HTMLElement>(".chart-legend [data-key]")) {
    each.hidden = !shown[each.dataset["key"] ?? ""];
  }
}
