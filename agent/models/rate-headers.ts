/** What is left of a quota, and the milliseconds until it resets. */
type Quota = { left: number; resetMs: number };

const names = {
  requests: [
    ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
    ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
  ],
  tokens: [
    ["anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"],
    ["anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"],
    ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
  ],
} as const;

/** The quota in response headers; null: none, or in an unknown form. */
export function quotaIn(headers: Headers, kind: keyof typeof names): Quota | null {
  for (const [remaining, reset] of names[kind]) {
    const left = Number(headers.get(remaining) ?? Number.NaN);
    const resetMs = untilMs(headers.get(reset), headers);
    if (Number.isFinite(left) && resetMs !== null) return { left, resetMs };
  }
  return null;
}

/** How long a server asks us to wait, in milliseconds; null: it does not. */
export function retryAfterMs(headers: Headers): number | null {
  const exact = headers.get("retry-after-ms");
  const milliseconds = exact === null ? Number.NaN : Number(exact);
  return Number.isFinite(milliseconds)
    ? Math.max(0, milliseconds)
    : untilMs(headers.get("retry-after"), headers);
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `2`, `1.5s`, `6m0s`, or a date: relative to the server's `date` header where there is one, since our clock may be wrong. */
function untilMs(text: string | null, headers: Headers): number | null {
  if (text === null || text.trim() === "") return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const spans = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu)];
  if (spans.length > 0 && spans.map(([span]) => span).join("") === text.trim())
    return spans.reduce(
      (sum, [, count, unit = ""]) => sum + Number(count) * (unitMs[unit] ?? 0),
      0,
    );
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  const serverTime = Date.parse(headers.get("date") ?? "");
  return Math.max(0, at - (Number.isNaN(serverTime) ? Date.now() : serverTime));
}
