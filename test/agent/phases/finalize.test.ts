import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Config } from "../../../agent/config.ts";
import type { Request } from "../../../agent/models/model.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import { readHistory } from "../../../runs/record/history.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, runWorld, small, values } from "../../fakes/run-world.ts";
import { openWorld } from "../../fakes/world.ts";

describe("algorithm 3 and the end", () => {
  test("skips planned ensembles with one track and blends the bank all the same", async () => {
    const { world } = await runWorld({ config: { ensembleAttempts: 2, blends: true } });
    expect(world.model.asked.some((each) => each.role === "ensembler")).toBe(false);
    const [blend] = values(world, "blended");
    const history = readHistory(join(world.folder, "history.git"), {
      path: process.env.PATH ?? "",
    });
    const recipe = JSON.parse(await history.read(blend?.commit ?? "", "blend.json"));
    expect(recipe.method).toBe(blend?.method);
    const [member] = recipe.members;
    expect(await history.read(blend?.commit ?? "", member.file)).toContain("quality");
    await world.close();
  });

  test("lets the best of tracks and ensembles win, a failed ensemble never", async () => {
    const behavior = (code: string, job: { at: string }) =>
      job.at.startsWith("ensemble")
        ? { outcome: "error" as const, exitCode: 1, log: "x" }
        : { score: Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0) };
    const { world, finished } = await runWorld({
      behavior,
      config: { tracks: 2, ensembleAttempts: 2, debugRounds: 0 },
    });
    expect(finished.solution).toMatch(/^track-/u);
    await world.close();
  });

  test("opens the sealed holdout once, for at most three finalists, and submits a script run unchanged on all the data", async () => {
    const { world, finished } = await runWorld({
      config: { tracks: 2, ensembleAttempts: 1, blends: true },
    });
    expect(values(world, "sealed-opened")).toHaveLength(1);
    const submission = await readFile(join(world.folder, "submission.csv"), "utf8");
    const [written] = values(world, "submission-written").slice(-1);
    expect(submission).toMatch(/^score:/u);
    expect(written?.solution).toBe(finished.solution);
    const hashes = values(world, "executed")
      .filter((each) => each.solution === finished.solution)
      .map((each) => each.codeHash);
    expect(new Set(hashes).size).toBeLessThanOrEqual(1);
    await world.close();
  });

  test("judges the time that the sealed holdout needs by one execution, not by those of all folds", async () => {
    const { world } = await runWorld({
      config: { outerSteps: 0, timeLimit: 150 },
      split: { kind: "k-fold", searchFolds: 3 },
      behavior: () => ({ score: 0.5, seconds: 45 }),
    });
    expect(values(world, "sealed-opened")).toHaveLength(1);
    await world.close();
  });

  test("keeps the earlier valid submission when no finalist runs on all the data", async () => {
    const behavior = (code: string, job: { at: string }) => {
      const isLate = job.at.endsWith("/final") && !job.at.startsWith("track-1/init");
      return isLate
        ? { outcome: "timed-out" as const, log: "" }
        : { score: Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0) };
    };
    const { world, finished } = await runWorld({ behavior });
    expect(finished.solution).toMatch(/^track-1\/init/u);
    expect(await readFile(join(world.folder, "submission.csv"), "utf8")).toMatch(/^score:/u);
    await world.close();
  });

  test("takes the next best script when no finalist runs on all the data and nothing was submitted yet", async () => {
    const only = "track-1/refine-1/attempt-1";
    const behavior = (code: string, job: { at: string }) => {
      const score = Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0);
      const fails = job.at.endsWith("/final") && job.at !== `${only}/final`;
      return fails ? { outcome: "timed-out" as const, log: "" } : { score };
    };
    const { world, finished } = await runWorld({ behavior });
    const [opened] = values(world, "sealed-opened");
    expect(opened?.finalists.map(({ solution }) => solution)).not.toContain(only);
    expect(finished).toMatchObject({ solution: only, sealedScore: null });
    expect(values(world, "submission-written")).toMatchObject([{ solution: only }]);
    await world.close();
  });

  test("runs the first submission before the scripts that waited for a slot already", async () => {
    const { world } = await runWorld({
      config: { candidates: 4, slots: 1, outerSteps: 0 },
      latency: (at) => (at.includes("fold-") ? 0.3 : 0),
    });
    const order = world.executed.map(({ at }) => at);
    const final = order.findIndex((at) => at.endsWith("/final"));
    expect(order.slice(final).filter((at) => at.includes("/init-")).length).toBeGreaterThan(1);
    await world.close();
  });

  test("has a submission in place from the first scored solution on", async () => {
    const { world } = await runWorld({});
    const types = world.journal.events.map((event) => event.type);
    expect(types.indexOf("submission-written")).toBeGreaterThan(types.indexOf("evaluated"));
    expect(types.indexOf("submission-written")).toBeLessThan(types.indexOf("ablated"));
    await world.close();
  });

  test("minimised metrics choose the smallest score", async () => {
    const { world, finished } = await runWorld({
      direction: "minimize",
      config: { outerSteps: 0 },
      answers: inTurn("initialiser", [fenced(script(0.3)), fenced(script(0.2))]),
    });
    expect(finished.searchScore).toBe(0.2);
    await world.close();
  });
});

describe("limits", () => {
  test("ends with a submission when the executions are used up, and never passes the limit", async () => {
    const { world, finished } = await runWorld({
      config: { tracks: 2, candidates: 3, maxExecutions: 8 },
    });
    expect(world.executed.length).toBeLessThanOrEqual(8);
    expect(finished.solution).not.toBeNull();
    expect([...world.handle.reached]).toContain("executions");
    await world.close();
  });

  test("begins no script that must be cut short, and ends with what there is", async () => {
    const { world, finished } = await runWorld({
      config: { timeLimit: 100 },
      behavior: () => ({ score: 0.5, seconds: 90 }),
    });
    const searched = world.executed.filter(({ at }) => !/(?:sealed|final|probe)$/u.test(at));
    expect(searched.map(({ at }) => at).sort()).toEqual([
      "track-1/init-1/fold-0",
      "track-1/init-2/fold-0",
    ]);
    expect(finished.solution).not.toBeNull();
    expect([...world.handle.reached]).toEqual(["seconds"]);
    await world.close();
  });

  test("stops the search at once when asked to, and still finalises", async () => {
    const world = await openWorld({
      config: small,
      behavior: (code) => {
        if (code.includes("family")) return { score: 0 };
        return { score: 0.5 };
      },
      answers: (request) => {
        if (request.role === "ablation") world.handle.stopSearch();
        return null;
      },
    });
    const finished = await pipeline(world.handle.run);
    expect(finished.solution).not.toBeNull();
    expect([...world.handle.reached]).toEqual(["interrupted"]);
    await world.close();
  });
});

describe("self-reported runs", () => {
  const config: Partial<Config> = { ...small, leakageModel: false };
  const split = {
    kind: "self-reported" as const,
    strategy: "none" as const,
    folds: [],
    searchFolds: 0,
    sealedRows: 0,
  };
  const behavior = (code: string) => {
    const score = /quality = ([\d.]+)/u.exec(code)?.[1] ?? "none";
    return {
      outcome: "finished" as const,
      exitCode: 0,
      log: `Final Validation Performance: ${score}\n`,
    };
  };

  test("parses the score line, removes the subsampling, lets the test-writer add the submission", async () => {
    const both = (code: string) => (code.includes("written") ? { score: 0.9 } : behavior(code));
    const subsample = (request: Request) => {
      if (request.role === "subsample-finder") return JSON.stringify({ block: 'feature = "x"' });
      if (request.role === "subsample-remover") return fenced('feature = "all rows"');
      return request.role === "test-writer" ? fenced(script(0.9, "written")) : null;
    };
    const { world, finished } = await runWorld({
      split,
      config,
      behavior: both,
      answers: subsample,
    });
    expect(finished).toMatchObject({
      sealedScore: null,
      solution: expect.stringMatching(/^finalize-1/u),
    });
    expect(world.model.asked.map((each) => each.role)).toEqual(
      expect.arrayContaining(["subsample-finder", "subsample-remover", "test-writer"]),
    );
    expect(await readFile(join(world.folder, "submission.csv"), "utf8")).toBe("score:0.9");
    await world.close();
  });

  test("a script that prints nan or nothing has no score (defect 7)", async () => {
    const silent = () => ({
      outcome: "finished" as const,
      exitCode: 0,
      log: "Final Validation Performance: nan\n",
    });
    const { world, finished } = await runWorld({
      split,
      config: { ...config, debugRounds: 0 },
      behavior: silent,
    });
    expect(finished.solution).toBeNull();
    await world.close();
  });
});

describe("the first submission", () => {
  test("is made by the next solution when the first one does not run on all the data", async () => {
    let finals = 0;
    const behavior = (code: string, job: { at: string }) => {
      const isFirst = job.at.endsWith("/final") && ++finals === 1;
      const score = Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0);
      return isFirst ? { outcome: "timed-out" as const, log: "" } : { score };
    };
    const { world } = await runWorld({ behavior });
    const [first, second] = values(world, "offered").map((each) => each.solution);
    expect(second).not.toBe(first);
    expect(values(world, "submission-written")[0]?.solution).toBe(second);
    await world.close();
  });
});
