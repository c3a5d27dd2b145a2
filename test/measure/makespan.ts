import { createHash } from "node:crypto";
import { Config } from "../../agent/config.ts";
import { pipeline } from "../../agent/pipeline.ts";
import { openWorld } from "../fakes/world.ts";
import { type Call, criticalPath } from "./critical-path.ts";
import { now } from "./timing.ts";

/** Seconds of a model call and of an execution, each between half and one and a half of it, by place. */
export type Latencies = { model: number; script: number };

/** A run in a made-up world against the longest chain of calls in it. */
export type Makespan = { calls: number; seconds: number; criticalPath: number; ratio: number };

const ENOUGH_SLOTS = 64;

/** The real pipeline, journal and git history under simulated latencies, with slots for every script. */
export async function measureMakespan(latencies: Latencies): Promise<Makespan> {
  const calls: Call[] = [];
  const latency = (at: string): number => {
    // A model call is asked for at its journal key, an execution at the place it runs for.
    const isScript = /\/(?:fold-\d+|sealed|final)$/u.test(at);
    const seconds = (isScript ? latencies.script : latencies.model) * (0.5 + share(at));
    calls.push({ key: isScript ? `${at}/run` : at, seconds });
    return seconds;
  };
  const config = { ...Config.parse({}), timeLimit: null, slots: ENOUGH_SLOTS };
  const world = await openWorld({ latency, config });
  try {
    const begun = now();
    await pipeline(world.handle.run);
    const seconds = now() - begun;
    const first = world.journal.find("submission-written", "publish/first")?.value.solution ?? "";
    const path = criticalPath(calls, first);
    return { calls: calls.length, seconds, criticalPath: path, ratio: seconds / path };
  } finally {
    await world.close();
  }
}

/** A number in 0..1 that a place always gets. */
function share(at: string): number {
  return createHash("sha256").update(at).digest().readUInt32LE(0) / 2 ** 32;
}
