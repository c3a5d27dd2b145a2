import * as Plot from "@observablehq/plot";
import type { Diagnosis } from "../../events/scoring.ts";
import { showNumber, showPercent, showPlural } from "../formats.ts";
import { drawBoth, type Picture, WIDTHS } from "./draw.ts";

type Column = Diagnosis["columns"][number];
export type Calibration = NonNullable<Column["calibration"]>;
export type Residuals = NonNullable<Column["residuals"]>;

/** Predicted probabilities against the shares that came true; on the line they are what they say. */
export function calibrationChart(bins: Calibration): Picture {
  const rows = bins.map(({ rows: count, predicted, actual, interval: [low, high] }) => ({
    predicted,
    actual,
    low,
    high,
    title: `predicted ${showPercent(predicted)}, came true ${showPercent(actual)} of ${showPlural(count, "prediction")}`,
  }));
  const end = Math.min(
    1,
    Math.max(...rows.map(({ predicted, high }) => Math.max(predicted, high))),
  );
  return drawBoth((width) => ({
    width,
    height: width === WIDTHS.wide ? 320 : 280,
    marginLeft: 60,
    marginBottom: 44,
    x: {
      label: "predicted probability",
      labelOffset: 40,
      domain: [0, end],
      grid: true,
      nice: true,
    },
    y: {
      label: "share that came true",
      labelArrow: "none",
      domain: [0, end],
      grid: true,
      nice: true,
    },
    ariaLabel: "predicted probability against the share that came true",
    marks: [
      Plot.line(
        [
          [0, 0],
          [end, end],
        ],
        { stroke: "var(--muted)", strokeDasharray: "4 4" },
      ),
      Plot.ruleX(rows, {
        x: "predicted",
        y1: "low",
        y2: "high",
        stroke: "var(--accent)",
        strokeWidth: 1.5,
      }),
      Plot.dot(rows, {
        x: "predicted",
        y: "actual",
        r: 4,
        fill: "var(--accent)",
        title: "title",
      }),
    ],
  }));
}

/** Residuals by the size of the prediction: median, half and four fifths of the rows. */
export function residualChart({ bySize, isLogarithmic }: Residuals): Picture {
  const rows = bySize.map(({ rows: count, predicted, quantiles }) => {
    const [low, from, middle, to, high] = quantiles;
    const title = `predicted about ${showNumber(predicted)}: ${showPlural(count, "row")}, residual ${showNumber(middle ?? 0)} at the median`;
    return { predicted, low, from, middle, to, high, title };
  });
  const scale = isLogarithmic ? "log(1 + prediction)" : "prediction";
  return drawBoth((width) => ({
    width,
    height: width === WIDTHS.wide ? 280 : 240,
    marginLeft: 70,
    marginBottom: 44,
    x: { label: scale, labelOffset: 40, nice: true, ticks: width === WIDTHS.wide ? 8 : 4 },
    y: { label: "truth less prediction", labelArrow: "none", grid: true, nice: true },
    ariaLabel: "residuals by the size of the prediction",
    marks: [
      Plot.ruleY([0], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
      Plot.ruleX(rows, { x: "predicted", y1: "low", y2: "high", stroke: "var(--accent)" }),
      Plot.ruleX(rows, {
        x: "predicted",
        y1: "from",
        y2: "to",
        stroke: "var(--accent)",
        strokeWidth: 6,
      }),
      Plot.dot(rows, {
        x: "predicted",
        y: "middle",
        r: 4,
        fill: "var(--bg)",
        stroke: "var(--accent)",
        strokeWidth: 2,
        title: "title",
      }),
    ],
  }));
}

/** How the residuals of all rows are spread. */
export function spreadChart({ edges, counts, isLogarithmic }: Residuals): Picture {
  const bars = counts.map((count, index) => {
    const [from = 0, to = 0] = [edges[index], edges[index + 1]];
    return {
      from,
      to,
      count,
      title: `${showNumber(from)} to ${showNumber(to)}: ${showPlural(count, "row")}`,
    };
  });
  const label = isLogarithmic
    ? "truth less prediction, of log(1 + value)"
    : "truth less prediction";
  return drawBoth((width) => ({
    width,
    height: 200,
    marginLeft: 60,
    marginBottom: 44,
    x: { label, labelOffset: 40, ticks: width === WIDTHS.wide ? 8 : 4 },
    y: { label: "rows", labelArrow: "none", grid: true },
    ariaLabel: "how the residuals are spread",
    marks: [
      Plot.rectY(bars, {
        x1: "from",
        x2: "to",
        y: "count",
        fill: "var(--accent)",
        insetLeft: 0.5,
        insetRight: 0.5,
        title: "title",
      }),
      Plot.ruleX([0], { stroke: "var(--fg)", strokeDasharray: "4 4" }),
      Plot.ruleY([0], { stroke: "var(--muted)" }),
    ],
  }));
}
