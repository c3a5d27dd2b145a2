import { UserError } from "../../../../runs/errors.ts";
import { showText } from "../../../../runs/report/formats.ts";
import { type Tracked, trackedRun } from "./tracked.ts";

/** Where a run can be seen in MLflow. */
export type InMlflow = { experiment: string; run: string; page: string; metrics: number };

type Metric = { key: string; value: number; timestamp: number; step: number };
type Named = { key: string; value: string };

/** What a server takes in one request (REST API of MLflow, `runs/log-batch`). */
const MAX_METRICS = 1000;
const MAX_PARAM = 500;

/**
 * Writes a run, ended or at work, to an MLflow server: settings as parameters, the score of every attempt and the best
 * so far as metrics by step. A second export is another run there. Throws `UserError` where the server refuses.
 */
export async function exportToMlflow(folder: string, uri: string): Promise<InMlflow> {
  const server = serverOf(uri);
  const tracked = await trackedRun(folder);
  const { summary, began, ended, isOver } = tracked;
  const experiment = `mle-star/${summary.competition}`;
  const id = await experimentOf(server, experiment);
  const created = await server("runs/create", {
    experiment_id: id,
    run_name: summary.run,
    start_time: began,
    tags: [{ key: "mlflow.source.name", value: "mle-star" }],
  });
  const run = String(field(created, "run", "info", "run_id"));
  const metrics = metricsOf(tracked);
  const params = named(tracked.settings, "");
  for (let from = 0; from === 0 || from < metrics.length; from += MAX_METRICS) {
    const part = metrics.slice(from, from + MAX_METRICS);
    await server("runs/log-batch", {
      run_id: run,
      metrics: part,
      params: from === 0 ? params : [],
      tags: from === 0 ? named(tracked.tags, "mle-star.") : [],
    });
  }
  const status = isOver ? "FINISHED" : "RUNNING";
  await server("runs/update", { run_id: run, status, ...(isOver ? { end_time: ended } : {}) });
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

function metricsOf({ began, ended, points, values }: Tracked): Metric[] {
  const scores = points.flatMap(({ step, elapsed, score, best }) => {
    const common = { timestamp: Math.round(began + elapsed * 1000), step };
    const own = { ...common, key: "search_score", value: score };
    return best === null ? [own] : [own, { ...common, key: "best_search_score", value: best }];
  });
  const last = Object.entries(values).map(([key, value]) => ({
    key,
    value,
    timestamp: ended,
    step: 0,
  }));
  return [...scores, ...last];
}

function named(values: Record<string, unknown>, prefix: string): Named[] {
  return Object.entries(values).map(([key, value]) => ({
    key: `${prefix}${key}`,
    value: text(value),
  }));
}

function text(value: unknown): string {
  const words = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return words.slice(0, MAX_PARAM);
}
