import { fileURLToPath } from "node:url";
import * as z from "zod";
import { Fault, UserError } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import { Measurement } from "../../../distill/skd/skd-eval.ts";
import { startProgram } from "../python-program.ts";
import { whyEnded } from "../train/trainer-process.ts";

const program = fileURLToPath(new URL("../../../distill/trainer/skd_measure.py", import.meta.url));

const MeasureEvent = z.discriminatedUnion("event", [
  z.object({ event: z.literal("note"), text: z.string() }),
  z.object({ event: z.literal("measured"), rows: z.number(), tooLong: z.number() }),
  z.object({ event: z.literal("failed"), message: z.string() }),
]);

export type MeasureJob = {
  python: string;
  /** File of the settings. */
  settings: string;
  /** Where measurements are kept, a line each. */
  kept: string;
  log: string;
  report: (line: string) => void;
};

/** Measures models on rows of dev in a process of its own; what is kept is not measured again. */
export async function measureModels(job: MeasureJob): Promise<Measurement[]> {
  const { python, settings, kept, log, report } = job;
  const child = startProgram([python, "-B", program, settings], { log, append: true });
  let isMeasured = false;
  for await (const line of child.iterable()) {
    const told = MeasureEvent.safeParse(parseJson(line)).data;
    if (told?.event === "note") report(told.text);
    if (told?.event === "failed") throw new UserError(told.message);
    isMeasured ||= told?.event === "measured";
  }
  const ended = await child;
  if (!isMeasured) throw new Fault(await whyEnded(ended, log));
  return await readKeptLines(kept, Measurement);
}
