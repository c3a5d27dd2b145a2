import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import * as z from "zod";
import { Fault, UserError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { parseJson } from "../../../runs/record/journal-lines.ts";
import type { Pool } from "../../models/teams/team-settings.ts";
import type { AdapterMove } from "../../swarm/weights.ts";
import { readTraining } from "../distill/train/training-folder.ts";

const program = fileURLToPath(new URL("../../swarm/python/move_adapters.py", import.meta.url));

/** Members whose weights may move: adapters that were trained here. */
export async function trainedAdapters(
  pool: Pool,
  cwd: string,
): Promise<{ id: string; folder: string }[]> {
  const found: { id: string; folder: string }[] = [];
  for (const [id, { model }] of Object.entries(pool)) {
    const [provider, ...rest] = model.split(":");
    const folder = resolve(cwd, rest.join(":"));
    if (provider !== "local" || !existsSync(join(folder, "adapter_config.json"))) continue;
    if ((await readTraining(folder)) !== null) found.push({ id, folder });
  }
  return found;
}

const Answer = z.union([z.object({ moved: z.number() }), z.object({ refused: z.string() })]);

/** Moves adapters; one that was moved already stays. Throws `UserError` for adapters that are not alike. */
export async function moveAdapters(
  moves: readonly AdapterMove[],
  { python, folder }: { python: string; folder: string },
): Promise<void> {
  if (moves.length === 0 || moves.every(({ out }) => existsSync(out))) return;
  await mkdir(folder, { recursive: true });
  const file = join(folder, "moves.json");
  await writeAtomically(file, JSON.stringify(moves));
  const { stdout, stderr, exitCode } = await execa(python, ["-B", program, file], {
    reject: false,
    stdin: "ignore",
    env: { PYTHONPATH: undefined, PYTHONHOME: undefined },
  });
  const answer = Answer.safeParse(parseJson(stdout.trim().split("\n").at(-1) ?? ""));
  if (answer.success && "refused" in answer.data) throw new UserError(answer.data.refused);
  if (!answer.success || exitCode !== 0)
    throw new Fault(
      `the weights of adapters could not be moved: ${stderr.trim().split("\n").at(-1)}`,
    );
}
