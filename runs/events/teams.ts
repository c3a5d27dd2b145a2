import * as z from "zod";

/** One turn of a member: where it stands in the journal, and why its answer could not be used; null: it could. */
const turn = z.object({
  member: z.string(),
  at: z.string(),
  problem: z.string().nullable(),
  /** How sure the member said it was, from 0 to 1; null: it was not asked, or did not say. */
  confidence: z.number().nullable(),
});

/** What is known of the answers of one model in one role on one kind of task. */
const record = z.object({
  role: z.string(),
  model: z.string(),
  task: z.string(),
  /** Answers with a known outcome, and the sum of those, each from 0 (failed) to 1. */
  answers: z.number(),
  outcome: z.number(),
  /** Tokens of all its answers, and their number. */
  tokens: z.number(),
  calls: z.number(),
  /** Dollars of those calls; null: a price is unknown. */
  usd: z.number().nullable(),
  /** Stated confidence and outcome, where both are known. */
  stated: z.array(z.tuple([z.number(), z.number()])),
});

/** Events of questions that several models were asked. */
export const teamEvents = {
  /** A team answered: by which policy, by which turns, and whose answer was taken; `<place>/team`. */
  "team-answered": z.object({
    role: z.string(),
    policy: z.string(),
    members: z.array(z.object({ id: z.string(), model: z.string() })),
    turns: z.array(turn),
    /** Place of the answer that was taken; null: none could be used. */
    chosen: z.string().nullable(),
    why: z.string(),
  }),
  /** A member gave no answer: it was down, too slow, or the question too long for it; `<place of its turn>/absent`. */
  "member-absent": z.object({
    role: z.string(),
    member: z.string(),
    why: z.string(),
    /** The question was too long for it. */
    hasNoRoom: z.boolean(),
  }),
  /** In which order a router asks the members, the first one until one answers; `<place>/route`. */
  routed: z.object({
    role: z.string(),
    task: z.string(),
    order: z.array(z.string()),
    why: z.string(),
  }),
  /** What other tracks had found when a question was asked; `<place>/board`. */
  "board-read": z.object({ lines: z.array(z.string()) }),
  /** What earlier runs say of the members, read once a run. */
  "teams-known": z.object({ runs: z.number(), records: z.array(record) }),
} as const;

export type TeamTurn = z.infer<typeof turn>;
export type MemberRecord = z.infer<typeof record>;
