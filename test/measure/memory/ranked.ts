import type { BankFolder } from "../../../agent/memory/bank/bank.ts";
import type { Embedder } from "../../../agent/memory/embedding.ts";
import type { RewardKind } from "../../../agent/memory/learn.ts";
import { recall } from "../../../agent/memory/recall.ts";
import type { Ended } from "../../../agent/memory/reflect/facts.ts";
import { reflect } from "../../../agent/memory/reflect/reflect.ts";
import { drawsOf } from "../../../agent/policies/random.ts";
import type { Event, EventValue } from "../../../runs/events/events.ts";
import type { ShownMemory } from "../../../runs/events/memory.ts";
import { printOf } from "../../../runs/report/across/same-competition.ts";
import { trajectoriesOf } from "../../../runs/report/across/trajectories.ts";
import { sampleInputs } from "../../agent/roles/sample-inputs.ts";
import { runWorld } from "../../fakes/run-world.ts";
import { byRules } from "../../fakes/simulated-competitions.ts";

/*
 * A made-up world in which it matters what is shown: twelve subjects, each of which one of six recipes suits, leave up
 * to 72 lessons, and a prompt shows five. What a competition is called says its subject in three words, among six of
 * clients and places that say nothing. A run is the journal of one whole run in the made-up world, with another plan,
 * outcome and memory: recall, reflection and learning are the real ones, and no time goes into the rest.
 */

const SUBJECTS = [
  ["sales", "shops", "weekly"],
  ["postal", "brands", "categories"],
  ["amounts", "money", "tails"],
  ["sensors", "vibration", "machines"],
  ["reviews", "words", "stars"],
  ["patients", "doses", "trials"],
  ["flights", "delays", "airports"],
  ["loans", "defaults", "income"],
  ["soil", "crops", "rain"],
  ["matches", "teams", "goals"],
  ["clicks", "sessions", "pages"],
  ["wells", "pressure", "pumps"],
] as const;

const RECIPES = ["lags", "target-encoding", "ranks", "spectra", "tf-idf", "ratios"] as const;

const NAMES =
  "acme orion delta lumen vertex harbor north summit nova cedar pioneer atlas beacon coral falcon granite horizon iris jade keystone lotus meadow nimbus onyx prairie quartz ridge sierra tundra umber".split(
    " ",
  );
/** Words of a competition's name that say nothing of its subject. */
const SAID = 6;

const BASE = 0.5;
const GOOD = 0.05;
const BAD = -0.01;
const ERROR = 0.004;

/** What a run may be reminded by; null: by nothing. */
export type Reminded = {
  bank: BankFolder;
  embedder: Embedder;
  considered: number;
  shown: number;
  explores: boolean;
  reward: RewardKind | null;
};

export type Competition = { id: string; title: string; subject: number; random: () => number };

export function competitionsOf(count: number, seed: string): Competition[] {
  const random = drawsOf(`ranked ${seed}`);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  return Array.from({ length: count }, (_, index) => {
    const subject = Math.floor(random() * SUBJECTS.length);
    const words = [...(SUBJECTS[subject] ?? []), ...Array.from({ length: SAID }, () => one(NAMES))];
    words.sort(() => random() - 0.5);
    return {
      id: `ranked-${index}`,
      title: words.join(" "),
      subject,
      random: drawsOf(`${seed} ${index}`),
    };
  });
}

/** Which recipe suits each subject, drawn once an order: nothing is learned of it from the names. */
export function suitsOf(seed: string): readonly string[] {
  const random = drawsOf(`suits ${seed}`);
  return SUBJECTS.map(() => RECIPES[Math.floor(random() * RECIPES.length)] as string);
}

let made: Promise<Ended> | null = null;

/** One whole run in the made-up world, whose journal the others are made of. */
function template(): Promise<Ended> {
  made ??= (async () => {
    const config = {
      refinement: "script",
      candidates: 1,
      attempts: 1,
      ablationVariants: 1,
    } as const;
    await using ran = await runWorld({ config: { ...config, canary: "off", dataUsage: "off" } });
    const { events } = ran.world.journal;
    const rows = await trajectoriesOf(events, { run: "t", split: "train", read: async () => null });
    const started = events.find(({ type }) => type === "run-started")
      ?.value as EventValue<"run-started">;
    return { run: "t", started, events: [...events], rows };
  })();
  return made;
}

/** One competition: what its model is shown, what it plans by that, what that scores, and what it leaves. */
export async function rankedRun(
  { id, title, subject, random }: Competition,
  memory: Reminded | null,
  suits: readonly string[],
  run: string,
): Promise<{ score: number; calls: number; hasRight: boolean; cited: number; shown: number }> {
  const ended = await template();
  const own = { ...ended.started.competition, id, title };
  const brief = ended.started.brief as { competition: object };
  const started = {
    ...ended.started,
    competition: own,
    dataHash: id,
    brief: { ...brief, competition: { ...brief.competition, id, title } },
  } as EventValue<"run-started">;
  const remembered = memory === null ? null : await remindedOf(started, memory, run);
  const shown = remembered?.shown ?? [];
  const words = (SUBJECTS[subject] ?? []).join(" ");
  const known = recipesIn(shown, words);
  const open = RECIPES.filter((each) => !known.failed.includes(each));
  const drawn = open[Math.floor(random() * open.length)] ?? RECIPES[0];
  const recipe = known.helped?.recipe ?? drawn;
  const gain = (recipe === suits[subject] ? GOOD : BAD) + 0.002 * random();
  const plan = `Add [${recipe}] to what the script knows of ${words}.`;
  const cited = [known.helped, ...(known.helped === null ? known.lessons : [])].flatMap(
    (each) => each?.id ?? [],
  );
  const change = { plan, gain, started, remembered, cited };
  if (memory !== null) await leave(ended, `${id}/${run}`, change, memory);
  const hasRight = known.helped !== null;
  return { score: BASE + gain, calls: 1, hasRight, cited: cited.length, shown: shown.length };
}

async function remindedOf(
  started: EventValue<"run-started">,
  { bank, embedder, considered, shown, explores }: Reminded,
  run: string,
): Promise<EventValue<"memory-shown">> {
  const brief = started.brief as Parameters<typeof recall>[2]["brief"];
  const { blocks } = sampleInputs.refiner;
  const input = { ...sampleInputs.refiner, blocks, variants: [], history: [] };
  const task = {
    print: printOf(started),
    type: brief.competition.type,
    modality: "tabular",
    isBenchmark: false,
  };
  return recall(
    await bank.read(),
    embedder,
    { role: "refiner", input, seed: run, brief, task },
    { considered, shown, explores },
    new AbortController().signal,
  );
}

/** What shown lessons say of recipes on data of these words; only those count that name the very subject. */
function recipesIn(shown: readonly ShownMemory[], words: string) {
  const lessons = shown.flatMap(({ id, text }) => {
    const recipe = /\[([a-z-]+)\]/u.exec(text)?.[1];
    return recipe === undefined || !text.includes(words)
      ? []
      : [{ id, recipe, helped: text.includes("Helped ") }];
  });
  return {
    lessons,
    helped: lessons.find(({ helped }) => helped) ?? null,
    failed: lessons.filter(({ helped }) => !helped).map(({ recipe }) => recipe),
  };
}

type Outcome = {
  plan: string;
  gain: number;
  started: EventValue<"run-started">;
  remembered: EventValue<"memory-shown"> | null;
  cited: string[];
};

/** The journal with this run's plan, outcome and memory in it is reflected on. */
async function leave(
  ended: Ended,
  run: string,
  outcome: Outcome,
  { bank, embedder, reward }: Reminded,
): Promise<void> {
  const events = eventsWith(ended.events, outcome);
  const { signal } = new AbortController();
  const { started } = outcome;
  const own = { ...ended, run, started, events };
  await reflect(own, { bank, embedder, ask: byRules, rules: byRules, reward, signal });
}

function eventsWith(events: readonly Event[], outcome: Outcome): Event[] {
  const { plan, gain, started, remembered, cited } = outcome;
  const refined = events.find(
    (each) => each.type === "evaluated" && each.value.origin === "refine",
  );
  if (refined?.type !== "evaluated") throw new Error("the made-up run refined nothing");
  const { solution } = refined.value;
  const changed = events.map((event): Event => {
    if (event.type === "run-started") return { ...event, value: started };
    if (event.type === "evaluated" && event.value.solution === solution) {
      const evaluation = { ...event.value.evaluation, score: BASE + gain };
      return { ...event, value: { ...event.value, plan, parentScore: BASE, evaluation } } as Event;
    }
    if (event.type !== "decided") return event;
    return { ...event, value: { ...event.value, gain, standardError: ERROR } } as Event;
  });
  if (remembered === null) return changed;
  const place = `${solution}/refiner`;
  const shown = remembered.shown.map(({ id }) => id);
  const of = (type: string, key: string, value: object) =>
    ({ ...refined, type, key, value }) as unknown as Event;
  return [
    ...changed,
    of("memory-shown", `${place}/memory`, remembered),
    of("memory-cited", `${place}/cited`, { role: "refiner", shown, cited }),
  ];
}
