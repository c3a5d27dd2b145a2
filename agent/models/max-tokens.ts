/** The most output that a refusal allows: `max_tokens: 32000 > 8192, which is the maximum …`. Null: it is about something else. */
export function allowedIn(why: string, sent: number): number | null {
  if (!/max_(?:completion_)?tokens/u.test(why)) return null;
  const allowed = [...why.matchAll(/\d[\d,]*/gu)]
    .map(([digits]) => Number(digits.replaceAll(",", "")))
    .filter((count) => count > 0 && count < sent);
  return allowed.length === 0 ? null : Math.max(...allowed);
}
