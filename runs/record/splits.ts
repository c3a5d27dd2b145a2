import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import * as z from "zod";
import { ConfigInvalid } from "../errors.ts";

export const SplitName = z.enum(["train", "dev", "test"]);
export type SplitName = z.infer<typeof SplitName>;

/** Which competitions what is learned may come from, by their ids. */
export type Splits = { of(competition: string): SplitName };

const SplitsFile = z.strictObject({
  /** Where a competition belongs that no list names. */
  default: SplitName.default("train"),
  train: z.array(z.string()).default([]),
  dev: z.array(z.string()).default([]),
  test: z.array(z.string()).default([]),
});

/** Without a file, every competition is there to learn from. */
export const allTrain: Splits = { of: () => "train" };

/** Reads a file of splits (`train`, `dev`, `test`: lists of ids; `default`). Throws `ConfigInvalid` with one line. */
export async function readSplits(file: string | null): Promise<Splits> {
  if (file === null) return allTrain;
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new ConfigInvalid(`file of splits ${file} cannot be read; check the path`, { cause });
  });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined)
    throw new ConfigInvalid(`${file}: ${error.message.split("\n")[0]?.replace(/:$/u, "")}`);
  const parsed = SplitsFile.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigInvalid(
      `${file}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "invalid"}; expected lists named train, dev and test, and default`,
    );
  }
  return splitsOf(parsed.data, file);
}

function splitsOf(lists: z.infer<typeof SplitsFile>, file: string): Splits {
  const known = new Map<string, SplitName>();
  for (const name of SplitName.options)
    for (const id of lists[name]) {
      const other = known.get(id);
      if (other !== undefined && other !== name)
        throw new ConfigInvalid(`${file}: ${id} is in ${other} and in ${name}; remove one`);
      known.set(id, name);
    }
  return { of: (competition) => known.get(competition) ?? lists.default };
}
