import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sift, writeDataSet } from "../../../../agent/distill/data-set.ts";
import type { SkdRow } from "../../../../agent/distill/skd/skd-rows.ts";
import { madeRows } from "../../../agent/distill/made-rows.ts";
import { trainer, trainerEnvironment } from "../tiny.ts";

/** What `vectors.py` finds with a model, and with one of another vocabulary. */
export async function vectors(model: string, other: string): Promise<Record<string, unknown>> {
  const program = fileURLToPath(new URL("vectors.py", import.meta.url));
  const room = fileURLToPath(new URL("../../../../agent/distill/trainer", import.meta.url));
  const { stdout } = await promisify(execFile)(trainer ?? "", ["-B", program, room, model, other], {
    env: { ...process.env, ...trainerEnvironment },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** A data set of a debugger's calls that all have the same answer; every third one is told to have failed. */
export async function makeCalls(
  folder: string,
  { train = 12, dev = 3, answer }: { train?: number; dev?: number; answer?: string } = {},
): Promise<void> {
  const rows = madeRows({ train, dev }, ["answer"], answer).map((row, index): SkdRow => {
    const ran = index % 3 !== 2;
    const privileged = ran ? "This answer ran." : "An earlier answer failed: ValueError: NaN";
    return { ...row, role: "debugger", ran, privileged };
  });
  const about = { kind: "skd", options: {}, runsLeftOut: 0 };
  await writeDataSet(folder, sift(rows.map((row) => ({ row }))), about);
}
