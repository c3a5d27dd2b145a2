import type { Brief } from "../../../../agent/brief.ts";
import { openPython } from "../../../../agent/python-source/python-source.ts";
import type { ScriptBlock } from "../../../../agent/roles/inputs.ts";
import type { ColumnProfile } from "../../../../tasks/profile/profile.ts";
import { someBrief } from "../../../fakes/request.ts";

/** The Python parser. */
export const source = await openPython();

function column(name: string, kind: ColumnProfile["kind"], unique: number): ColumnProfile {
  const isTarget = name === "target";
  const numbers = { min: 0, max: 1, mean: 0.5, skew: 0 };
  const about = { dtype: "object", missing: 0.1, unique, examples: [], words: null };
  return { name, kind, ...about, ...numbers, inTest: !isTarget, isTarget };
}

const base = someBrief();
/** A brief of a table with numbers and two categories. */
export const brief: Brief = {
  ...base,
  profile: {
    ...base.profile,
    columns: [
      column("id", "id", 500),
      column("a", "numeric", 300),
      column("b", "numeric", 300),
      column("c", "numeric", 300),
      column("shop", "categorical", 40),
      column("town", "categorical", 20),
      column("target", "numeric", 400),
    ],
  },
  split: { ...base.split, trainRows: 500 },
  packages: [...base.packages, "lightgbm==4.7.0"],
};

/** The blocks of a script that may be changed. */
export function blocksOf(code: string): ScriptBlock[] {
  return source.blocks(code, "referee").filter((block) => !block.isProtected);
}

/** The block of that title. */
export function blockNamed(code: string, title: string): ScriptBlock {
  const found = blocksOf(code).find((block) => block.title === title);
  if (found === undefined) throw new Error(`no block ${title}`);
  return found;
}
