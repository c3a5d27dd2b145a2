/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { showScoreWithin, showSeconds, showText, showUsd } from "../report/formats.ts";
import { Table } from "../report/page/parts.tsx";
import type { ListRow } from "../report/run-list.ts";
import { pageOf, runPath } from "./layout.tsx";

const HEAD = [
  "run",
  "status",
  "metric",
  "search",
  "sealed",
  "attempts",
  "time",
  "cost",
  "model",
  "began",
];

/** All runs: filtered by a word, sorted by a column, compared by two marks. */
export function listPage(rows: readonly ListRow[]): string {
  return pageOf({
    title: "runs",
    script: "list.js",
    children: (
      <>
        <h1>Runs</h1>
        <form action="/compare" method="get" data-live="/live">
          <div class="bar">
            <label>
              Filter <input type="search" name="filter" autocomplete="off" />
            </label>
            <button type="submit">Compare marked</button>
            <span role="status" data-count=""></span>
          </div>
          <section class="scroll" tabindex={0} aria-label="all runs">
            <table>
              <thead>
                <tr>
                  <th scope="col">
                    <span class="hidden">mark</span>
                  </th>
                  {HEAD.map((cell) => (
                    <th scope="col" aria-sort="none">
                      <button type="button" class="sort">
                        {cell}
                      </button>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>{listBody(rows)}</tbody>
            </table>
          </section>
        </form>
      </>
    ),
  });
}

/** The rows alone, as they are sent when something has changed. */
export function listBody(rows: readonly ListRow[]) {
  return (
    <>
      {rows.map((row) => (
        <Row row={row} />
      ))}
    </>
  );
}

/** A cell with what it is sorted by. */
type Cell = { shown: Child; by: string | number | null };

function Row({ row }: { row: ListRow }) {
  const name = showText(`${row.competition}/${row.id}`, 200);
  return (
    <tr>
      <td>
        <input type="checkbox" name="run" value={runPath(row)} aria-label={`mark ${name}`} />
      </td>
      {cellsOf(row, name).map(({ shown, by }) => (
        <td data-by={by === null ? "" : String(by)}>{shown}</td>
      ))}
    </tr>
  );
}

function cellsOf(row: ListRow, name: string): Cell[] {
  const { summary, status, startedAt, problem } = row;
  const link = { shown: <a href={runPath(row)}>{name}</a>, by: name };
  const began = { shown: showText(startedAt, 40).replace("T", " ").slice(0, 16), by: startedAt };
  if (summary === null)
    return [link, { shown: `${status}: ${showText(problem ?? "", 120)}`, by: status }];
  const { mode, metric, searchScore, searchInterval, sealedScore, sealedInterval } = summary;
  const claimed = mode === "self-reported" ? " (self-reported)" : "";
  return [
    link,
    { shown: status, by: status },
    { shown: showText(metric ?? "–", 60), by: metric },
    { shown: `${showScoreWithin(searchScore, searchInterval)}${claimed}`, by: searchScore },
    { shown: showScoreWithin(sealedScore, sealedInterval), by: sealedScore },
    { shown: String(summary.attempts), by: summary.attempts },
    { shown: showSeconds(summary.seconds), by: summary.seconds },
    { shown: showUsd(summary.usd), by: summary.usd },
    { shown: showText(summary.model ?? "–", 60), by: summary.model },
    began,
  ];
}

/** Competitions by settings: in each field the newest runs, with their sealed scores, else their search scores. */
export function matrixPage(rows: readonly ListRow[], labelOf: (row: ListRow) => string): string {
  const labels = [...new Set(rows.map(labelOf))].sort();
  const competitions = [...new Set(rows.map(({ competition }) => competition))].sort();
  const body = competitions.map((competition) => [
    showText(competition, 80),
    ...labels.map((label) => (
      <ul class="cell">
        {rows
          .filter((row) => row.competition === competition && labelOf(row) === label)
          .slice(0, 10)
          .map((row) => (
            <li>
              <a href={runPath(row)}>{scoreOf(row)}</a>
            </li>
          ))}
      </ul>
    )),
  ]);
  return pageOf({
    title: "matrix",
    children: (
      <>
        <h1>Competitions by settings</h1>
        <p class="note">
          Sealed scores where there are any, else search scores; the newest run first.
        </p>
        {rows.length === 0 ? <p>There are no runs.</p> : null}
        <Table
          label="matrix"
          head={["competition", ...labels]}
          rows={body}
          left={labels.length + 1}
        />
      </>
    ),
  });
}

/** Its sealed score, else its search score, else its status. */
export function scoreOf({ summary, status }: ListRow): string {
  if (summary === null) return status;
  const { sealedScore, sealedInterval, searchScore, searchInterval } = summary;
  if (sealedScore !== null) return showScoreWithin(sealedScore, sealedInterval);
  if (searchScore !== null) return `${showScoreWithin(searchScore, searchInterval)} (search)`;
  return status;
}
