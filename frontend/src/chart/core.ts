// What every chart shares: the parts of ECharts that all of them need, the page's colours, size and preferences.

import { DataZoomInsideComponent, DataZoomSliderComponent, GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([GridComponent, DataZoomInsideComponent, DataZoomSliderComponent, CanvasRenderer]);

export { echarts };
export type Chart = echarts.ECharts;
export type Shape = Parameters<InstanceType<typeof echarts.graphic.Group>["add"]>[0];

/** A shape as a group takes it: the library's own types disagree where an optional property must not be undefined. */
export function shape(of: object): Shape {
  return of as Shape;
}

/** The colours of the page as it is shown now, as the canvas needs them. */
export interface Colours {
  text: string;
  muted: string;
  line: string;
  surface: string;
  value: string;
  good: string;
  bad: string;
  unsure: string;
  condition: string;
  other: string;
  font: string;
}

/** Read the colours that an element would have. */
export function colours(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(`--rtk-${name}`).trim() || otherwise;
  return {
    text: read("ink", "#1d2733"),
    muted: read("quiet", "#55606b"),
    line: read("line", "#d9dee4"),
    surface: read("surface", "#ffffff"),
    value: read("busy", "#0b57a4"),
    good: read("good", "#0f6b35"),
    bad: read("bad", "#b3171c"),
    unsure: read("warn", "#855000"),
    condition: read("odd", "#7a2f9e"),
    other: read("quiet", "#55606b"),
    font: style.fontFamily || "sans-serif",
  };
}

/** The same colour, to be seen through: `share` from 0 to 1. */
export function faint(colour: string, share: number): string {
  const parts = echarts.color.parse(colour);
  return parts ? `rgba(${parts[0]},${parts[1]},${parts[2]},${share})` : colour;
}

/** Call back whenever the page goes from light to dark or back; the answer ends it. */
export function onTheme(change: () => void): () => void {
  const root = new MutationObserver(change);
  root.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", change);
  return () => {
    root.disconnect();
    system.removeEventListener("change", change);
  };
}

/** A chart in an element, which follows its width. Nothing moves by itself, whatever the reader prefers. */
export function mount(element: HTMLElement, resized: (chart: Chart) => void): Chart {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width || !element.clientWidth) return;
    width = element.clientWidth;
    resized(chart);
  }).observe(element);
  return chart;
}
