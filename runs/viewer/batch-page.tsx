/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { Batch, Configuration } from "../batch/batch.ts";
import { showText } from "../report/formats.ts";
import type { SeenBatch, SeenJob } from "./batches.ts";
import { batchPath, pageOf } from "./layout.tsx";
import { scoreOf } from "./list-page.tsx";

const STATES = ["running", "waiting", "done", "failed"] as const;
const MEDALS = ["gold", "silver", "bronze"] as const;

/** All batches of the folder: how their jobs stand, and their medals. */
export function batchesPage(batches: readonly SeenBatch[]): string {
  return pageOf({
    title: "batches",
    script: "batch.js",
    children: (
      <>
        <h1>Batches</h1>
        <p class="note">Medals where a batch has been graded and thresholds are known.</p>
        <Live label="all batches" from="/batches/live">
          {batchesBody(batches)}
        </Live>
      </>
    ),
  });
}

/** The inside of the table, as it is sent when something has changed. */
export function batchesBody(batches: readonly SeenBatch[]) {
  return (
    <>
      <Head cells={["batch", "jobs", ...STATES, ...MEDALS]} numbersFrom={1} />
      <tbody>
        {batches.length === 0 ? (
          <tr>
            <td>There are no batches.</td>
          </tr>
        ) : null}
        {batches.map(({ name, jobs, problem }) => (
          <tr>
            <td>
              <a href={batchPath(name)}>{showText(name, 100)}</a>
            </td>
            {problem === null ? (
              [
                jobs.length,
                ...STATES.map((kind) => jobs.filter(({ state }) => state === kind).length),
                ...MEDALS.map((kind) => jobs.filter(({ medal }) => medal === kind).length),
              ].map((count) => <td class="number">{count}</td>)
            ) : (
              <td colspan={8}>{`unreadable: ${showText(problem, 200)}`}</td>
            )}
          </tr>
        ))}
      </tbody>
    </>
  );
}

/** One batch: competitions by configurations and seeds. */
export function batchPage(seen: SeenBatch): string {
  return pageOf({
    title: `batch ${seen.name}`,
    script: "batch.js",
    children: (
      <>
        <h1>{`Batch ${showText(seen.name, 100)}`}</h1>
        <p class="note">
          Sealed scores where there are any, else search scores; medals where the batch has been
          graded and thresholds are known.
        </p>
        <form action="/compare" method="get">
          <div class="bar">
            <button type="submit">Compare marked</button>
          </div>
          <Live
            label="competitions by configurations and seeds"
            from={`${batchPath(seen.name)}/live`}
          >
            {batchBody(seen)}
          </Live>
        </form>
        <Configurations batch={seen.batch} />
      </>
    ),
  });
}

/** The inside of the matrix, as it is sent when something has changed. */
export function batchBody({ batch, jobs, problem }: SeenBatch) {
  if (batch === null)
    return (
      <tbody>
        <tr>
          <td>{`unreadable: ${showText(problem ?? "", 300)}`}</td>
        </tr>
      </tbody>
    );
  const columns = batch.configurations.flatMap(({ name }) =>
    Array.from({ length: batch.seeds }, (_, seed) => ({ name, seed })),
  );
  const byId = new Map(jobs.map((each) => [each.job.id, each]));
  return (
    <>
      <Head
        cells={["competition", ...columns.map(({ name, seed }) => `${name}, seed ${seed}`)]}
        numbersFrom={columns.length + 1}
      />
      <tbody>
        {batch.competitions.map(({ id }) => (
          <tr>
            <th scope="row">{showText(id, 100)}</th>
            {columns.map(({ name, seed }) => (
              <td>
                <JobCell seen={byId.get(`${id}/${name}-seed-${seed}`) ?? null} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </>
  );
}

function JobCell({ seen }: { seen: SeenJob | null }) {
  if (seen === null) return <>–</>;
  const { place, state, why, run, medal } = seen;
  const summary = run?.summary ?? null;
  const hasScore = summary !== null && (summary.sealedScore ?? summary.searchScore) !== null;
  return (
    <ul class="cell">
      <li class={state === "running" ? "running" : undefined}>{state}</li>
      {run === null ? null : (
        <li>
          <input
            type="checkbox"
            name="run"
            value={place.path}
            aria-label={`mark ${showText(place.name, 200)}`}
          />{" "}
          <a href={place.path}>{hasScore ? scoreOf(run) : "its run"}</a>
        </li>
      )}
      {medal === null ? null : <li>{medal === "none" ? "no medal" : medal}</li>}
      {why === null ? null : <li class="note">{showText(why, 120)}</li>}
    </ul>
  );
}

function Configurations({ batch }: { batch: Batch | null }) {
  if (batch === null) return null;
  const wordsOf = ({ name, options }: Configuration) =>
    `${name}: ${options.length === 0 ? "no options" : showText(options.join(" "), 400)}`;
  return (
    <section aria-labelledby="configurations">
      <h2 id="configurations">Configurations</h2>
      <ul>
        {batch.configurations.map((each) => (
          <li>{wordsOf(each)}</li>
        ))}
      </ul>
    </section>
  );
}

function Head({ cells, numbersFrom }: { cells: readonly string[]; numbersFrom: number }) {
  return (
    <thead>
      <tr>
        {cells.map((cell, index) => (
          <th scope="col" class={index < numbersFrom ? undefined : "number"}>
            {cell}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Live({ label, from, children }: { label: string; from: string; children?: Child }) {
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      <table data-live={from}>{children}</table>
    </section>
  );
}
