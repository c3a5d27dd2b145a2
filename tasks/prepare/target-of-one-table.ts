import { join } from "node:path";
import { CompetitionInvalid } from "../../runs/errors.ts";
import type { Doubt } from "../infer/infer.ts";
import { didYouMean, shown } from "../message-text.ts";
import { readHeader } from "../tables/csv.ts";
import { namedColumns } from "../tables/named-columns.ts";
import type { Wanted } from "./prepare.ts";

/** What people call a target. */
const TARGET_NAME = /^(target|labels?|y|class|outcome|response)$/iu;
/** So many columns are named in a message. */
const NAMED = 12;

/** The columns of a table as a person names them. */
export async function headerOf(path: string): Promise<string[]> {
  return (await readHeader(path)).map((name) => name.trim());
}

/**
 * The columns to predict where there is only a training table: given, of a usual name, or asked for. Throws
 * `CompetitionInvalid` where nobody says it.
 */
export async function targetsOf(
  folder: string,
  { train, header }: { train: string; header: string[] },
  wanted: Wanted,
  ask: ((doubt: Doubt) => Promise<string>) | null,
): Promise<string[]> {
  const place = shown(join(folder, train));
  if (wanted.targets !== null) {
    const targets = namedColumns(wanted.targets, header);
    const absent = targets.find((name) => !header.includes(name));
    if (absent === undefined) return targets;
    throw new CompetitionInvalid(
      `${place}:1: no target column "${absent}"; ${didYouMean(absent, header)}`,
    );
  }
  const usual = header.find((name) => TARGET_NAME.test(name));
  if (ask !== null) {
    const question = `There is only ${train}. Which column is to be predicted?`;
    const guess = usual ?? header.at(-1) ?? "";
    return [await ask({ field: "target", question, choices: header, guess })];
  }
  if (usual !== undefined) return [usual];
  const more = header.length > NAMED ? ", …" : "";
  throw new CompetitionInvalid(
    `${place}: the only table, and nothing says which column is to be predicted; name it with --target <column> (columns: ${header.slice(0, NAMED).join(", ")}${more})`,
  );
}
