import type { Config } from "../../agent/config.ts";
import type { BankFolder } from "../../agent/memory/bank/bank.ts";
import type { Embedder } from "../../agent/memory/embedding.ts";
import type { RewardKind } from "../../agent/memory/learn.ts";
import { openMemory } from "../../agent/memory/memory.ts";
import type { Ended } from "../../agent/memory/reflect/facts.ts";
import { type AskReflecting, reflect } from "../../agent/memory/reflect/reflect.ts";
import type { Request } from "../../agent/models/model.ts";
import {
  consolidate,
  reflect as reflectByRules,
} from "../../agent/models/playbook/answers/reflect.ts";
import { drawsOf } from "../../agent/policies/random.ts";
import { consolidator } from "../../agent/roles/lessons/consolidator.ts";
import { reflector } from "../../agent/roles/lessons/reflector.ts";
import { Unreadable } from "../../agent/roles/role.ts";
import { valuesOf } from "../../runs/events/events.ts";
import { printOf } from "../../runs/report/across/same-competition.ts";
import { trajectoriesOf } from "../../runs/report/across/trajectories.ts";
import { script } from "./answers.ts";
import { fenced, runWorld } from "./run-world.ts";

/** What simulated competitions are about: each has one recipe that gains, by the words of its features. */
const TOPICS = [
  { recipe: "weekly-lags", words: "sales of shops by day and week" },
  { recipe: "target-encoding", words: "postal codes and brands of many categories" },
  { recipe: "rank-features", words: "heavy tailed amounts of money" },
] as const;

const GOOD = 0.05;
const BAD = -0.01;
const FIRST = 0.5;

/** One simulated competition: a topic, and the noise of its scores. */
export type Simulated = { id: string; topic: (typeof TOPICS)[number]; random: () => number };

export function simulatedCompetitions(count: number, seed: string): Simulated[] {
  const random = drawsOf(`competitions ${seed}`);
  return Array.from({ length: count }, (_, index) => {
    const topic = TOPICS[Math.floor(random() * TOPICS.length)] ?? TOPICS[0];
    return { id: `simulated-${index}`, topic, random: drawsOf(`${seed} ${index}`) };
  });
}

/** What a run may be reminded by, and whether it leaves anything; null: by nothing. */
export type SimulatedMemory = {
  bank: BankFolder;
  embedder: Embedder;
  considered: number;
  shown: number;
  explores: boolean;
  reward: RewardKind | null;
};

const SETTINGS: Partial<Config> = {
  refinement: "script",
  candidates: 1,
  attempts: 1,
  ablationVariants: 1,
  canary: "off",
  dataUsage: "off",
};

/** How a run on a simulated competition ended: its score, and how often a model was asked. */
export type SimulatedRun = { score: number; calls: number };

/**
 * A whole run in a made-up world, whose model plans well only if the right item stands in its prompt: it takes the
 * recipe of an item that helped and that speaks of its own data, else one at random that is not known to fail there.
 */
export async function simulatedRun(
  competition: Simulated,
  memory: SimulatedMemory | null,
  run: string,
): Promise<SimulatedRun> {
  await using ran = await runWorld({
    config: SETTINGS,
    answers: (request) => answerOf(request, competition),
    ...(memory !== null && {
      memory: async ({ brief, journal }) => {
        const { bank, embedder, considered, shown, explores } = memory;
        const [started] = valuesOf(journal.events, "run-started");
        if (started === undefined) throw new Error("the world has not begun");
        return openMemory({
          bank,
          embedder,
          settings: { considered, shown, explores },
          brief,
          task: {
            print: { ...printOf(started), id: competition.id, title: competition.id },
            type: brief.competition.type,
            modality: "tabular",
            isBenchmark: false,
          },
          seed: run,
        });
      },
    }),
  });
  const { events } = ran.world.journal;
  const score = Math.max(
    ...valuesOf(events, "evaluated").flatMap(({ origin, evaluation }) =>
      origin === "ablation" || evaluation.score === null ? [] : [evaluation.score],
    ),
  );
  if (memory !== null) await leave(competition, memory, run, ran.world.journal.events);
  return { score, calls: valuesOf(events, "answered").length };
}

async function leave(
  { id }: Simulated,
  { bank, embedder, reward }: SimulatedMemory,
  run: string,
  journal: Ended["events"],
): Promise<void> {
  const [own] = valuesOf(journal, "run-started");
  if (own === undefined) return;
  const started = { ...own, competition: { ...own.competition, id, title: id }, dataHash: id };
  const rows = await trajectoriesOf(journal, { run, split: "train", read: async () => null });
  const { signal } = new AbortController();
  const ended = { run: `${id}/${run}`, started, events: journal, rows };
  await reflect(ended, { bank, embedder, ask: byRules, rules: byRules, reward, signal });
}

/** The playbook reflects: the facts as they are. */
export const byRules = (async (role: string, _: string, input: never) => {
  const output =
    role === "reflector"
      ? reflector.reply.read(reflectByRules(input))
      : consolidator.reply.read(consolidate(input));
  return output instanceof Unreadable ? null : output;
}) as AskReflecting;

function answerOf({ role, prompt, input }: Request, { topic, random }: Simulated): string | null {
  if (role === "initializer") return fenced(script(FIRST, topic.words));
  if (role !== "refiner") return null;
  const { blocks } = input as { blocks: { id: string; title: string; text: string }[] };
  const model = blocks.find(({ title }) => title === "model");
  const known = recipesIn(prompt, topic.words);
  const open = TOPICS.filter(({ recipe: each }) => !known.failed.includes(each));
  const recipe = known.helped?.recipe ?? open[Math.floor(random() * open.length)]?.recipe ?? "";
  const gain = (recipe === topic.recipe ? GOOD : BAD) + 0.002 * random();
  const text = (model?.text ?? "").replace(/quality = .*/u, `quality = ${FIRST + gain}`);
  const used = known.helped === null ? "none" : `[${known.helped.number}]`;
  return `Add [${recipe}] to what the script knows of ${topic.words}.\n\n${model?.id ?? ""}:\n${fenced(text)}\nMemories used: ${used}`;
}

/** What the items of a prompt say of recipes on data of these words: the first that helped, and those that did not. */
function recipesIn(prompt: string, words: string) {
  const items = [...prompt.matchAll(/^\[(\d+)\] lesson: [\s\S]*?(?=^\[\d+\] |^```)/gmu)];
  const own = items.flatMap(([text, number]) => {
    const recipe = /\[([a-z-]+)\]/u.exec(text)?.[1];
    return recipe === undefined || !text.includes(words)
      ? []
      : [{ recipe, number: Number(number), helped: text.includes("Helped ") }];
  });
  return {
    helped: own.find(({ helped }) => helped) ?? null,
    failed: own.filter(({ helped }) => !helped).map(({ recipe }) => recipe),
  };
}
