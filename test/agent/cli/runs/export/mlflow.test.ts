import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { exportToMlflow } from "../../../../../agent/cli/runs/export/mlflow.ts";
import { createRun, runFiles } from "../../../../../runs/record/folder.ts";
import { freshFolder, journalRun } from "../../../../runs/journal-fixture.ts";

type Call = { path: string; body: Record<string, unknown> };

/** The part of MLflow's REST API that is asked, on loopback; it knows no experiment at first. */
async function startMlflow() {
  const calls: Call[] = [];
  const answers: Record<string, () => unknown> = {
    "experiments/search": () =>
      calls.some(({ path }) => path === "experiments/create")
        ? { experiments: [{ experiment_id: "7" }] }
        : {},
    "experiments/create": () => ({ experiment_id: "7" }),
    "runs/create": () => ({ run: { info: { run_id: "abc" } } }),
    "runs/log-batch": () => ({}),
    "runs/update": () => ({}),
  };
  const server = createServer(async (request, out) => {
    const path = (request.url ?? "").replace("/api/2.0/mlflow/", "");
    const answer = answers[path];
    const body = JSON.parse(await text(request));
    const value = answer === undefined ? { error_code: "NOT_FOUND" } : answer();
    calls.push({ path, body });
    out.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { uri, calls, [Symbol.asyncDispose]: async () => void server.close() };
}

async function endedRun(): Promise<string> {
  const folder = await createRun(join(await freshFolder(), "runs"), "houses", "one");
  await journalRun(runFiles(folder).journal, { base: "a", first: "b", second: "c", blend: "d" });
  return folder;
}

test("a run is written to MLflow once with its settings, its scores by step and the best so far", async () => {
  await using server = await startMlflow();
  const folder = await endedRun();
  const made = await exportToMlflow(folder, `${server.uri}/`);
  expect(made).toMatchObject({ experiment: "mle-star/houses", run: "abc" });
  expect(made.page).toBe(`${server.uri}/#/experiments/7/runs/abc`);
  expect(server.calls.map(({ path }) => path)).toEqual([
    "experiments/search",
    "experiments/create",
    "runs/create",
    "runs/log-batch",
    "runs/update",
  ]);
  const batch = server.calls[3]?.body as {
    metrics: { key: string; value: number; step: number }[];
    params: { key: string; value: string }[];
  };
  const valuesOf = (name: string) =>
    batch.metrics.filter(({ key }) => key === name).map(({ value }) => value);
  // Of a metric that is minimized, an ablation is no best.
  expect(valuesOf("search_score")).toEqual(expect.arrayContaining([10, 12, 11, 8, 9]));
  expect(Math.min(...valuesOf("best_search_score"))).toBe(8);
  expect(valuesOf("best_search_score")).not.toContain(12);
  expect(valuesOf("sealed_score")).toEqual([8.5]);
  expect(batch.params).toContainEqual({ key: "seed", value: "1" });
  expect(server.calls[4]?.body).toMatchObject({ status: "FINISHED" });
  await exportToMlflow(folder, server.uri);
  expect(server.calls.filter(({ path }) => path === "experiments/create")).toHaveLength(1);
});

test("a server that does not answer or refuses is one line", async () => {
  const folder = await endedRun();
  await expect(exportToMlflow(folder, "somewhere")).rejects.toThrow(
    "expected the address of a server",
  );
  await expect(exportToMlflow(folder, "http://127.0.0.1:9")).rejects.toThrow(
    /does not answer: .*ECONNREFUSED|does not answer/u,
  );
  await using server = await startMlflow();
  await expect(exportToMlflow(folder, `${server.uri}/elsewhere`)).rejects.toThrow(
    /refused experiments\/search \(404\): .*NOT_FOUND/u,
  );
});
