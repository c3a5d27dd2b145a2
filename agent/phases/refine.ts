import { advance } from "../run/commit.ts";
import { type Examined, examine } from "../run/context/examine.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";
import { acceptBest } from "../trust/accept.ts";
import { candidateOf } from "../trust/candidates.ts";
import { type Ablated, ablate } from "./ablate.ts";
import { attemptByPolicy } from "./attempt-by-policy.ts";
import type { Changed } from "./attempts.ts";
import { attemptChanges, changeMaker, type Step } from "./change-script.ts";
import { publishGain } from "./publish.ts";
import { type Past, refineBlock } from "./refine-block.ts";
import { hasTimeForStep, runCanaryEarly } from "./time-left.ts";

/** A track on its way: its best script, what its steps came to, and the gains that are being published. */
export type Line = {
  track: string;
  /** Models that the other tracks begin with. */
  others: readonly string[];
  best: Evaluated;
  past: Past[];
  /** Steps without a gain since the last one with a gain. */
  idle: number;
  published: Promise<void>[];
  /** What is run of the checks of a finalist when the track has ended. */
  checked: Promise<void>;
};

/** A track at the end of Algorithm 1. */
export function openLine(track: string, best: Evaluated, others: readonly string[]): Line {
  return { track, others, best, past: [], idle: 0, published: [], checked: Promise.resolve() };
}

/** Algorithm 2: T outer steps, and on while there is time to spare. */
export async function refine(run: Run, line: Line): Promise<Line> {
  for (let t = 1; ; t++) {
    const at = `${line.track}/refine-${t}`;
    const more = t - run.config.outerSteps;
    if (more > 0 && !(await hasTimeForStep(run, at, line.best, { more, idle: line.idle }))) break;
    if ((await refineOnce(run, line)) === null) break;
  }
  line.checked = settledLater(runCanaryEarly(run, line.track, line.best));
  await Promise.all(line.published);
  return line;
}

/**
 * One outer step of Algorithm 2: find by ablation the block that matters and try K plans, on that block only, as in the
 * paper, or on the script as a whole. How many scripts came of it; null when it could not be made.
 */
export async function refineOnce(run: Run, line: Line): Promise<number | null> {
  const { best, past, track, others } = line;
  const at = `${track}/refine-${past.length + 1}`;
  const ablated = knownAblation(run, past) ?? (await ablateNow(run, at, best, past));
  if (ablated === null) return null;
  const { tried, changes } =
    run.config.refinement === "block"
      ? await refineBlock(run, at, best, ablated, past)
      : await refineScript(run, at, best, {
          variants: ablated.variants,
          earlier: past.flatMap((step) => step.changes),
          others,
          idle: line.idle,
        });
  const next = await acceptBest(run, at, best, [...tried, ...ablated.evaluated]);
  const improved = next !== best;
  past.push({ ablated, changes, improved });
  line.idle = improved ? 0 : line.idle + 1;
  line.best = next;
  if (improved) {
    await advance(run, at, track, next);
    // Made beside the next steps: nothing in them waits for it.
    line.published.push(settledLater(publishGain(run, at, candidateOf(next))));
  }
  return tried.length;
}

function ablateNow(run: Run, at: string, best: Evaluated, past: readonly Past[]) {
  return ablate(
    run,
    at,
    best,
    past.map((step) => step.ablated),
  );
}

/** The ablation of a script that stands since: it would show the same again, but for the blocks not covered. */
function knownAblation({ config }: Run, past: readonly Past[]): Ablated | null {
  const last = past.at(-1);
  if (config.refinement === "block" || last === undefined || last.improved) return null;
  return { ...last.ablated, evaluated: [] };
}

/** Work that is waited for later: until then a failure of it is no unhandled one. */
function settledLater(work: Promise<void>): Promise<void> {
  work.catch(() => undefined);
  return work;
}

/** The script as a whole, and K changes of it: in turn, or as a policy has it. */
async function refineScript(
  run: Run,
  at: string,
  best: Evaluated,
  known: Omit<Step, keyof Examined>,
): Promise<Changed> {
  const { refinePolicy: name } = run.config;
  const step = { ...known, ...(await examine(run, at, best)) };
  if (name === "mle-star") return attemptChanges(run, at, best, step);
  const make = changeMaker(run, at, step);
  const part = (script: Evaluated) => script.solution.code;
  return attemptByPolicy(run, at, best, { name, asks: "refiner", ...step, make, part });
}
