import * as z from "zod";
import { Asked } from "../asked.ts";

/** How the weights of several models become those of one. */
export const METHODS = ["linear", "ties", "dare-ties", "greedy-soup", "task-arithmetic"] as const;
export type Method = (typeof METHODS)[number];

/** Share of the entries of a task vector that are kept: of TIES its authors' (arXiv 2306.01708), of DARE ours. */
export const DENSITY: Record<Method, number> = {
  linear: 1,
  "task-arithmetic": 1,
  "greedy-soup": 1,
  ties: 0.2,
  "dare-ties": 0.5,
};

const Parent = z.object({
  /** As the user named it. */
  name: z.string(),
  folder: z.string(),
  base: z.string(),
  /** How it is asked; null: it was not trained here. */
  asked: Asked.nullable(),
  /** sha256 over the names and bytes of its files of weights. */
  hash: z.string(),
});
export type Parent = z.infer<typeof Parent>;

/** What a merge depends on: the same settings make the same weights. */
export const MergeSettings = z.object({
  method: z.enum(METHODS),
  parents: z.array(Parent),
  /** How those of them are asked that were trained here. */
  asked: Asked.nullable(),
  /** What whole models were trained from; null where none is needed. */
  base: Parent.nullable(),
  weights: z.array(z.number()),
  density: z.number(),
  /** By which the merged task vector is multiplied. */
  scale: z.number(),
  seed: z.number(),
  /** Of greedy-soup: whose calls judge, and their sha256. */
  role: z.string().nullable(),
  calls: z.string().nullable(),
});
export type MergeSettings = z.infer<typeof MergeSettings>;

const Trial = z.object({ members: z.array(z.number()), score: z.number(), taken: z.boolean() });

/** What the program tells while it works (`trainer/merge.py`). */
export const MergeEvent = z.discriminatedUnion("event", [
  z.object({ event: z.literal("loaded"), members: z.number() }),
  z.object({ event: z.literal("judging"), pairs: z.number(), tooLong: z.number() }),
  z.object({ event: z.literal("trial"), members: z.array(z.number()), score: z.number() }),
  z.object({
    event: z.literal("done"),
    kind: z.enum(["adapter", "model"]),
    parameters: z.number(),
    weights: z.array(z.number()),
    soup: z.object({ pairs: z.number(), tooLong: z.number(), trials: z.array(Trial) }).nullable(),
    versions: z.record(z.string(), z.string()),
  }),
  z.object({ event: z.literal("failed"), kind: z.string(), message: z.string() }),
]);
export type MergeEvent = z.infer<typeof MergeEvent>;

const Result = z.object({
  kind: z.enum(["adapter", "model"]),
  parameters: z.number(),
  /** Those of the settings, or for a soup 1 for each that is in it. */
  weights: z.array(z.number()),
  soup: z.object({ pairs: z.number(), tooLong: z.number(), trials: z.array(Trial) }).nullable(),
  versions: z.record(z.string(), z.string()),
});
export type MergeResult = z.infer<typeof Result>;

/** `merge.json` of a merged model. */
export const MergeRecord = z.object({
  schema: z.literal(1),
  settings: MergeSettings,
  result: Result,
});
export type MergeRecord = z.infer<typeof MergeRecord>;

/** A line for people, or null where there is none. */
export function mergeText(event: MergeEvent, parents: readonly Parent[]): string | null {
  switch (event.event) {
    case "loaded":
      return `${event.members} models loaded`;
    case "judging": {
      const left = event.tooLong === 0 ? "" : `; ${event.tooLong} calls left out: too long`;
      return `judged by ${event.pairs} pairs of recorded calls${left}`;
    }
    case "trial":
      return `${namesOf(event.members, parents)}: dev score ${event.score.toFixed(4)}`;
    default:
      return null;
  }
}

/** The members of a soup by name. */
export function namesOf(members: readonly number[], parents: readonly Parent[]): string {
  return members.map((place) => parents[place]?.name ?? "").join(" + ");
}
