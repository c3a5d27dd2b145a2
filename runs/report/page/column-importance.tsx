/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { showNumber, showPlural, showText } from "../formats.ts";
import type { ReportData } from "../report-data.ts";
import { barChart, barTitle } from "./bar-charts.ts";
import { Chart, Section } from "./parts.tsx";

/** Columns that are drawn at most. */
const MAX_BARS = 30;

/** What the submitted solution loses when the values of a column are mixed among the rows. */
export function ColumnImportance({
  importance,
  summary,
}: Pick<ReportData, "importance" | "summary">) {
  if (importance === null) {
    const run = showText(`${summary.competition}/${summary.run}`, 200);
    return (
      <Section title="Importance of columns" id="importance">
        <p>
          Not measured: <code>{`mle-star runs report ${run} --importance`}</code> does it.
        </p>
      </Section>
    );
  }
  const { columns, rows, base, solution, leftOut, failed } = importance;
  const bars = columns.slice(0, MAX_BARS).map(({ name, loss: value, standardError }) => ({
    name,
    value,
    standardError,
    title: barTitle(name, value, standardError),
  }));
  const rest = leftOut + columns.length - bars.length;
  return (
    <Section title="Importance of columns" id="importance">
      <p>
        <code>{showText(solution, 120)}</code>
        {` on ${showPlural(rows, "validation row")}, where it scores ${showNumber(base)}.`}
      </p>
      <Chart
        picture={barChart(bars, "loss when it is mixed up")}
        note="What is lost when the values of a column are mixed among the rows to predict, with its 95 % interval. Columns that tell the same hide each other."
      />
      {rest === 0 ? null : <p class="note">{`Not shown: ${showPlural(rest, "column")}.`}</p>}
      {failed.length === 0 ? null : (
        <p class="note">{`A script failed on: ${showText(failed.join(", "), 400)}.`}</p>
      )}
    </Section>
  );
}
