import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Run } from "../../../agent/run/run.ts";
import type { Evaluated } from "../../../agent/solution.ts";
import { acceptBest } from "../../../agent/trust/accept.ts";
import { ChallengerComparison, type Split, type View } from "../../../tasks/referee/referee.ts";
import { openWorld } from "../../fakes/world.ts";

const PROGRAM = fileURLToPath(new URL("../python/trust.py", import.meta.url));
const REFEREE = fileURLToPath(new URL("../../../tasks/referee/python", import.meta.url));

/** The referee's own functions on simulated competitions, in a Python process of their own. */
export type Simulation = {
  ask<T>(schema: z.ZodType<T>, op: string, params: Record<string, unknown>): Promise<T>;
  close(): void;
};

/** Starts the process; one question at a time. */
export function openSimulation(python: string): Simulation {
  const child: ChildProcessWithoutNullStreams = spawn(python, ["-B", PROGRAM], {
    env: { PATH: "/usr/bin:/bin", REFEREE_ROOT: REFEREE, OMP_NUM_THREADS: "1" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(schema, op, params) {
      child.stdin.write(`${JSON.stringify({ op, params })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the simulation ended at ${op}: ${said}`);
      return schema.parse(JSON.parse(value));
    },
    close: () => child.stdin.end(),
  };
}

/** A track whose every step has K tries; `better`: one of them, of the first step, has a true gain. */
export type SimulatedTrack = {
  metric: string;
  rows: number;
  /** Folds beside the one that judges every try. */
  spare: number;
  steps: number;
  tries: number;
  seed: number;
  /** The true gain of one try in standard errors of its comparison; null: all tries are noise. */
  errors: number | null;
};

const BETTER = "track-1/refine-1/attempt-1";

/**
 * Lets the shipped rule accept or reject: `acceptBest` of the agent, over the referee's own `compareAll`, in a run
 * whose scripts need not be run. True when the better try was accepted, or where there is none, any.
 */
export async function acceptsIn(simulation: Simulation, track: SimulatedTrack): Promise<boolean> {
  const { metric, rows, spare, steps, tries, seed, errors } = track;
  const names = Array.from({ length: 1 + spare }, (_, fold): View => `fold-${fold}`);
  const views = Object.fromEntries(names.map((view) => [view, rows]));
  const better = errors === null ? [] : [BETTER];
  await simulation.ask(z.number(), "begin", { metric, views, seed, better, errors: errors ?? 0 });
  const folds = names.map((view) => ({ view, trainRows: 4 * rows, validRows: rows }));
  await using world = await openWorld({
    config: { outerSteps: steps, attempts: tries, acceptance: "noise" },
    split: { folds, searchFolds: 1 } satisfies Partial<Split>,
    direction: ["roc_auc", "accuracy"].includes(metric) ? "maximize" : "minimize",
  });
  const run = comparedBy(world.handle.run, simulation);
  let best = evaluated("incumbent");
  for (let step = 1; step <= (errors === null ? steps : 1); step++) {
    const at = `track-1/refine-${step}`;
    const all = Array.from({ length: tries }, (_, k) => evaluated(`${at}/attempt-${k + 1}`));
    best = await acceptBest(run, at, best, all);
  }
  return errors === null ? best.solution.id !== "incumbent" : best.solution.id === BETTER;
}

function comparedBy(run: Run, simulation: Simulation): Run {
  const compareAll: Run["referee"]["compareAll"] = (incumbent, challengers) =>
    simulation.ask(z.array(ChallengerComparison), "compare_all", { incumbent, challengers });
  return Object.assign(Object.create(run) as Run, { referee: { ...run.referee, compareAll } });
}

function evaluated(id: string): Evaluated {
  const code = `# ${id}\nquality = 0.5\n`;
  return {
    solution: { id, code, parent: null, origin: "refine", track: "track-1", plan: null },
    evaluation: {
      status: "scored",
      score: 0.5,
      interval: null,
      views: ["fold-0"],
      seconds: 1,
      executions: 1,
      reason: null,
      opened: [],
      fixes: 0,
      warning: null,
      leakage: "not-asked",
    },
    commit: "",
  };
}
