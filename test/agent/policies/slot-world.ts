import { type Effects, followPolicy } from "../../../agent/policies/follow.ts";
import {
  type Archive,
  type Draw,
  type Policy,
  ranked,
  scriptsOf,
  type Tried,
} from "../../../agent/policies/policy.ts";
import { drawsOf } from "../../../agent/policies/random.ts";
import { allRoles } from "../../../agent/roles/all.ts";
import { promptText } from "../../../agent/roles/role.ts";

/*
 * A world in which a policy's mechanism can be seen: a script is 12 slots of 5 options, its true value the share of
 * right ones. The model answers only from what it reads in the prompt: without a script to begin with it fills every
 * slot (right with .35, else any option); with one it draws each slot anew with .25, but where the worst script that it
 * is shown differs from the best it leaves the slot with .7.
 */

const SLOTS = 12;
const OPTIONS = 5;
const RIGHT = 0;
const EMPTY = -1;
const FRESH = 0.35;
const REDRAWN = 0.25;
const KEPT = 0.7;

export type SlotWorld = {
  seed: number;
  calls: number;
  /** Standard deviation of a measured value. */
  sigma: number;
  /** Attempts a round. */
  round?: number;
  strict?: boolean;
  /** What stands in the prompts, for tests that read them. */
  onPrompt?: (prompt: string) => void;
};

export type SlotResult = { archive: Archive; calls: number; value: number };

/** Follows a policy in a slot world through the real loop and the real prompt; `value`: the true one of what it picks. */
export async function playSlots(policy: Policy, world: SlotWorld): Promise<SlotResult> {
  const { seed, calls: most, sigma, round = 3, strict = true } = world;
  const random = drawsOf("slot world", seed);
  const noise = () =>
    sigma === 0
      ? 0
      : sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const base = tried("base", null, codeOf(Array.from({ length: SLOTS }, () => EMPTY)), 0, 0);
  let archive: Archive = {
    base,
    tried: [],
    incumbent: base.id,
    attempts: { most, round },
    left: most,
    retests: { left: most, each: 3 },
    isSmallModel: false,
  };
  let calls = 0;
  const known = new Map([[base.id, base]]);
  const viewOf = (id: string | undefined) => ({
    code: known.get(id ?? "")?.code ?? "",
    score: known.get(id ?? "")?.value ?? null,
  });
  const effects: Effects = {
    decide: async (number, move) => move(drawsOf("move", seed, number)),
    critique: async () => null,
    async attempt(place, draw: Draw) {
      calls += 1;
      const from = known.get(draw.from);
      const { shown } = draw;
      const prompt = promptOf(from?.code ?? "", {
        feedback:
          shown === null
            ? null
            : { best: viewOf(shown.best), worst: viewOf(shown.worst), critique: null },
        drawn: { number: place.draw, of: place.of },
      });
      world.onPrompt?.(prompt);
      const code = answerTo(prompt, random);
      const made = tried(
        `attempt-${place.number}`,
        draw.from,
        code,
        trueValue(code) + noise(),
        sigma,
      );
      known.set(made.id, made);
      return made;
    },
    async runAgain(_, script) {
      const evaluations = script.evaluations + 1;
      const sum = (script.value ?? 0) * script.evaluations + trueValue(script.code) + noise();
      return { ...script, evaluations, value: sum / evaluations };
    },
    isBetter: async (_, incumbent, challenger) =>
      strict ? (challenger.value ?? 0) >= (incumbent.value ?? 0) : true,
  };
  archive = await followPolicy(policy, archive, effects);
  const [pick] = ranked(scriptsOf(archive));
  return { archive, calls, value: trueValue(pick?.code ?? "") };
}

function tried(
  id: string,
  parent: string | null,
  code: string,
  value: number,
  sigma: number,
): Tried {
  const standardError = sigma * Math.SQRT2;
  const measured = { value, standardError, evaluations: 1 };
  return { id, parent, code, plan: null, critique: null, seconds: 1, ...measured };
}

function codeOf(slots: readonly number[]): string {
  return `slots = [${slots.join(", ")}]\n`;
}

function slotsIn(text: string): number[] {
  const [, list = ""] = /slots = \[([^\]]*)\]/u.exec(text) ?? [];
  return list.split(",").map(Number);
}

function trueValue(code: string): number {
  return slotsIn(code).filter((slot) => slot === RIGHT).length / SLOTS;
}

type Shown = Pick<Parameters<(typeof allRoles)["refiner"]["prompt"]>[0], "feedback" | "drawn">;

/** The real prompt of an attempt at a script of one block. */
function promptOf(code: string, shown: Shown): string {
  const block = { id: "block-1", title: "slots", text: code, isProtected: false };
  return promptText(
    allRoles.refiner.prompt({
      blocks: [block],
      score: null,
      variants: [],
      printed: null,
      spent: [],
      earlier: [],
      history: [],
      ...shown,
      refused: [],
      carryOut: null,
      tried: [],
      others: [],
      weak: null,
      surrogateImportance: null,
      tracks: [],
      idle: 0,
      left: { attempts: 1, seconds: null },
    }),
  );
}

/** The model: it knows nothing but the prompt. */
function answerTo(prompt: string, random: () => number): string {
  const option = () => Math.floor(random() * OPTIONS);
  const fresh = () => (random() < FRESH ? RIGHT : option());
  const [script = "", feedback = ""] = prompt.split("# Best script so far");
  const [best = "", worst = ""] = feedback.split("# Worst script so far");
  const own = slotsIn(script);
  if (own.every((slot) => slot === EMPTY)) return codeOf(own.map(fresh));
  const [good, bad] = feedback === "" ? [own, own] : [slotsIn(best), slotsIn(worst)];
  return codeOf(
    good.map((slot, at) => {
      const isRedrawn = random() < REDRAWN;
      const isKept = slot !== bad[at] && random() < KEPT;
      return isRedrawn && !isKept ? fresh() : slot;
    }),
  );
}

/** Mean true value of what a policy picks over seeds. */
export async function meanValue(
  policy: Policy,
  world: Omit<SlotWorld, "seed">,
  seeds: number,
): Promise<number> {
  let sum = 0;
  for (let seed = 1; seed <= seeds; seed++)
    sum += (await playSlots(policy, { ...world, seed })).value;
  return sum / seeds;
}
