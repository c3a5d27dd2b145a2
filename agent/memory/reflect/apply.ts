import type { Change } from "../bank/change.ts";
import { type Draft, type Item, joinOutcomes } from "../item.ts";

/** What becomes of a draft. */
export type Decision = {
  draft: Draft;
  vector: Float32Array;
  /** The item that it joins, and the text and vector of both; null: it is added, unless it is known. */
  into: { item: Item; text: string; vector: Float32Array } | null;
  deletes: string[];
  isKnown: boolean;
};

/**
 * Makes decisions true. What another process changed meanwhile is taken as it is now: outcomes are added to it; an item
 * that is gone is added anew. So no measurement is lost.
 */
export function apply(change: Change, decisions: readonly Decision[]) {
  const operations = { added: 0, merged: 0, deleted: 0, nothing: 0 };
  const items = new Set<string>();
  const current = new Map<string, Item>();
  const removed = new Set<string>();
  const itemNow = (id: string) =>
    removed.has(id) ? null : (current.get(id) ?? change.bank.get(id));
  for (const { draft, vector, into, deletes, isKnown } of decisions) {
    const now = into === null ? null : itemNow(into.item.id);
    if (isKnown) operations.nothing += 1;
    else if (into === null || now === null) {
      items.add(change.add(draft, vector));
      operations.added += 1;
    } else {
      const merged = mergedOf(draft, into, now);
      change.replace(merged, into.vector);
      current.set(now.id, { ...merged, version: now.version + 1 });
      items.add(now.id);
      operations.merged += 1;
    }
    for (const id of deletes.filter((each) => each !== now?.id && itemNow(each) !== null)) {
      change.remove(id);
      removed.add(id);
      operations.deleted += 1;
    }
  }
  return { operations, items: [...items] };
}

/** Both as one; where the item is not the one that was looked at any more, its own text stays. */
function mergedOf(draft: Draft, into: NonNullable<Decision["into"]>, now: Item): Item {
  return {
    ...now,
    text: now.version === into.item.version ? into.text : now.text,
    error: now.error ?? draft.error,
    fix: now.fix ?? draft.fix,
    outcomes: joinOutcomes(now.outcomes, draft.outcomes),
  };
}
