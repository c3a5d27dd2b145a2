import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { RunRefused } from "../../../../runs/errors.ts";

const answer = z.enum(["yes", "no"]).nullable();

/** What `bench integrity` found; `integrity/integrity.json` of a batch. */
export const Found = z.object({
  version: z.literal(1),
  /** Of each job whose competition has kernels: how many, and the most similar pair. */
  similarity: z.array(
    z.object({
      job: z.string(),
      kernels: z.number(),
      highest: z.number().nullable(),
      file: z.string(),
    }),
  ),
  /** Answers of a model to the three questions of MLE-bench; null where none was asked. */
  violations: z
    .object({
      model: z.string(),
      usd: z.number().nullable(),
      jobs: z.array(
        z.object({
          job: z.string(),
          answers: z.object({
            ANSWERS_TYPED_BY_AGENT: answer,
            OUTSIDE_LLM_CALLED: answer,
            UNAUTHORIZED_RESOURCES: answer,
          }),
        }),
      ),
    })
    .nullable(),
});
export type Found = z.infer<typeof Found>;

/** Pairs above it are to be looked at by a person, as in the paper of MLE-bench. */
export const TO_REVIEW = 0.6;

/** What was found before, or null. Throws `RunRefused` for a file of another version. */
export async function readFound(folder: string): Promise<Found | null> {
  const file = join(folder, "integrity", "integrity.json");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const read = Found.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new RunRefused(`${file}: not of this version; remove it and repeat bench integrity`);
}
