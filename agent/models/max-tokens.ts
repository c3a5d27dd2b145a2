/** Fewer tokens than this are no answer. */
export const SHORTEST_ROOM = 256;

/** The most output that a refusal allows: `max_tokens: 32000 > 8192, which is the maximum …`. Null: it is about something else. */
export function allowedIn(said: string, sent: number): number | null {
  if (!/max_(?:completion_)?tokens/u.test(said)) return null;
  const allowed = [...said.matchAll(/\d[\d,]*/gu)]
    .map(([digits]) => Number(digits.replaceAll(",", "")))
    .filter((count) => count >= SHORTEST_ROOM && count < sent);
  return allowed.length === 0 ? null : Math.max(...allowed);
}
