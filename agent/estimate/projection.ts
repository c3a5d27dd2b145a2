import type { Event } from "../../runs/events/events.ts";
import type { Config } from "../config.ts";
import { expectedCalls } from "./expected-calls.ts";

/** Dollars so far and those that a run may come to, role by role. */
export type Projection = {
  add(event: Event): void;
  /** Spent, and what the calls still expected would add at what calls of their role have cost; null before any was paid. */
  usd(): number | null;
};

/** Follows a run's events and projects what it will have cost. */
export function createProjection(): Projection {
  const roles = new Map<string, { calls: number; usd: number }>();
  let expected: Record<string, number> = {};
  const all = { calls: 0, usd: 0 };
  return {
    add(event) {
      if (event.type === "run-started") expected = expectedCalls(event.value.config as Config);
      if (event.type !== "answered" && event.type !== "unanswered") return;
      const { role, usd } = event.value;
      const { calls, usd: before } = roles.get(role) ?? { calls: 0, usd: 0 };
      roles.set(role, { calls: calls + 1, usd: before + (usd ?? 0) });
      all.calls += 1;
      all.usd += usd ?? 0;
    },
    usd() {
      if (all.usd === 0) return null;
      let projected = all.usd;
      for (const [role, count] of Object.entries(expected)) {
        const own = roles.get(role) ?? { calls: 0, usd: 0 };
        const each = own.calls > 0 ? own.usd / own.calls : all.usd / all.calls;
        projected += Math.max(0, count - own.calls) * each;
      }
      return projected;
    },
  };
}
