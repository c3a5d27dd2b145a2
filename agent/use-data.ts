import { evaluate } from "./evaluate/evaluate.ts";
import type { UnopenedFile } from "./roles/inputs.ts";
import { ask, NoAnswer } from "./run/ask.ts";
import type { Run } from "./run/run.ts";
import type { Evaluated } from "./solution.ts";
import { acceptNoWorse } from "./trust/accept.ts";

/**
 * A_data: once, before refinement, by what the audit says was opened and not by the text of the script; its
 * rewrite is kept only if it is not worse beyond noise (spec §1 row 8). Where all was opened there is nothing to
 * ask, unless the paper's way is asked for, which looks for hints that no file holds too.
 */
export async function useAllData(run: Run, track: string, best: Evaluated): Promise<Evaluated> {
  const { dataUsage } = run.config;
  const unopened = unopenedFiles(run, best.evaluation.opened);
  if (dataUsage === "off" || (dataUsage === "auto" && unopened.length === 0)) return best;
  const id = `${track}/data-usage`;
  const { code: base } = best.solution;
  const code = await ask(run, id, "data-usage", { code: base, unopened, mode: run.mode });
  if (code instanceof NoAnswer || code === null || code === base) return best;
  const names = unopened.map(({ name }) => name);
  const plan = `use ${names.join(", ") || "all the data"}`;
  const provenance = { parent: best.solution.id, origin: "data-usage" as const, track, plan };
  const rewritten = await evaluate(run, { id, code, ...provenance }, best.evaluation.score);
  return acceptNoWorse(run, id, best, rewritten);
}

/** The files of the competition that a script never opened; of a folder it is enough that one file was. */
export function unopenedFiles(run: Run, opened: readonly string[]): UnopenedFile[] {
  const { profile, competition } = run.brief;
  const { train, test } = competition.files;
  const named = (of: (column: (typeof profile.columns)[number]) => boolean) =>
    profile.columns.filter(of).map((column) => column.name);
  const main: UnopenedFile[] = [
    { name: train, kind: "table", rows: profile.trainRows, columns: named(() => true), joins: [] },
    {
      name: test,
      kind: "table",
      rows: profile.testRows,
      columns: named((column) => column.inTest),
      joins: [],
    },
  ];
  const others = profile.other.map(({ name, kind, rows, columns, keys, uniqueKey }) => {
    const many = uniqueKey ? "one row per key" : "several rows per key";
    const joins = keys.map((key) => `${key.column} = train.${key.trainColumn}, ${many}`);
    return { name, kind, rows, columns, joins };
  });
  return [...main, ...others].filter(({ name }) => {
    const path = name.replace(/\/+$/u, "");
    return !opened.some((each) => each === path || each.startsWith(`${path}/`));
  });
}
