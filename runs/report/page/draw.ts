import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** The same picture for a wide screen and for a narrow one; the page shows one of them. */
export type Picture = { wide: string; narrow: string };

export const WIDTHS = { wide: 760, narrow: 340 } as const;

/** Draws with Observable Plot, without a browser. Colors are the page's variables, so that they follow light and dark. */
export function draw(options: Plot.PlotOptions, background = "transparent"): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const style = { fontSize: "12px", background };
  const svg = Plot.plot({ ...options, style, document });
  svg.setAttribute("role", "img");
  // A picture is read as one: names of its groups, of which Plot gives some, are not allowed.
  for (const group of svg.querySelectorAll("g[aria-label]")) group.removeAttribute("aria-label");
  return svg.outerHTML;
}

/** Draws a picture for a file of its own, which names its language as a part of a page need not. */
export function drawFile(options: Plot.PlotOptions): string {
  return draw(options, "white").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ');
}

/** Draws for both widths. */
export function drawBoth(optionsFor: (width: number) => Plot.PlotOptions): Picture {
  return { wide: draw(optionsFor(WIDTHS.wide)), narrow: draw(optionsFor(WIDTHS.narrow)) };
}

/** A time axis in the unit that suits it. */
export function timeAxis(seconds: number): { unit: string; per: number } {
  if (seconds < 180) return { unit: "seconds", per: 1 };
  return seconds < 3 * 3600 ? { unit: "minutes", per: 60 } : { unit: "hours", per: 3600 };
}
