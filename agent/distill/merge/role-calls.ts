import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { gainOf } from "../row.ts";

/** Recorded calls of one step of a run, which their outcomes make better or worse than each other. */
export type CallGroup = {
  id: string;
  competition: string;
  /** The question with its reply at the end; `outcome`: 1 better than before, 0.5 scored, 0 failed. */
  calls: { messages: Trajectory["messages"]; outcome: number }[];
};

/** The calls of a run to a role on dev competitions, in groups that began at one solution; those without a pair are left out. */
export function callGroups(calls: readonly Trajectory[], role: string): CallGroup[] {
  const groups = new Map<string, CallGroup>();
  for (const call of calls) {
    const outcome = outcomeOf(call);
    if (call.role !== role || call.split !== "dev" || outcome === null) continue;
    const id = `${call.competition}/${call.run}/${startOf(call)}`;
    const group = groups.get(id) ?? { id, competition: call.competition, calls: [] };
    group.calls.push({ messages: call.messages, outcome });
    groups.set(id, group);
  }
  return [...groups.values()].filter((group) => pairsIn([group]) > 0);
}

/** How many pairs of calls have outcomes that differ. */
export function pairsIn(groups: readonly CallGroup[]): number {
  return groups.reduce((sum, { calls }) => {
    const better = calls.map(
      (call) => calls.filter((other) => call.outcome > other.outcome).length,
    );
    return sum + better.reduce((total, count) => total + count, 0);
  }, 0);
}

/** Repairs begin at as many broken scripts as there are: those of one run are compared. */
function startOf({ role, parent }: Trajectory): string {
  return role === "debugger" ? role : (parent ?? "the start");
}

/** As the report of routes has it; null: nothing was executed that tells. */
function outcomeOf(call: Trajectory): number | null {
  if (call.execution === null) return null;
  if (call.execution.outcome !== "finished" || call.scoreAfter === null) return 0;
  const gain = gainOf(call);
  return gain === null || gain > 0 ? 1 : 0.5;
}
