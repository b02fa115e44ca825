import sprite from "./icons.svg?no-inline";

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, as decoration beside a word. */
export function icon(name: string, size = 20): SVGSVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("width", String(size));
  drawing.setAttribute("height", String(size));
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  drawing.append(use);
  return drawing;
}

/** Draws another icon in the place of one. */
export function changeIcon(drawing: Element | null, name: string): void {
  drawing?.querySelector("use")?.setAttribute("href", `${sprite}#${name}`);
}
