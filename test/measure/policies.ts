import { abmcts } from "../../agent/policies/abmcts.ts";
import { auto } from "../../agent/policies/auto.ts";
import { bon } from "../../agent/policies/bon.ts";
import { hybrid } from "../../agent/policies/hybrid.ts";
import { iad } from "../../agent/policies/iad.ts";
import type { Policy } from "../../agent/policies/policy.ts";
import { playSlots } from "../agent/policies/slot-world.ts";
import { type PolicyRunOptions, policyRuns } from "./policy-runs.ts";
import type { Report } from "./timing.ts";

export type PoliciesOptions = PolicyRunOptions & { seeds: number; round: number };

const policies: Readonly<Record<string, Policy>> = { bon, iad, hybrid, abmcts, auto };
const settings = [
  { calls: 12, sigma: 0 },
  { calls: 24, sigma: 0 },
  { calls: 24, sigma: 0.1 },
  { calls: 24, sigma: 0.2 },
  { calls: 24, sigma: 0.4 },
  { calls: 48, sigma: 0 },
  { calls: 48, sigma: 0.1 },
];

/** Policies in the slot world: mean true value of what each picks over seeds, and its gain over best of N, paired by seed. */
export async function measurePolicies(options: PoliciesOptions): Promise<Report> {
  const { seeds, round } = options;
  const names = Object.keys(policies);
  const rows: string[][] = [["calls", "noise", ...names, "evaluations of hybrid"]];
  const data: Record<string, unknown>[] = [];
  for (const { calls, sigma } of settings) {
    const values = new Map<string, number[]>();
    let evaluations = 0;
    for (const [name, policy] of Object.entries(policies)) {
      const each: number[] = [];
      for (let seed = 1; seed <= seeds; seed++) {
        const { value, archive } = await playSlots(policy, { calls, sigma, round, seed });
        each.push(value);
        if (name === "hybrid")
          evaluations += archive.tried.reduce((sum, tried) => sum + tried.evaluations, 0);
      }
      values.set(name, each);
    }
    const base = values.get("bon") ?? [];
    const cells = names.map((name) => cellOf(values.get(name) ?? [], name === "bon" ? null : base));
    rows.push([String(calls), String(sigma), ...cells, (evaluations / seeds).toFixed(1)]);
    data.push({
      calls,
      sigma,
      values: Object.fromEntries([...values].map(([name, each]) => [name, mean(each)])),
    });
  }
  const runs = await policyRuns(options);
  return {
    title: `policies in the slot world, ${seeds} seeds, ${round} attempts a round`,
    table: [...rows, ...runs.rows],
    notes: [
      "mean true share of right slots of what is picked; in brackets the gain over bon with its 95 % interval, paired by seed",
      "all make the same calls; hybrid runs its leader again besides, so that it has more evaluations than the others",
      ...runs.notes,
    ],
    data: { seeds, round, settings: data, runs: runs.data },
  };
}

function cellOf(values: readonly number[], base: readonly number[] | null): string {
  const own = mean(values).toFixed(3);
  if (base === null) return own;
  const gains = values.map((value, index) => value - (base[index] ?? 0));
  const gain = mean(gains);
  const spread = Math.sqrt(
    mean(gains.map((each) => (each - gain) ** 2)) / Math.max(1, gains.length - 1),
  );
  const sign = gain < 0 ? "" : "+";
  return `${own} (${sign}${gain.toFixed(3)} ± ${(1.96 * spread).toFixed(3)})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);
}
