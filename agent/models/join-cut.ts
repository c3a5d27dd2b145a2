/** Most characters a continuation may repeat of what it continues. */
const LONGEST_REPEAT = 400;
/** A shorter repeat may be chance: `)\n` begins many lines. */
const SHORTEST_REPEAT = 12;

/** A text that was cut and its continuation as one: without the words said twice and the fence opened anew. */
export function joinCut(before: string, after: string): string {
  if (before === "") return after;
  const bare = isFenceOpen(before) ? after.replace(/^\s*```[\w+-]*[ \t]*\n/u, "") : after;
  const longest = Math.min(LONGEST_REPEAT, before.length, bare.length);
  for (let length = longest; length >= SHORTEST_REPEAT; length--)
    if (before.endsWith(bare.slice(0, length))) return before + bare.slice(length);
  return before + bare;
}

function isFenceOpen(text: string): boolean {
  return (text.match(/^[ \t]*```/gmu) ?? []).length % 2 === 1;
}
