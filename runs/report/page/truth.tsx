/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Diagnosis } from "../../events/scoring.ts";
import { showPercent, showPlural, showText } from "../formats.ts";
import type { ReportData } from "../report-data.ts";
import { Chart, Section } from "./parts.tsx";
import { calibrationChart, residualChart, spreadChart } from "./truth-charts.ts";

type Column = Diagnosis["columns"][number];
type Confusion = NonNullable<Column["confusion"]>;

/** Predictions of what was handed in against the truth, on the rows that the search scored. */
export function Truth({ diagnosis }: Pick<ReportData, "diagnosis">) {
  return (
    <Section title="Predictions against the truth" id="truth">
      {diagnosis === null ? (
        <p>The run has not come that far.</p>
      ) : (
        <>
          <p>
            <code>{showText(diagnosis.solution, 120)}</code>
            {` on ${showPlural(diagnosis.rows, "validation row")}, which its scripts did not train on.`}
          </p>
          {diagnosis.columns.length === 0 ? (
            <p>There is no picture for answers of this kind.</p>
          ) : null}
          {diagnosis.columns.map((column) => (
            <Answer column={column} isOnly={diagnosis.columns.length === 1} />
          ))}
          {diagnosis.leftOut === 0 ? null : (
            <p class="note">{`Not shown: ${showPlural(diagnosis.leftOut, "more answer")}.`}</p>
          )}
        </>
      )}
    </Section>
  );
}

function Answer({ column, isOnly }: { column: Column; isOnly: boolean }) {
  const { name, calibration, confusion, residuals } = column;
  return (
    <>
      {isOnly ? null : (
        <h3>
          <code>{showText(name, 120)}</code>
        </h3>
      )}
      {calibration === null ? null : (
        <Chart
          picture={calibrationChart(calibration)}
          note="Calibration: on the dashed line what is predicted comes true as often as it says; bars are 95 % intervals."
        />
      )}
      {confusion === null ? null : <ConfusionTable name={name} confusion={confusion} />}
      {residuals === null ? null : (
        <>
          <Chart
            picture={residualChart(residuals)}
            note="Residuals by the size of the prediction: median, half of the rows (thick) and four fifths of them (thin)."
          />
          <Chart
            picture={spreadChart(residuals)}
            note="All residuals; the outermost bars hold what lies farther out."
          />
        </>
      )}
    </>
  );
}

const CALLED = {
  half: "A row counts as the second class from a probability of 0.5 on.",
  "as-many": "As many rows count as the second class as have it, those with the highest scores.",
  highest: "A row counts as the class with the highest prediction.",
  given: "",
} as const;

/** How strongly the fullest cell of a row is colored: its text must stay readable. */
const FULL_PERCENT = 40;

/** Which class was taken for which: shares of each row, colored by them, with the number of rows. */
function ConfusionTable({ name, confusion }: { name: string; confusion: Confusion }) {
  const { labels, counts, by } = confusion;
  const names = counts.map((_, index) => {
    const label = labels[index];
    return label === undefined ? <em>others</em> : showText(label, 24);
  });
  return (
    <>
      <section
        class="scroll"
        tabindex={0}
        aria-label={`confusion of the classes of ${showText(name, 80)}`}
      >
        <table class="confusion">
          <thead>
            <tr>
              <th scope="col">truth ↓ predicted →</th>
              {names.map((each) => (
                <th scope="col" class="number">
                  {each}
                </th>
              ))}
              <th scope="col" class="number">
                rows
              </th>
            </tr>
          </thead>
          <tbody>
            {counts.map((row, index) => (
              <ConfusionRow name={names[index]} row={row} own={index} />
            ))}
          </tbody>
        </table>
      </section>
      <p class="note">{`Confusion: the share of each class that was taken for which. ${CALLED[by]}`}</p>
    </>
  );
}

function ConfusionRow({ name, row, own }: { name: Child; row: readonly number[]; own: number }) {
  const total = row.reduce((sum, count) => sum + count, 0);
  return (
    <tr>
      <th scope="row">{name}</th>
      {row.map((count, index) => {
        const share = total === 0 ? 0 : count / total;
        const strength = Math.round(FULL_PERCENT * share);
        const color = index === own ? "var(--accent)" : "var(--second)";
        return (
          <td
            class="number"
            title={`${count} of ${total}`}
            style={`background: color-mix(in srgb, ${color} ${strength}%, transparent)`}
          >
            {total === 0 ? "–" : showPercent(share)}
          </td>
        );
      })}
      <td class="number">{total}</td>
    </tr>
  );
}
