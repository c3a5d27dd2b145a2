import type { RoleInputs } from "../../../roles/inputs.ts";

type Fact = RoleInputs["reflector"]["facts"][number];

/** What facts are about: those of one topic make one item. */
function topicOf({ kind, subject, title, where }: Omit<Fact, "text">): string {
  // The same recipe in another plan may be another change: what it did there is no measurement of this one.
  return JSON.stringify([kind, subject, title, subject === null ? where : null]);
}

/** Facts by their topics, in their own words: nothing is said that was not measured. */
export function reflect({ facts }: RoleInputs["reflector"]): string {
  const topics = new Map<string, { fact: Fact; numbers: number[] }>();
  for (const [number, fact] of facts.entries()) {
    const known = topics.get(topicOf(fact));
    if (known === undefined) topics.set(topicOf(fact), { fact, numbers: [number] });
    else known.numbers.push(number);
  }
  const items = [...topics.values()].map(({ fact: { kind, title, text }, numbers }) => ({
    kind,
    title,
    text,
    facts: numbers,
  }));
  return JSON.stringify({ items });
}

/** An item joins the one on its topic; what is on a topic of its own is added. */
export function consolidate({ item, neighbors }: RoleInputs["consolidator"]): string {
  const index = neighbors.findIndex((each) => topicOf(each) === topicOf(item));
  const operation =
    index === -1
      ? { operation: "add", index: null, text: "" }
      : { operation: "merge", index, text: neighbors[index]?.text ?? "" };
  return JSON.stringify({ operations: [operation] });
}
