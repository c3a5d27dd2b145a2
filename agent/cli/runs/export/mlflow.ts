import { UserError } from "../../../../runs/errors.ts";
import { runFiles } from "../../../../runs/record/folder.ts";
import { readEvents } from "../../../../runs/record/journal-lines.ts";
import { attemptsOf } from "../../../../runs/report/attempts.ts";
import { showText } from "../../../../runs/report/formats.ts";
import { type Summary, summarize } from "../../../../runs/report/summary.ts";

/** Where a run can be seen in MLflow. */
export type Tracked = { experiment: string; run: string; page: string; metrics: number };

type Metric = { key: string; value: number; timestamp: number; step: number };
type Named = { key: string; value: string };

/** What a server takes in one request (REST API of MLflow, `runs/log-batch`). */
const MAX_METRICS = 1000;
const MAX_PARAM = 500;

/**
 * Writes a run, ended or at work, to an MLflow server: settings as parameters, the score of every attempt and the best
 * so far as metrics by step. A second export is another run there. Throws `UserError` where the server refuses.
 */
export async function exportToMlflow(folder: string, uri: string): Promise<Tracked> {
  const server = serverOf(uri);
  const events = await readEvents(runFiles(folder).journal);
  const started = events.find((event) => event.type === "run-started");
  if (started === undefined) throw new UserError(`${folder}: the run has not begun`);
  const summary = summarize(events, folder);
  const [first, last] = [events[0], events.at(-1)].map((event) => Date.parse(event?.time ?? ""));
  const experiment = `mle-star/${summary.competition}`;
  const id = await experimentOf(server, experiment);
  const created = await server("runs/create", {
    experiment_id: id,
    run_name: summary.run,
    start_time: first,
    tags: [{ key: "mlflow.source.name", value: "mle-star" }],
  });
  const run = String(field(created, "run", "info", "run_id"));
  const at = (elapsed: number) => Math.round((first ?? 0) + elapsed * 1000);
  const metrics = [...scoreMetrics(events, at), ...endMetrics(summary, last ?? 0)];
  const params = paramsOf(summary, started.value.config);
  for (let from = 0; from === 0 || from < metrics.length; from += MAX_METRICS) {
    const part = metrics.slice(from, from + MAX_METRICS);
    await server("runs/log-batch", {
      run_id: run,
      metrics: part,
      params: from === 0 ? params : [],
      tags: from === 0 ? tagsOf(summary) : [],
    });
  }
  const isOver = !["unfinished", "paused", "faulted"].includes(summary.status);
  const status = isOver ? "FINISHED" : "RUNNING";
  await server("runs/update", { run_id: run, status, ...(isOver ? { end_time: last } : {}) });
  const page = `${uri.replace(/\/+$/u, "")}/#/experiments/${id}/runs/${run}`;
  return { experiment, run, page, metrics: metrics.length };
}

type Server = (path: string, body: unknown) => Promise<unknown>;

function serverOf(uri: string): Server {
  if (!/^https?:\/\//u.test(uri))
    throw new UserError(`--mlflow ${uri}: expected the address of a server, http://…`);
  return async (path, body) => {
    const address = new URL(`api/2.0/mlflow/${path}`, `${uri.replace(/\/+$/u, "")}/`);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(address, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    }).catch((error: unknown) => {
      const why =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : error;
      throw new UserError(`MLflow at ${uri} does not answer: ${why}`);
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text);
    throw new UserError(
      `MLflow at ${uri} refused ${path} (${answer.status}): ${showText(text, 200)}`,
    );
  };
}

/** The experiment of that name, made where there is none. */
async function experimentOf(server: Server, name: string): Promise<string> {
  const found = await server("experiments/search", { filter: `name = '${name}'`, max_results: 1 });
  const [known] = (field(found, "experiments") ?? []) as { experiment_id?: unknown }[];
  if (known?.experiment_id !== undefined) return String(known.experiment_id);
  return String(field(await server("experiments/create", { name }), "experiment_id"));
}

function field(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as Record<string, unknown> | null)?.[name], value);
}

function scoreMetrics(
  events: Parameters<typeof attemptsOf>[0],
  at: (elapsed: number) => number,
): Metric[] {
  const attempts = attemptsOf(events).filter(({ score }) => score !== null);
  const isLower = events.some(
    (event) => event.type === "run-started" && event.value.competition.direction === "minimize",
  );
  let best: number | null = null;
  return attempts.flatMap(({ score, origin, elapsed }, step) => {
    const value = score ?? 0;
    if (origin !== "ablation" && (best === null || (isLower ? value < best : value > best)))
      best = value;
    const common = { timestamp: at(elapsed), step };
    const own = { ...common, key: "search_score", value };
    return best === null ? [own] : [own, { ...common, key: "best_search_score", value: best }];
  });
}

function endMetrics(summary: Summary, timestamp: number): Metric[] {
  const values = {
    final_search_score: summary.searchScore,
    corrected_search_score: summary.correctedScore,
    sealed_score: summary.sealedScore,
    usd: summary.usd,
    tokens: summary.tokens,
    executions: summary.executions,
    seconds: summary.seconds,
  };
  return Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value, timestamp, step: 0 }],
  );
}

function paramsOf({ model, sandbox, seed }: Summary, config: unknown): Named[] {
  const settings = Object.entries({ ...(config as object), model, sandbox, seed });
  return settings.map(([key, value]) => ({ key, value: text(value) }));
}

function tagsOf({ title, metric, direction, status, bestSolution, mode }: Summary): Named[] {
  const tags = { title, metric, direction, status, bestSolution, mode };
  return Object.entries(tags).map(([key, value]) => ({
    key: `mle-star.${key}`,
    value: text(value),
  }));
}

function text(value: unknown): string {
  const words = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return words.slice(0, MAX_PARAM);
}
