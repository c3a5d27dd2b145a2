import * as Plot from "@observablehq/plot";
import type { RouteRow } from "../across/route-report.ts";
import { showCount, showText } from "../formats.ts";
import { drawFile } from "./draw.ts";

const ROLE_HEIGHT = 150;
const WIDTH = 860;
/** Height of a label, in outcomes. */
const LABEL = 0.12;

/**
 * Outcome against tokens of a question as a picture (SVG) of its own, a panel for each role: a dot with its 95 %
 * interval for every way of answering, filled where no other one is as good and as cheap.
 */
export function routeChart(rows: readonly RouteRow[]): string {
  const known = spread(
    rows.flatMap(({ outcome, interval, tokens, ...row }) =>
      outcome === null || interval === null
        ? []
        : [{ ...row, outcome, low: interval[0], high: interval[1], tokens: Math.max(1, tokens) }],
    ),
  );
  const roles = [...new Set(known.map(({ role }) => role))];
  const place = { x: "tokens", fy: "role" } as const;
  return drawFile({
    width: WIDTH,
    height: Math.max(1, roles.length) * ROLE_HEIGHT + 60,
    marginRight: 230,
    marginLeft: 60,
    x: {
      type: "log",
      label: "tokens of a question, all members together",
      grid: true,
      tickFormat: "~s",
    },
    y: { label: "outcome", domain: [0, 1], grid: true, ticks: 3 },
    fy: { label: null, domain: roles },
    ariaLabel: "Outcome against tokens, by role",
    marks: [
      Plot.frame({ stroke: "lightgray" }),
      Plot.ruleX(known, { ...place, y1: "low", y2: "high", stroke: "gray" }),
      Plot.dot(known, {
        ...place,
        y: "outcome",
        stroke: "steelblue",
        fill: (row: { isOnFront: boolean | null }) =>
          row.isOnFront === true ? "steelblue" : "white",
        r: 4,
        title: (row: (typeof known)[number]) =>
          `${showText(row.way, 200)}: ${row.outcome.toFixed(2)} of ${row.known} at ${showCount(Math.round(row.tokens))} tokens`,
      }),
      Plot.text(known, {
        ...place,
        y: "label",
        text: (row: { way: string }) => showText(row.way, 40),
        dx: 8,
        textAnchor: "start",
      }),
    ],
  });
}

/** Rows with a height for their label: below that of the row before in the same panel, so that none hides another. */
function spread<T extends { role: string; outcome: number }>(rows: readonly T[]) {
  const lowest = new Map<string, number>();
  return [...rows]
    .sort((a, b) => b.outcome - a.outcome)
    .map((row) => {
      const label = Math.min(row.outcome, (lowest.get(row.role) ?? 2) - LABEL);
      lowest.set(row.role, label);
      return { ...row, label };
    });
}
