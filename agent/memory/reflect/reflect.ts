import type { EventValue } from "../../../runs/events/events.ts";
import { printOf } from "../../../runs/report/across/same-competition.ts";
import type { RoleInputs, RoleOutputs } from "../../roles/inputs.ts";
import type { Bank, BankFolder } from "../bank/bank.ts";
import type { Use } from "../bank/uses.ts";
import type { Embedder } from "../embedding.ts";
import { type Draft, type Item, joinOutcomes, textOf } from "../item.ts";
import { learnFrom, type RewardKind, usedCalls, usefulness } from "../learn.ts";
import { apply, type Decision } from "./apply.ts";
import { type Ended, factsOf } from "./facts.ts";

/** Asks who reflects; null: no usable answer. */
export type AskReflecting = <N extends "reflector" | "consolidator">(
  role: N,
  at: string,
  input: RoleInputs[N],
) => Promise<RoleOutputs[N] | null>;

export type ReflectOptions = {
  bank: BankFolder;
  embedder: Embedder;
  /** A model's words; where it gives none, and for the playbook, the facts as they are. */
  ask: AskReflecting;
  /** The built-in rules, which always answer. */
  rules: AskReflecting;
  /** Null: the reranker learns nothing. */
  reward: RewardKind | null;
  signal: AbortSignal;
};

export type Reflected = Omit<EventValue<"reflected">, "memory">;

/** Nearest items that a new one is laid beside. */
const NEIGHBORS = 5;
/** Outcomes whose data an item is found by: the words of all would drown its own. */
const MAX_ABOUT = 4;
/** Runs that the curve of usefulness shows. */
const HISTORY = 200;

/**
 * Prospective and retrospective reflection on a run that is over: its facts as items, each against its nearest
 * neighbors, then the reranker by what was cited and gained. Once for each run, however often it is asked.
 */
export async function reflect(ended: Ended, options: ReflectOptions): Promise<Reflected> {
  const { bank, embedder, reward, signal } = options;
  const { run, started, events } = ended;
  const begun = events[0]?.time ?? "";
  const before = await bank.read();
  const known = before.uses.find((use) => use.run === run && use.begun === begun);
  if (known !== undefined) return reflectedOf(before, known, reward);
  const facts = factsOf(ended);
  const drafts = facts.length === 0 ? [] : await draftsOf(facts, options);
  const decided = await decide(before, drafts, options);
  const calls = usedCalls(events);
  const use = await bank.change(async (change) => {
    const now = change.bank.uses.find((each) => each.run === run && each.begun === begun);
    if (now !== undefined) return now;
    const print = printOf(started);
    if (JSON.stringify(change.bank.prints.get(print.id)) !== JSON.stringify(print))
      change.know(print);
    const done = apply(change, decided);
    const made: Use = { run, begun, ...done, calls };
    change.use(made);
    if (reward !== null && calls.length > 0)
      change.learned(await learnFrom(change.bank, embedder, calls, reward, signal));
    return made;
  });
  return reflectedOf(await bank.read(), use, reward);
}

function reflectedOf(bank: Bank, use: Use, reward: RewardKind | null): Reflected {
  return {
    operations: use.operations,
    items: use.items,
    updates: reward === null ? null : bank.reranker.updates,
    history: historyOf(bank.uses),
    why: null,
  };
}

/** How useful the memory was to each of the last runs, oldest first. */
export function historyOf(uses: readonly Use[]): Reflected["history"] {
  return uses.slice(-HISTORY).map(({ run, calls }) => ({ run, ...usefulness(calls) }));
}

/** The facts of a run as drafts by topic; what rests on no fact is dropped. */
async function draftsOf(facts: readonly Draft[], { ask, rules }: ReflectOptions): Promise<Draft[]> {
  const input = { facts: facts.map(viewOf) };
  const topics =
    (await ask("reflector", "reflect", input)) ??
    (await rules("reflector", "reflect", input)) ??
    [];
  return topics.flatMap(({ title, text, facts: numbers }) => {
    const own = [...new Set(numbers)].flatMap((number) => facts[number] ?? []);
    const [first] = own;
    if (first === undefined) return [];
    // Of several kinds the first fact's: an outcome of another kind would count for something else.
    const same = own.filter(({ kind }) => kind === first.kind);
    const outcomes = same.reduce<Draft["outcomes"]>(
      (all, each) => joinOutcomes(all, each.outcomes),
      [],
    );
    return [{ ...first, title, text, outcomes }];
  });
}

function viewOf(item: Draft | Item): RoleInputs["consolidator"]["item"] {
  const { kind, title, where, subject } = item;
  return { kind, title, text: textOf(item), where, subject };
}

/** The same without what was measured: that is kept beside the text, whatever becomes of this. */
function bareViewOf(item: Draft | Item): RoleInputs["consolidator"]["item"] {
  const { kind, title, text, where, subject } = item;
  return { kind, title, text, where, subject };
}

/** What becomes of each draft, by who reflects; made before the bank is locked, since a model takes its time. */
async function decide(
  bank: Bank,
  drafts: readonly Draft[],
  { embedder, ask, rules, signal }: ReflectOptions,
): Promise<Decision[]> {
  const vectors = await embedder.embed(drafts.map(embeddedText), signal);
  const decisions: Decision[] = [];
  for (const [number, draft] of drafts.entries()) {
    const vector = vectors[number] ?? new Float32Array(embedder.dimension);
    const neighbors = neighborsOf(bank, draft, vector);
    const at = `reflect/item-${number + 1}`;
    const input = { item: bareViewOf(draft), neighbors: neighbors.map(bareViewOf) };
    const operations =
      neighbors.length === 0
        ? []
        : ((await ask("consolidator", at, input)) ??
          (await rules("consolidator", at, input)) ??
          []);
    const target = (name: "merge" | "delete") =>
      operations.flatMap(({ operation, index, text }) => {
        const item = operation === name && index !== null ? neighbors[index] : undefined;
        return item === undefined || item.kind !== draft.kind ? [] : [{ item, text }];
      });
    const [first] = target("merge");
    const text = first === undefined || first.text.trim() === "" ? first?.item.text : first.text;
    const into =
      first === undefined || text === undefined
        ? null
        : {
            item: first.item,
            text,
            vector: await embedOne(embedder, joined(first.item, draft, text), signal),
          };
    const adds = operations.some(({ operation }) => operation === "add") || into !== null;
    decisions.push({
      draft,
      vector,
      into,
      // Nothing is deleted where nothing takes its place; several merges become one item.
      deletes: adds ? target("delete").map(({ item }) => item.id) : [],
      isKnown: !adds && operations.some(({ operation }) => operation === "nothing"),
    });
  }
  return decisions;
}

/** An item with what a draft adds to it. */
function joined(item: Item, { outcomes }: Draft, text: string): Item {
  return { ...item, text, outcomes: joinOutcomes(item.outcomes, outcomes) };
}

/** The nearest items of a draft's kind, those on the very same subject first. */
function neighborsOf(bank: Bank, { kind, subject, title }: Draft, vector: Float32Array): Item[] {
  const near = bank
    .nearest(vector, 4 * NEIGHBORS, (head) => head.kind === kind)
    .flatMap(({ id }) => bank.get(id) ?? []);
  const sameness = (item: Item) =>
    (subject !== null && item.subject === subject ? 1 : 0) + (item.title === title ? 2 : 0);
  return [...near].sort((a, b) => sameness(b) - sameness(a)).slice(0, NEIGHBORS);
}

async function embedOne(
  embedder: Embedder,
  item: Draft | Item,
  signal: AbortSignal,
): Promise<Float32Array> {
  const [vector] = await embedder.embed([embeddedText(item)], signal);
  return vector ?? new Float32Array(embedder.dimension);
}

function embeddedText({ kind, title, text, where, subject, outcomes }: Draft | Item): string {
  const tasks = new Set(
    outcomes.map(({ type, metric, modality }) => `${type} ${metric} ${modality}`),
  );
  const data = new Set(outcomes.slice(-MAX_ABOUT).map(({ about }) => about));
  return [kind, title, text, where ?? "", subject ?? "", ...tasks, ...data].join("\n");
}
