// Shapes that a scene is put together from.

import { echarts } from "./core";

/** From one pixel to another. */
export type Stretch = [number, number];

/** What is left of a stretch without others, which stand in their order. */
export function without([from, to]: Stretch, others: Stretch[]): Stretch[] {
  const left: Stretch[] = [];
  let at = from;
  for (const [begin, end] of others) {
    if (begin > at) left.push([at, Math.min(begin, to)]);
    at = Math.max(at, end);
  }
  if (to > at) left.push([at, to]);
  return left.filter(([begin, end]) => end > begin);
}

export function diamond(
  x: number,
  y: number,
  size: number,
  fill: string,
): InstanceType<typeof echarts.graphic.Polygon> {
  const points: [number, number][] = [
    [x, y - size],
    [x + size, y],
    [x, y + size],
    [x - size, y],
  ];
  return new echarts.graphic.Polygon({ shape: { points }, style: { fill }, z: 6, silent: true });
}

const hatches = new Map<string, { image: HTMLCanvasElement; repeat: "repeat" }>();

/** A pattern of slanted lines. */
export function hatch(colour: string): { image: HTMLCanvasElement; repeat: "repeat" } {
  const known = hatches.get(colour);
  if (known) return known;
  const image = document.createElement("canvas");
  image.width = image.height = 8;
  const pen = image.getContext("2d");
  if (pen) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
      pen.stroke();
    }
  }
  const made = { image, repeat: "repeat" as const };
  hatches.set(colour, made);
  return made;
}
