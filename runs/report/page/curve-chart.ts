import * as Plot from "@observablehq/plot";
import type { CurvePoint } from "../best-so-far.ts";
import { showScoreWithin, showText } from "../formats.ts";
import { drawBoth, type Picture, timeAxis, WIDTHS } from "./draw.ts";

/** What the scores are drawn over. */
export type CurveAxis = "seconds" | "usd";

/** A score may lie this many times the height of the best ones' band outside of it and still be drawn. */
const REACH = 3;

/** Dots that are drawn at most, besides those of the best. */
const MAX_DOTS = 600;

/** The best-so-far curve with its noise band and every score as a dot; how many lie outside of the picture. */
export function curveChart(
  points: readonly CurvePoint[],
  axis: CurveAxis,
  { metric, end }: { metric: string; end: number },
): { picture: Picture; outside: number } {
  const { unit, per } = axis === "usd" ? { unit: "dollars", per: 1 } : timeAxis(end);
  const domain = domainOf(points);
  const near = points.filter(({ score }) => score >= domain[0] && score <= domain[1]);
  const shown = thinned(near);
  const rows = shown.map((point) => ({
    x: point[axis] / per,
    y: point.score,
    isBest: point.isBest,
    title: `${showText(point.solution, 80)}\n${showScoreWithin(point.score, point.interval)}`,
  }));
  const band = bandOf(points, axis, end).map((each) => ({ ...each, x: each.x / per }));
  const picture = drawBoth((width) => ({
    width,
    height: width === WIDTHS.wide ? 300 : 240,
    marginLeft: 60,
    marginBottom: 44,
    x: { label: unit, labelOffset: 40, nice: true },
    y: { label: metric, labelArrow: "none", domain, grid: true },
    ariaLabel: `best score so far over ${unit}`,
    marks: [
      Plot.areaY(band, { x: "x", y1: "low", y2: "high", curve: "step-after", fill: "var(--band)" }),
      Plot.lineY(band, {
        x: "x",
        y: "best",
        curve: "step-after",
        stroke: "var(--accent)",
        strokeWidth: 2,
      }),
      Plot.dot(rows, {
        x: "x",
        y: "y",
        r: 3.5,
        title: "title",
        fill: (row) => (row.isBest ? "var(--accent)" : "var(--faint)"),
      }),
    ],
  }));
  return { picture, outside: points.length - near.length };
}

/** Every best, and of the others as many as can be told apart. */
function thinned(points: readonly CurvePoint[]): CurvePoint[] {
  const every = Math.ceil(points.length / MAX_DOTS);
  return points.filter(({ isBest }, index) => isBest || index % every === 0);
}

type BandPoint = { x: number; best: number; low: number; high: number };

/** The line of the best so far, up to the end of the run. */
function bandOf(points: readonly CurvePoint[], axis: CurveAxis, end: number): BandPoint[] {
  const steps = points
    .filter(({ isBest }) => isBest)
    .map(({ best, bestInterval, ...point }) => ({
      x: point[axis],
      best,
      low: bestInterval?.[0] ?? best,
      high: bestInterval?.[1] ?? best,
    }));
  const last = steps.at(-1);
  return last === undefined ? [] : [...steps, { ...last, x: Math.max(end, last.x) }];
}

/** What is near the best scores; a script that went far astray must not press all others together. */
function domainOf(points: readonly CurvePoint[]): [number, number] {
  const bests = points.filter(({ isBest }) => isBest);
  const ends = bests.flatMap(({ best, bestInterval }) => [best, ...(bestInterval ?? [])]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const height = high - low || Math.abs(high) || 1;
  const near = points
    .map(({ score }) => score)
    .filter((score) => score >= low - REACH * height && score <= high + REACH * height);
  const [from, to] = [Math.min(low, ...near), Math.max(high, ...near)];
  const room = (to - from || Math.abs(to) || 1) / 20;
  return [from - room, to + room];
}
