import type { EventValue } from "../../runs/events/events.ts";
import type { ShownMemory } from "../../runs/events/memory.ts";
import type { Brief } from "../brief.ts";
import { drawsOf } from "../policies/random.ts";
import type { RoleInputs } from "../roles/inputs.ts";
import { admissionFor, type Task } from "./admissible.ts";
import type { Bank } from "./bank/bank.ts";
import type { Embedder } from "./embedding.ts";
import { errorOf, fitOf } from "./error-key.ts";
import { type Item, textOf, worthOf } from "./item.ts";
import { queryOf, type Remembering } from "./query.ts";
import { drawTop, logitsOf } from "./reranker.ts";

/** How many items are looked at and shown, and whether the choice is explored. */
export type RecallSettings = {
  /** K: nearest items that the reranker sees. */
  considered: number;
  /** M: items that a role is shown. */
  shown: number;
  /** With Gumbel noise, so that there is something to learn from; else the best by what is known. */
  explores: boolean;
};

/** Fixes of the very error at hand that a debugger is shown first. */
const MAX_FIXES = 3;

export type Asked<N extends Remembering> = {
  role: N;
  input: RoleInputs[N];
  /** Seeds the draw: the same place of the same run draws alike. */
  seed: string;
  brief: Brief;
  task: Task;
};

/**
 * What a role is reminded of: K nearest of the items whose conditions fit, M of them drawn by the reranker. A debugger
 * is shown known fixes of the same error first.
 */
export async function recall<N extends Remembering>(
  bank: Bank,
  embedder: Embedder,
  { role, input, seed, brief, task }: Asked<N>,
  settings: RecallSettings,
  signal: AbortSignal,
): Promise<EventValue<"memory-shown">> {
  const query = queryOf(role, input, brief);
  const whyNot = admissionFor(task, bank.prints);
  const admits = (head: Parameters<typeof whyNot>[0]) => whyNot(head) === null;
  const fixes =
    role === "debugger"
      ? fixesFor(bank, (input as RoleInputs["debugger"]).error, brief, admits)
      : [];
  const first = fixes.slice(0, Math.min(MAX_FIXES, settings.shown));
  const isFirst = new Set(first.map(({ id }) => id));
  const [vector] = await embedder.embed([query], signal);
  const near =
    vector === undefined ? [] : bank.nearest(vector, settings.considered + first.length, admits);
  const considered = near
    .map(({ id }) => id)
    .filter((id) => !isFirst.has(id))
    .slice(0, settings.considered);
  const vectors = considered.map((id) => bank.vector(id) ?? new Float32Array());
  const logits = vector === undefined ? [] : logitsOf(bank.reranker, vector, vectors);
  const random = settings.explores ? drawsOf(seed) : null;
  const drawn = drawTop(logits, settings.shown - first.length, random).flatMap((index) => {
    const item = bank.get(considered[index] ?? "");
    return item === null ? [] : [item];
  });
  return {
    role,
    query,
    considered,
    shown: [...first, ...drawn].map(shownOf),
    keptOut: countedReasons(bank, whyNot),
    reranker: bank.reranker.updates,
    failure: null,
  };
}

/** The debug registry: repairs of the same class of error, those of the same library and version first. */
function fixesFor(
  bank: Bank,
  error: string,
  { packages }: Brief,
  admits: (head: NonNullable<ReturnType<Bank["head"]>>) => boolean,
): Item[] {
  const now = errorOf(error, packages);
  if (now.exception === "") return [];
  return bank
    .filter((head) => head.kind === "pitfall" && head.exception === now.exception && admits(head))
    .flatMap((id) => bank.get(id) ?? [])
    .flatMap((item) => {
      const fit = item.error === null ? null : fitOf(item.error, now);
      return fit === null || worthOf(item) < 0 ? [] : [{ item, value: fit + worthOf(item) }];
    })
    .sort((a, b) => b.value - a.value || (a.item.id < b.item.id ? -1 : 1))
    .map(({ item }) => item);
}

function shownOf(item: Item): ShownMemory {
  const { id, version, kind, title, subject, fix, outcomes } = item;
  return {
    id,
    version,
    kind,
    title,
    text: textOf(item),
    subject,
    worth: worthOf(item),
    fix,
    competitions: [...new Set(outcomes.map(({ competition }) => competition))].sort(),
  };
}

function countedReasons(
  bank: Bank,
  whyNot: (head: NonNullable<ReturnType<Bank["head"]>>) => string | null,
): Record<string, number> {
  const counts: Record<string, number> = {};
  bank.countHeads((head, count) => {
    const why = whyNot(head);
    if (why !== null) counts[why] = (counts[why] ?? 0) + count;
  });
  return counts;
}
