import * as z from "zod";

/** One sequence of a step: for each token 1 where the teacher accepted it, else 0 (`trainer/skd/prepare.py`). */
export const Judgement = z.object({
  step: z.number(),
  row: z.number(),
  accepted: z.string().regex(/^[01]+$/u),
});
export type Judgement = z.infer<typeof Judgement>;

/** The share of tokens that were accepted, of so many, from one step or place (both counted from 1) to another. */
export const Acceptance = z.object({
  from: z.number(),
  to: z.number(),
  tokens: z.number(),
  accepted: z.number(),
});
export type Acceptance = z.infer<typeof Acceptance>;

/** What `--schedule auto` chose before the first step, and by which acceptance. */
export const Schedule = z.object({
  prompts: z.number(),
  accepted: z.number(),
  chosen: z.enum(["skd", "on-policy"]),
});
export type Schedule = z.infer<typeof Schedule>;

/** `acceptance.json` beside a model card. */
export const AcceptanceCurve = z.object({
  /** Null: the trainer was named. */
  schedule: Schedule.nullable(),
  overall: Acceptance,
  bySteps: z.array(Acceptance),
  byPlaces: z.array(Acceptance),
});
export type AcceptanceCurve = z.infer<typeof AcceptanceCurve>;

/** Points of a curve at most. */
const POINTS = 20;

/** How much was accepted over the steps and over the places of an answer; null where nothing was judged. */
export function acceptanceCurve(
  judgements: readonly Judgement[],
  schedule: Schedule | null,
): AcceptanceCurve | null {
  const tokens = judgements.flatMap(({ step, accepted }) =>
    [...accepted].map((each, index) => ({ step, place: index + 1, isAccepted: each === "1" })),
  );
  if (tokens.length === 0) return null;
  const curve = (at: (token: (typeof tokens)[number]) => number): Acceptance[] => {
    const last = tokens.reduce((most, token) => Math.max(most, at(token)), 1);
    const width = Math.ceil(last / POINTS);
    const counts = Array.from({ length: Math.ceil(last / width) }, () => ({ all: 0, accepted: 0 }));
    for (const token of tokens) {
      const count = counts[Math.floor((at(token) - 1) / width)];
      if (count === undefined) continue;
      count.all += 1;
      count.accepted += token.isAccepted ? 1 : 0;
    }
    return counts.map(({ all, accepted }, index) => ({
      from: index * width + 1,
      to: Math.min(last, (index + 1) * width),
      tokens: all,
      accepted: all === 0 ? 0 : accepted / all,
    }));
  };
  const bySteps = curve(({ step }) => step);
  const accepted = tokens.filter(({ isAccepted }) => isAccepted).length / tokens.length;
  const last = bySteps.at(-1)?.to ?? 1;
  return {
    schedule,
    overall: { from: 1, to: last, tokens: tokens.length, accepted },
    bySteps,
    byPlaces: curve(({ place }) => place),
  };
}
