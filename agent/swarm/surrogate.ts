import { addedTo } from "../models/teams/graph.ts";
import { before, levelsOf } from "../models/teams/graph-shape.ts";
import { nameOfEntry } from "../models/teams/team-settings.ts";
import { allRoles } from "../roles/all.ts";
import { Unreadable } from "../roles/role.ts";
import type { Graph } from "./graph-file.ts";
import { mean } from "./utility.ts";

/** A stored answer of a model, and what came of it when it was executed, 0 to 1; null: not known. */
export type StoredCall = { model: string; prompt: string; text: string; outcome: number | null };

/** A question of a role that some model was asked, without what a team added to it. */
export type StoredQuestion = { competition: string; role: string; prompt: string };

export type Store = { questions: readonly StoredQuestion[]; calls: readonly StoredCall[] };

/** What stored calls say of a graph. */
export type Replayed = {
  /** Mean outcome of the answers at the end; null where none is known. */
  value: number | null;
  /** Prompts that the graph makes, and how many of them a stored call answers. */
  prompts: number;
  answered: number;
  /** Questions whose answer at the end has a known outcome. */
  known: number;
};

/** Finds stored answers by model and prompt; of several the first. */
export function indexed(
  calls: readonly StoredCall[],
): (model: string, prompt: string) => StoredCall | null {
  const found = new Map<string, StoredCall>();
  for (const call of calls) {
    const key = `${call.model}\0${call.prompt}`;
    const known = found.get(key);
    // The same answer may have been taken in one run and passed over in another.
    if (known === undefined || (known.outcome === null && known.text === call.text))
      found.set(key, call);
  }
  return (model, prompt) => found.get(`${model}\0${prompt}`) ?? null;
}

/**
 * Plays a graph on stored questions by stored answers alone. A node whose prompt nobody was ever asked has no answer,
 * and what comes after it cannot be known either.
 */
export function replayGraph(
  graph: Graph,
  questions: readonly StoredQuestion[],
  find: ReturnType<typeof indexed>,
): Replayed {
  let [prompts, answered] = [0, 0];
  const outcomes: number[] = [];
  for (const question of questions) {
    const played = playStored(graph, question, find);
    prompts += played.prompts;
    answered += played.answered;
    if (played.outcome !== null) outcomes.push(played.outcome);
  }
  const value = outcomes.length === 0 ? null : mean(outcomes);
  return { value, prompts, answered, known: outcomes.length };
}

type Answer = { text: string | null; outcome: number | null };

function playStored(
  graph: Graph,
  { role, prompt }: StoredQuestion,
  find: ReturnType<typeof indexed>,
): { prompts: number; answered: number; outcome: number | null } {
  const answers = new Map<string, Answer>();
  let [prompts, answered] = [0, 0];
  let outcome: number | null = null;
  for (const node of levelsOf(graph).flat()) {
    if (node.kind !== "model") continue;
    prompts += 1;
    const sees = before(graph, node.id);
    const seen = sees.map((id) => answers.get(id));
    if (seen.includes(undefined)) continue;
    const texts = seen.flatMap((each) => each?.text ?? []);
    const asked = prompt + addedTo(texts, []);
    const call = firstOf(namesOf(graph.pool[node.member]), (name) => find(name, asked));
    if (call === null) continue;
    answered += 1;
    answers.set(node.id, {
      text: isUsable(role, call.text) ? call.text : null,
      outcome: call.outcome,
    });
    const isEnd = graph.edges.every(([from]) => from !== node.id);
    if (isEnd) outcome = call.outcome;
  }
  return { prompts, answered, outcome };
}

/** Names that journals have for a model: as the pool has it, or as its server calls it. */
function namesOf(entry: Graph["pool"][string] | undefined): string[] {
  if (entry === undefined) return [];
  return [nameOfEntry(entry), entry.model, entry.model.replace(/^(?:openai|anthropic):/u, "")];
}

function firstOf<T>(names: readonly string[], of: (name: string) => T | null): T | null {
  for (const name of names) {
    const found = of(name);
    if (found !== null) return found;
  }
  return null;
}

function isUsable(name: string, text: string): boolean {
  const role = Object.values(allRoles).find((each) => each.name === name);
  return role !== undefined && !(role.reply.read(text) instanceof Unreadable);
}
