import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBank } from "../../agent/memory/bank/bank.ts";
import { hashedEmbedder } from "../../agent/memory/embedding.ts";
import { drawsOf, normal } from "../../agent/policies/random.ts";
import {
  type SimulatedMemory,
  simulatedCompetitions,
  simulatedRun,
} from "../fakes/simulated-competitions.ts";
import { ended, lastJson, startProgram } from "./program.ts";
import { now, type Report } from "./timing.ts";

export type MemoryOptions = {
  /** Simulated competitions of one order. */
  competitions: number;
  /** Orders in which they come. */
  orders: number;
  /** Items of the large bank. */
  items: number;
  /** Shipped competitions, each run in every arm; empty: none. */
  shipped: readonly string[];
  timeLimit: string;
};

/** What a run has to go by. A folder of notes is every lesson so far, the newest first, as many as are shown otherwise. */
const ARMS = ["no memory", "notes", "memory", "learned"] as const;
type Arm = (typeof ARMS)[number];

/**
 * What a memory is worth, at equal calls: none, a plain folder of notes, the memory without learning, and the learned one,
 * over simulated competitions in several orders and over shipped ones; and how fast a large bank is.
 */
export async function measureMemory(options: MemoryOptions): Promise<Report> {
  const scores = await simulatedScores(options);
  const large = await largeBank(options.items);
  const shipped = await shippedScores(options);
  const base = scores["no memory"];
  const rows = ARMS.map((arm) => {
    const { mean, error } = paired(scores[arm].scores, base.scores);
    const within = arm === "no memory" ? "" : `${mean.toFixed(4)} ± ${(1.96 * error).toFixed(4)}`;
    const all = scores[arm].scores;
    return [`simulated: ${arm}`, meanOf(all).toFixed(4), within, String(scores[arm].calls)];
  });
  return {
    title: `memory: ${options.competitions} simulated competitions in ${options.orders} orders`,
    table: [
      ["arm", "mean score", "over no memory (95 %)", "calls"],
      ...rows,
      ...shipped.map(({ competition, arm, score, calls }) => [
        `${competition}: ${arm}`,
        score === null ? "–" : String(score),
        "",
        String(calls),
      ]),
    ],
    notes: [
      `${options.items} items: opened in ${large.openMs.toFixed(0)} ms (goal < 1000), the nearest 20 in ${large.nearestMs.toFixed(0)} ms (median of 20, goal < 50); of the processor's time ${large.openCpuMs.toFixed(0)} and ${large.nearestCpuMs.toFixed(0)} ms`,
      "a simulated model plans well only if the right item stands in its prompt; the same competitions in every arm",
    ],
    data: { scores, large, shipped },
  };
}

async function simulatedScores({ competitions, orders }: MemoryOptions) {
  const found: Record<Arm, { scores: number[]; calls: number }> = {
    "no memory": { scores: [], calls: 0 },
    notes: { scores: [], calls: 0 },
    memory: { scores: [], calls: 0 },
    learned: { scores: [], calls: 0 },
  };
  for (const arm of ARMS)
    for (let order = 1; order <= orders; order++) {
      await using folder = await temporaryFolder();
      const memory = await memoryFor(arm, folder.path);
      for (const [index, competition] of simulatedCompetitions(
        competitions,
        `order ${order}`,
      ).entries()) {
        const { score, calls } = await simulatedRun(competition, memory, `${order}-${index}`);
        found[arm].scores.push(score);
        found[arm].calls += calls;
      }
    }
  return found;
}

async function memoryFor(arm: Arm, folder: string): Promise<SimulatedMemory | null> {
  if (arm === "no memory") return null;
  const embedder =
    arm === "notes" ? { ...hashedEmbedder(), embed: newestFirst() } : hashedEmbedder();
  const bank = await openBank(folder, embedder, () => undefined);
  const shown = { considered: arm === "notes" ? 5 : 20, shown: 5 };
  const reward = arm === "learned" ? ("both" as const) : null;
  return { bank, embedder, ...shown, explores: arm === "learned", reward };
}

/** Vectors by which whatever came last is nearest to any question: notes that nobody ranks. */
function newestFirst() {
  let turn = 0;
  return async (texts: readonly string[]) =>
    texts.map(() => {
      turn += 1;
      const vector = new Float32Array(hashedEmbedder().dimension);
      vector[0] = 1 + turn / 1e4;
      return vector;
    });
}

/** Mean of the differences of two arms on the same competitions, and its standard error. */
function paired(a: readonly number[], b: readonly number[]) {
  const differences = a.map((value, index) => value - (b[index] ?? 0));
  const mean = meanOf(differences);
  const spread = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { mean, error: Math.sqrt(spread / (a.length - 1) / a.length) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Opening a bank of many items and searching it, by the clock and by the processor's time. */
async function largeBank(items: number) {
  await using folder = await temporaryFolder();
  const embedder = hashedEmbedder();
  const random = drawsOf("large bank");
  const vectorOf = () => {
    const vector = Float32Array.from({ length: embedder.dimension }, () => normal(random));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };
  const bank = await openBank(folder.path, embedder, () => undefined);
  await bank.change((change) => {
    for (let item = 0; item < items; item++) {
      const competition = `c${item % 500}`;
      const outcome = {
        run: `${competition}/r${item}`,
        competition,
        attempt: "track-1/refine-1/attempt-1",
        scoreBefore: 0.5,
        scoreAfter: 0.6,
        gain: 0.1,
        standardError: 0.02,
        helped: true,
        type: item % 2 === 0 ? "regression" : "binary",
        modality: "tabular",
        metric: "r2",
        rows: 1000,
      };
      const text =
        `Change number ${item} of the features, in a few sentences of the usual length. `.repeat(3);
      const facts = {
        where: "features",
        subject: null,
        error: null,
        fix: null,
        outcomes: [outcome],
      };
      change.add({ kind: "lesson", title: `lesson ${item}`, text, ...facts }, vectorOf());
    }
  });
  const cpu = () => process.cpuUsage().user / 1000;
  const [began, beganCpu] = [now(), cpu()];
  const opened = await (await openBank(folder.path, embedder, () => undefined)).read();
  const openMs = 1000 * (now() - began);
  const openCpuMs = cpu() - beganCpu;
  const times: number[] = [];
  const startCpu = cpu();
  for (let each = 0; each < 20; each++) {
    const query = vectorOf();
    const start = now();
    opened.nearest(query, 20, ({ types }) => types.length > 0);
    times.push(1000 * (now() - start));
  }
  const nearestCpuMs = (cpu() - startCpu) / 20;
  times.sort((a, b) => a - b);
  return { items, openMs, openCpuMs, nearestMs: times[10] ?? 0, nearestCpuMs };
}

/** Runs of shipped competitions by the playbook, one after the other on one memory, and without one. */
async function shippedScores({ shipped, timeLimit }: MemoryOptions) {
  await using folder = await temporaryFolder();
  const arms = [
    { arm: "no memory", args: [] },
    { arm: "memory", args: ["--memory", join(folder.path, "memory"), "--memory-learn", "off"] },
    { arm: "learned", args: ["--memory", join(folder.path, "learned")] },
  ];
  const found: { competition: string; arm: string; score: number | null; calls: number }[] = [];
  for (const { arm, args } of arms)
    for (const competition of shipped) {
      const child = startProgram([
        ...["run", competition, "--quick", "--model", "playbook", "--sandbox", "process", "--json"],
        ...["--time-limit", timeLimit, "--runs-dir", join(folder.path, arm), ...args],
      ]);
      const summary = lastJson((await ended(child)).stdout) as {
        sealedScore: number | null;
        searchScore: number | null;
        modelCalls: number;
      };
      const { sealedScore, searchScore, modelCalls } = summary;
      found.push({ competition, arm, score: sealedScore ?? searchScore, calls: modelCalls });
    }
  return found;
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "mle-star-memory-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
