import * as Plot from "@observablehq/plot";
import type { EventValue } from "../../events/events.ts";
import { showText } from "../formats.ts";
import { drawBoth, type Picture, WIDTHS } from "./draw.ts";

type History = EventValue<"reflected">["history"];

/** From run to run: the share of shown items that were cited, and that were cited by a change that gained. */
export function usefulnessChart(history: History): Picture {
  const points = history.flatMap(({ run, shown, cited, useful }, index) => {
    if (shown === 0) return [];
    const about = { run: index + 1, title: showText(run, 80) };
    return [
      { ...about, share: cited / shown, what: "cited" },
      { ...about, share: useful / shown, what: "useful" },
    ];
  });
  return drawBoth((width) => ({
    ...frame(width),
    y: { label: "share of items shown", labelArrow: "none", domain: [0, 1], grid: true },
    color: { domain: ["cited", "useful"], range: ["var(--faint)", "var(--accent)"] },
    ariaLabel: "share of items shown that were cited, and that were useful, by run",
    marks: [
      Plot.lineY(points, { x: "run", y: "share", stroke: "what", strokeWidth: 2 }),
      Plot.dot(points, { x: "run", y: "share", fill: "what", r: 3, title: "title" }),
    ],
  }));
}

/** From run to run: the mean gain of changes that cited an item. */
export function memoryGainChart(history: History): Picture {
  const points = history.flatMap(({ run, gain }, index) =>
    gain === null ? [] : [{ run: index + 1, gain, title: showText(run, 80) }],
  );
  return drawBoth((width) => ({
    ...frame(width),
    y: { label: "mean gain (standard errors)", labelArrow: "none", nice: true, grid: true },
    ariaLabel: "mean gain of changes that cited an item, by run",
    marks: [
      Plot.ruleY([0], { stroke: "var(--faint)" }),
      Plot.lineY(points, { x: "run", y: "gain", stroke: "var(--accent)", strokeWidth: 2 }),
      Plot.dot(points, { x: "run", y: "gain", fill: "var(--accent)", r: 3, title: "title" }),
    ],
  }));
}

function frame(width: number): Plot.PlotOptions {
  return {
    width,
    height: width === WIDTHS.wide ? 240 : 200,
    marginLeft: 60,
    marginBottom: 44,
    x: { label: "run", labelOffset: 40, tickFormat: (run: number) => String(run) },
  };
}
