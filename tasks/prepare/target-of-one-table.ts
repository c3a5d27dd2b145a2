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

/**
 * The columns to predict where no sample submission says it: given, of a usual name, or asked for. Null where train
 * and test may tell it. Throws `CompetitionInvalid` where train is alone and nobody says it.
 */
export async function targetsOf(
  folder: string,
  { copy, train, isAlone }: { copy: string; train: string; isAlone: boolean },
  wanted: Wanted,
  ask: ((doubt: Doubt) => Promise<string>) | null,
): Promise<readonly string[] | null> {
  const header = (await readHeader(join(copy, train))).map((name) => name.trim());
  const place = shown(join(folder, train));
  const targets = wanted.targets === null ? null : namedColumns(wanted.targets, header);
  const absent = targets?.find((name) => !header.includes(name));
  if (absent !== undefined) {
    throw new CompetitionInvalid(
      `${place}:1: no target column "${absent}"; ${didYouMean(absent, header)}`,
    );
  }
  if (targets !== null || !isAlone) return targets;
  const usual = header.find((name) => TARGET_NAME.test(name));
  const last = header.at(-1) ?? "";
  if (ask !== null) {
    const question = `There is only ${train}. Which column is to be predicted?`;
    return [await ask({ field: "target", question, choices: header, guess: usual ?? last })];
  }
  if (usual !== undefined) return [usual];
  const more = header.length > NAMED ? ", …" : "";
  throw new CompetitionInvalid(
    `${place}: the only table, and nothing says which column is to be predicted; name it: mle-star init ${shown(folder)} --target <column> (columns: ${header.slice(0, NAMED).join(", ")}${more})`,
  );
}
