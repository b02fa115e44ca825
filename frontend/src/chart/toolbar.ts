// The buttons beside a chart: closer, further, back and forth, all of it, and as a picture.

import { date, time, zone } from "../frame/times";
import type { InsightChart } from "./insight";

const SLIDER = 36; // pixels at the bottom that are no part of the picture
const SCALE = 2;

/** Let the buttons within an element act on a chart: `data-chart` names what each does. */
export function toolbar(within: ParentNode, chart: () => InsightChart): void {
  const acts: Record<string, () => void> = {
    closer: () => chart().zoom(0.5),
    further: () => chart().zoom(2),
    back: () => chart().pan(-0.5),
    forth: () => chart().pan(0.5),
    all: () => chart().reset(),
    picture: () => save(chart()),
  };
  for (const button of within.querySelectorAll<HTMLButtonElement>("button[data-chart]")) {
    button.addEventListener("click", () => acts[button.dataset["chart"] ?? ""]?.());
    button.hidden = false;
  }
}

function save(of: InsightChart): void {
  picture(of).toBlob((blob) => {
    if (!blob) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `insight-${of.told.run}.png`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, "image/png");
}

/** The chart as it is shown, with its title and the zone of its times. */
export function picture(of: InsightChart): HTMLCanvasElement {
  const { width, height } = of.layout;
  const drawn = of.chart.renderToCanvas({ pixelRatio: SCALE, backgroundColor: of.colours.surface });
  const made = document.createElement("canvas");
  const head = 34;
  made.width = width * SCALE;
  made.height = (height - SLIDER + head) * SCALE;
  const pen = made.getContext("2d");
  if (!pen) return made;
  pen.scale(SCALE, SCALE);
  pen.fillStyle = of.colours.surface;
  pen.fillRect(0, 0, width, height + head);
  pen.drawImage(drawn, 0, 0, width * SCALE, (height - SLIDER) * SCALE, 0, head, width, height - SLIDER);
  pen.fillStyle = of.colours.text;
  pen.font = `600 14px ${of.colours.font}`;
  pen.fillText(of.element.dataset["title"] ?? "", of.layout.left, 20, width * 0.55);
  pen.font = `12px ${of.colours.font}`;
  pen.textAlign = "right";
  const at = of.told.at * 1000;
  pen.fillText(`${date(at)}, ${time(at)} ${zone(new Date(at))}`, width - of.layout.right, 20, width * 0.4);
  return made;
}
