import { join } from "node:path";
import { openBank } from "../../../agent/memory/bank/bank.ts";
import { hashedEmbedder } from "../../../agent/memory/embedding.ts";
import { simulatedCompetitions, simulatedRun } from "../../fakes/simulated-competitions.ts";
import { differences, type SmallRun } from "../scores/small-runs.ts";
import { gainText, mean, type Report } from "../timing.ts";
import { largeBank } from "./large-bank.ts";
import { competitionsOf, type Reminded, rankedRun, suitsOf } from "./ranked.ts";
import { SHIPPED_ARMS, shippedRuns } from "./shipped.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type MemoryOptions = {
  /** Simulated competitions of one order. */
  competitions: number;
  /** Orders in which they come. */
  orders: number;
  /** Whole runs on simulated competitions besides, of one order. */
  whole: number;
  /** Items of the large bank. */
  items: number;
  /** Shipped competitions, each run in every arm; empty: none. */
  shipped: readonly string[];
  seeds: number;
  rows: number;
  executions: number;
  /** Where shipped runs are kept; null: in a folder that is removed. */
  folder: string | null;
};

/** What a run has to go by. A folder of notes is every lesson so far, the newest first, as many as are shown otherwise. */
const ARMS = ["no memory", "notes", "memory", "learned"] as const;
type Arm = (typeof ARMS)[number];
type Scores = Record<Arm, { scores: number[]; calls: number }>;

/**
 * What a memory is worth, at equal calls: none, a plain folder of notes, the memory without learning, and the learned one,
 * over simulated competitions in several orders and over shipped ones; and how fast a large bank is.
 */
export async function measureMemory(options: MemoryOptions): Promise<Report> {
  const ranked = await rankedScores(options);
  const whole = await wholeScores(options);
  const large = await largeBank(options.items);
  const shipped = await shippedPart(options);
  return {
    title: `memory: ${options.competitions} simulated competitions in ${options.orders} orders`,
    table: [
      ["arm", "mean score", "over no memory (95 %)", "over no learning (95 %)", "calls"],
      ...rowsOf("ranking", ranked),
      ...rowsOf(`${options.whole} whole runs`, whole),
      ...(await shippedRows(shipped)),
    ],
    notes: [
      `${options.items} items: opened in ${large.openMs.toFixed(0)} ms (goal < 1000), the nearest 20 in ${large.nearestMs.toFixed(0)} ms (median of 20, goal < 50); of the processor's time ${large.openCpuMs.toFixed(0)} and ${large.nearestCpuMs.toFixed(0)} ms`,
      "a simulated model plans well only if the right item stands in its prompt; the same competitions in every arm",
      "ranking: 12 subjects with 6 recipes each, through the real recall, reflection and learning; whole runs: 3 subjects, through the whole pipeline",
      "shipped: gains over the other arm as shares of its score on the hidden answers, paired by competition and seed",
    ],
    data: { ranked, whole, large, shipped },
  };
}

function rowsOf(name: string, found: Scores): string[][] {
  return ARMS.map((arm) => {
    const { scores, calls } = found[arm];
    const over = (base: Arm) => (arm === base ? "" : gainText(pairs(scores, found[base].scores)));
    const learned = arm === "learned" ? over("memory") : "";
    return [`${name}: ${arm}`, mean(scores).toFixed(4), over("no memory"), learned, String(calls)];
  });
}

async function shippedRows(runs: readonly SmallRun[]): Promise<string[][]> {
  if (runs.length === 0) return [];
  return Promise.all(
    SHIPPED_ARMS.map(async (arm) => {
      const over = async (base: string) =>
        arm === base ? "" : gainText(await differences(runs, arm, base));
      const calls = runs.flatMap((run) => (run.arm === arm ? [run.calls] : []));
      const learned = arm === "learned" ? await over("memory") : "";
      const sum = calls.reduce((total, each) => total + each, 0);
      return [`shipped: ${arm}`, "", await over("no memory"), learned, String(sum)];
    }),
  );
}

function pairs(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value - (b[index] ?? 0));
}

async function rankedScores({ competitions, orders }: MemoryOptions): Promise<Scores> {
  return overOrders(orders, async (arm, order, memory) => {
    const name = `order ${order}`;
    const suits = suitsOf(name);
    const found: { score: number; calls: number }[] = [];
    for (const [index, competition] of competitionsOf(competitions, name).entries())
      found.push(await rankedRun(competition, memory, suits, `${arm}-${order}-${index}`));
    return found;
  });
}

async function wholeScores({ whole }: MemoryOptions): Promise<Scores> {
  return overOrders(whole === 0 ? 0 : 1, async (arm, _, memory) => {
    const found: { score: number; calls: number }[] = [];
    for (const [index, competition] of simulatedCompetitions(whole, "order 1").entries())
      found.push(await simulatedRun(competition, memory, `${arm}-${index}`));
    return found;
  });
}

type Played = { score: number; calls: number }[];

/** Every arm in every order, with a memory of its own each. */
async function overOrders(
  orders: number,
  play: (arm: Arm, order: number, memory: Reminded | null) => Promise<Played>,
): Promise<Scores> {
  const none = () => ({ scores: [], calls: 0 });
  const found: Scores = { "no memory": none(), notes: none(), memory: none(), learned: none() };
  for (const arm of ARMS)
    for (let order = 1; order <= orders; order++) {
      await using folder = await temporaryFolder();
      for (const { score, calls } of await play(arm, order, await memoryFor(arm, folder.path))) {
        found[arm].scores.push(score);
        found[arm].calls += calls;
      }
    }
  return found;
}

async function memoryFor(arm: Arm, folder: string): Promise<Reminded | null> {
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

async function shippedPart(options: MemoryOptions): Promise<SmallRun[]> {
  const { shipped, seeds, rows, executions } = options;
  if (shipped.length === 0) return [];
  await using temporary = await temporaryFolder();
  const folder = options.folder ?? join(temporary.path, "shipped");
  return shippedRuns({ competitions: shipped, seeds, rows, executions, folder });
}
