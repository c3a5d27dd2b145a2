import { z } from "zod";
import { Projection } from "../../../runs/events/scoring.ts";
import type { Simulation } from "../machine/simulation.ts";
import { mean, percent } from "../timing.ts";

/** What makes the test of a generated competition differ from its sealed rows (`test/measure/python/generated.py`). */
export const KINDS = ["growth", "groups", "drift", "plain"] as const;
/** What a script can feed on in training rows that test rows do not have, and one that they do have. */
export const TRAPS = ["ids", "ids-among", "copies", "patients", "scenes", "means"] as const;
const METRICS = ["rmse", "mae", "log_loss", "roc_auc", "accuracy"];
const SCRIPTS = ["ridge", "neighbors"];

/** Whether the score to expect, and the sealed score alone, held the hidden one. */
const Projected = Projection.extend({
  holds: z.boolean(),
  sealed: z.boolean(),
  width: z.number(),
  strategy: z.string(),
  true: z.number(),
});
type Projected = z.infer<typeof Projected>;

/** The score to expect in the n-th generated competition of a kind: metrics and scripts take turns. */
export function projectedIn(simulation: Simulation, kind: string, n: number): Promise<Projected> {
  const metric = METRICS[n % METRICS.length];
  const isTrap = TRAPS.some((trap) => trap === kind);
  const script = isTrap ? "exploit" : SCRIPTS[Math.floor(n / METRICS.length) % SCRIPTS.length];
  return simulation.ask(Projected, "projected", { kind, metric, script, seed: n });
}

/** How often the expected score's interval holds the hidden score of small competitions with growth, groups and drift. */
export async function measureGenerated(simulation: Simulation, competitions: number) {
  const each = Math.ceil(competitions / KINDS.length);
  const seen: (Projected & { kind: string })[] = [];
  for (const kind of KINDS)
    for (let n = 0; n < each; n++) seen.push({ kind, ...(await projectedIn(simulation, kind, n)) });
  const trapped: (Projected & { kind: string })[] = [];
  for (const kind of TRAPS)
    for (let n = 0; n < each; n++)
      trapped.push({ kind, ...(await projectedIn(simulation, kind, n)) });
  const rowOf = (name: string, of: typeof seen) => {
    const share = (key: "holds" | "sealed") => percent(mean(of.map((one) => Number(one[key]))));
    const what = `expected score's interval holds the hidden one, ${name}`;
    return [what, `${share("holds")} (of the sealed rows alone ${share("sealed")})`, "95 % ± 4"];
  };
  return {
    rows: [
      rowOf(`${seen.length} generated competitions`, seen),
      ...KINDS.map((kind) =>
        rowOf(
          `${kind} (${each})`,
          seen.filter((one) => one.kind === kind),
        ),
      ),
      ...TRAPS.map((kind) => {
        const own = trapped.filter((one) => one.kind === kind);
        const held = percent(mean(own.map(({ holds }) => Number(holds))));
        return [`  of a script that feeds on a trap: ${kind} (${each})`, held, "≥ 90 %"];
      }),
    ],
    data: [...seen, ...trapped],
  };
}
