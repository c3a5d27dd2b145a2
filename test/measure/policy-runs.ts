import { type KeptRows, openKeptRows } from "./scores/kept-rows.ts";
import { differences, type SmallRun, smallRun } from "./scores/small-runs.ts";
import { gainText } from "./timing.ts";

export const RUN_POLICIES = ["mle-star", "bon", "iad", "hybrid", "abmcts", "auto"] as const;
type RunPolicy = (typeof RUN_POLICIES)[number];

export type PolicyRunOptions = {
  /** Shipped competitions; empty: none. */
  shipped: readonly string[];
  policies: readonly RunPolicy[];
  /** Seeds of each. */
  runs: number;
  rows: number;
  executions: number;
  /** Where runs are kept; null: in the temporary folder, by the commit. */
  results: string | null;
};

/** Runs of the playbook under each policy with as many executions, compared with the paper's loop by competition and seed. */
export async function policyRuns(options: PolicyRunOptions) {
  if (options.shipped.length === 0)
    return { rows: [], notes: ["no competition was run with the playbook"], data: [] };
  const kept = await openKeptRows<SmallRun>("policies", options.results ?? undefined);
  await makeRuns(options, kept);
  const rows = [["policy", "runs", "executions", "over mle-star, as a share of its score (95 %)"]];
  for (const policy of options.policies) {
    const own = kept.all.filter(({ arm }) => arm === policy);
    const executions = own.reduce((sum, each) => sum + each.executions, 0);
    const gain =
      policy === "mle-star" ? "" : gainText(await differences(kept.all, policy, "mle-star"));
    rows.push([policy, `${own.length}`, `${executions}`, gain]);
  }
  const note =
    "runs on shipped competitions: of a pair of best and worst script the playbook's planner reads only which sections stand in the worst one alone, and no critique in words: this is no evidence about feedback";
  return { rows, notes: [note], data: [...kept.all] };
}

/** Seed by seed, all policies of a competition after each other: what is cut short is a sample of pairs. */
async function makeRuns(options: PolicyRunOptions, kept: KeptRows<SmallRun>): Promise<void> {
  const { shipped, policies, runs, rows, executions } = options;
  for (let seed = 0; seed < runs; seed++)
    for (const competition of shipped)
      for (const policy of policies) {
        // One track from one card: nearly all executions are steps of the policy.
        const track = ["--set", "tracks=1", "--set", "candidates=1", "--set", "outerSteps=3"];
        const args = [
          ...track,
          "--refine-policy",
          policy,
          "--refine-k",
          "2",
          "--refine-rounds",
          "3",
        ];
        await smallRun({ competition, arm: policy, seed, rows, executions, args }, kept);
      }
}
