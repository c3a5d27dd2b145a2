import * as z from "zod";
import { ViewRun } from "./scoring.ts";

/** What one execution of a script came to, as the journal keeps it. */
export const executed = z.object({
  solution: z.string(),
  view: ViewRun,
  /** sha256 of the script that ran. */
  codeHash: z.string(),
  /** sha256 of its text without comments, docstrings and blank lines, which is what ran. */
  ranHash: z.string(),
  /** sha256 of what its view showed, of the packages it could import, and of the submission it left. */
  inputHash: z.string(),
  environment: z.string(),
  submissionHash: z.string().nullable(),
  outcome: z.enum([
    "finished",
    "error",
    "timed-out",
    "out-of-memory",
    "output-limit",
    "disk-limit",
    "forbidden",
  ]),
  exitCode: z.number().nullable(),
  seconds: z.number(),
  peakMb: z.number().nullable(),
  /** What it did with its GPUs, utilization in percent; null where it had none. */
  gpu: z.object({ peakMb: z.number(), utilization: z.number() }).nullable(),
  /** Seconds of the statements that took most of them, by their first line in the script and its text. */
  spent: z.array(z.object({ line: z.number(), text: z.string(), seconds: z.number() })),
  log: z.string(),
  opened: z.array(z.string()),
  /** What the watch in the interpreter saw. */
  audit: z.object({
    processes: z.array(z.string()),
    sockets: z.array(z.string()),
    outside: z.array(z.string()),
    forbidden: z.string().nullable(),
  }),
  warning: z.string().nullable(),
  /** Path of the submission it left, relative to the run folder; null when it left none. */
  submission: z.string().nullable(),
  /** Why a submission file was there but could not be taken (a link, too large, not a regular file). */
  rejected: z.string().nullable(),
});
