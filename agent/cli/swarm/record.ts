import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { diskError, UserError } from "../../../runs/errors.ts";
import { AppendOnlyFile } from "../../../runs/record/append-only-file.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";
import { parseJson } from "../../../runs/record/journal-lines.ts";

/** What a graph scored on one competition with one seed, as skill. */
const Skill = z.object({ competition: z.string(), seed: z.number(), skill: z.number() });

/** One evaluation of a graph: a line of the journal. */
export const Evaluation = z.object({
  /** `search` or `fresh`. */
  part: z.string(),
  hash: z.string(),
  what: z.string(),
  /** Mean of the skills; null: it has no worth. */
  utility: z.number().nullable(),
  skills: z.array(Skill),
  /** Why it has no worth, and what went wrong in its runs. */
  notes: z.array(z.string()),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** The journal of an optimization: evaluations that are there are not made again. */
export type EvaluationJournal = {
  find(part: string, hash: string): Evaluation | null;
  add(evaluation: Evaluation): Promise<void>;
  readonly all: readonly Evaluation[];
  close(): Promise<void>;
};

/** Opens the journal in a folder; a last line that a kill has torn is cut off. */
export async function openEvaluations(folder: string): Promise<EvaluationJournal> {
  const path = join(folder, "evaluations.jsonl");
  const text = existsSync(path) ? await readFile(path, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const all = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      const read = Evaluation.safeParse(parseJson(line));
      if (read.success) return read.data;
      throw new UserError(
        `${path}: line ${index + 1} cannot be read; restore it, or name another --out`,
      );
    });
  const file = await AppendOnlyFile.open(path, Buffer.byteLength(whole));
  return {
    all,
    find: (part, hash) => all.find((each) => each.part === part && each.hash === hash) ?? null,
    async add(evaluation) {
      await file.append(`${JSON.stringify(evaluation)}\n`);
      all.push(evaluation);
    },
    close: () => file.close(),
  };
}

/** What an optimization depends on; its limits are no part of that. */
export type Identity = Readonly<Record<string, unknown>>;

/** Refuses to go on with other settings than those that the folder was begun with. Throws `UserError`. */
export async function checkIdentity(folder: string, identity: Identity): Promise<void> {
  const path = join(folder, "swarm.json");
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  const text = `${JSON.stringify({ schema: 1, ...identity }, null, 2)}\n`;
  if (!existsSync(path)) {
    await writeAtomically(path, text);
    return;
  }
  const before = parseJson(await readFile(path, "utf8")) as Identity | null;
  const now = JSON.parse(text) as Identity;
  const changed = Object.keys(now).filter(
    (key) => JSON.stringify(before?.[key]) !== JSON.stringify(now[key]),
  );
  if (changed.length > 0)
    throw new UserError(
      `${folder} was begun with another ${changed.join(", ")}: use the same, or name another --out`,
    );
}
