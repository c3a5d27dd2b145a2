import { setTimeout as sleep } from "node:timers/promises";

/** Least seconds between two requests to a host; requests in between wait. */
export type Pace = (host: string, signal: AbortSignal) => Promise<void>;

/** arXiv asks for one request in three seconds; other hosts get one per half second. */
export function hostPace(secondsFor: (host: string) => number = usualSeconds): Pace {
  const free = new Map<string, number>();
  return async (host, signal) => {
    const now = performance.now();
    const start = Math.max(now, free.get(host) ?? 0);
    free.set(host, start + secondsFor(host) * 1000);
    if (start > now) await sleep(start - now, undefined, { signal });
  };
}

function usualSeconds(host: string): number {
  return host === "arxiv.org" || host.endsWith(".arxiv.org") ? 3 : 0.5;
}
