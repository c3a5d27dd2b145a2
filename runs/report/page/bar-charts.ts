import * as Plot from "@observablehq/plot";
import { showGainWithin, showSeconds, showText } from "../formats.ts";
import type { Span } from "../timeline.ts";
import { drawBoth, type Picture, timeAxis, WIDTHS } from "./draw.ts";

/** A value with what is known of its noise. */
export type Bar = { name: string; value: number; standardError: number | null; title: string };

/** Half the width of a 95 % interval, in standard errors. */
const Z95 = 1.96;
const ROW = 22;

/** Bars with 95 % intervals, one below the other. */
export function barChart(bars: readonly Bar[], label: string): Picture {
  const rows = bars.map((bar, index) => ({
    ...bar,
    key: String(index),
    low: bar.value - Z95 * (bar.standardError ?? 0),
    high: bar.value + Z95 * (bar.standardError ?? 0),
  }));
  return drawBoth((width) => {
    const isWide = width === WIDTHS.wide;
    return {
      width,
      height: rows.length * ROW + 70,
      marginLeft: isWide ? 300 : 120,
      marginBottom: 44,
      x: { label, labelOffset: 40, grid: true, ticks: isWide ? 7 : 3 },
      y: {
        label: null,
        domain: rows.map(({ key }) => key),
        tickFormat: (key: string) => showText(bars[Number(key)]?.name ?? "", isWide ? 46 : 17),
        tickSize: 0,
      },
      ariaLabel: label,
      marks: [
        Plot.barX(rows, {
          x: "value",
          y: "key",
          fill: "var(--accent)",
          title: "title",
          insetTop: 3,
          insetBottom: 3,
        }),
        Plot.ruleY(rows, {
          x1: "low",
          x2: "high",
          y: "key",
          stroke: "var(--fg)",
          strokeWidth: 1.5,
        }),
        Plot.ruleX([0], { stroke: "var(--muted)" }),
      ],
    };
  });
}

/** What an ablation's bar says when it is pointed at. */
export function barTitle(name: string, value: number, standardError: number | null): string {
  return `${showText(name, 200)}: ${showGainWithin(value, standardError)}`;
}

/** Most spans that are drawn: the longest ones. */
const MAX_SPANS = 500;

/** Executions and model calls as bars over time, a row per slot of a lane; how many short ones are left out. */
export function timelineChart(spans: readonly Span[]): { picture: Picture; leftOut: number } {
  const longest = [...spans].sort((a, b) => b.end - b.start - (a.end - a.start));
  const drawn = new Set(longest.slice(0, MAX_SPANS));
  const end = Math.max(0, ...spans.map((span) => span.end));
  const { unit, per } = timeAxis(end);
  const rows = spans
    .filter((span) => drawn.has(span))
    .map((span) => ({ ...span, ...placed(span, { per, least: end / 400 }) }));
  const lanes = [...new Set(rows.map(({ slot }) => slot))].sort(byLane);
  const picture = drawBoth((width) => ({
    width,
    height: lanes.length * ROW + 70,
    marginLeft: width === WIDTHS.wide ? 150 : 110,
    marginBottom: 44,
    x: { label: unit, labelOffset: 40, domain: [0, end / per || 1], grid: true },
    y: {
      label: null,
      domain: lanes,
      tickSize: 0,
      tickFormat: (slot: string) => slot.replace(/ 1$/u, ""),
    },
    ariaLabel: "executions and model calls over time",
    marks: [
      Plot.barX(rows, {
        x1: "x1",
        x2: "x2",
        y: "slot",
        title: "title",
        fill: colorOf,
        insetTop: 3,
        insetBottom: 3,
      }),
    ],
  }));
  return { picture, leftOut: spans.length - drawn.size };
}

/** `least`: what is drawn of a moment, so that it can be seen. */
function placed(
  { kind, lane, row, what, start, end, after, waited }: Span,
  { per, least }: { per: number; least: number },
) {
  const took = showSeconds(end - start);
  const before = after === null ? "" : `\n${showSeconds(waited ?? 0)} after ${showText(after, 80)}`;
  return {
    slot: `${lane} ${kind === "execution" ? "scripts" : "model"} ${row + 1}`,
    x1: start / per,
    x2: Math.max(end, start + least) / per,
    title: `${showText(what, 120)}: ${took}${before}`,
  };
}

function colorOf({ kind, isFailed }: Pick<Span, "kind" | "isFailed">): string {
  if (isFailed) return "var(--bad)";
  return kind === "execution" ? "var(--accent)" : "var(--second)";
}

function byLane(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
