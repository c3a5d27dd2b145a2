import { z } from "zod";

const score = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).nullable();

/** What the journal says of evaluation noise: gains against luck, scores without it, the sealed holdout's opening. */
export const noiseEvents = {
  compared: z.object({
    incumbent: z.string(),
    challenger: z.string(),
    gain: z.number().nullable(),
    standardError: z.number().nullable(),
    probability: z.number().nullable(),
    accepted: z.boolean(),
    why: z.string(),
  }),
  /** All challengers of one incumbent, measured at once; the decision is a line of its own. */
  contested: z.object({
    incumbent: z.string(),
    /** Share of the false-acceptance rate that this look may spend. */
    level: z.number(),
    contenders: z.array(
      z.object({
        id: z.string(),
        views: z.array(z.string()),
        gain: z.number(),
        standardError: z.number(),
        probability: z.number(),
        familyProbability: z.number(),
      }),
    ),
  }),
  /** Search scores without the luck of the best of many. */
  corrected: z.object({
    tries: z.number(),
    views: z.array(z.string()),
    solutions: z.array(z.object({ solution: z.string(), search: score, corrected: z.number() })),
  }),
  /** Written before anything runs on the sealed rows: for whom the holdout is about to be opened, once. */
  "sealed-intended": z.object({
    finalists: z.array(z.object({ solution: z.string(), search: score, corrected: score })),
    /** Finalists and the members of blends among them: nothing else is run there. */
    solutions: z.array(z.string()),
  }),
  "sealed-opened": z.object({
    finalists: z.array(
      z.object({ solution: z.string(), search: score, sealed: score, sealedInterval: interval }),
    ),
    chosen: z.string(),
    why: z.string(),
    /** What being chosen among them adds to the chosen one's sealed score; journals of before it was reckoned lack it. */
    luck: z.number().optional(),
  }),
} as const;
