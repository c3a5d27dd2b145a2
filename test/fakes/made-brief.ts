import { readFile } from "node:fs/promises";
import { type Brief, buildBrief } from "../../agent/brief.ts";
import { TaskFile } from "../../tasks/competition.ts";
import type { ColumnProfile } from "../../tasks/profile/profile.ts";
import { someBrief } from "./request.ts";

/** The brief of a made-up competition with a dozen columns, told of the packages that are really installed. */
export async function madeBrief(): Promise<Brief> {
  const lock = await readFile(
    new URL("../../sandbox/requirements-lock.txt", import.meta.url),
    "utf8",
  );
  const packages = lock.split("\n").flatMap((line) => /^[\w.-]+==[\w.+-]+/u.exec(line)?.[0] ?? []);
  const { profile, split, limits, seed } = someBrief();
  const task = TaskFile.parse({
    ...{ id: "world", title: "World", type: "regression" },
    metric: { name: "r2", direction: "maximize" },
    ...{ id_column: "id", target_columns: ["y"], prediction_columns: ["y"] },
  });
  const description =
    "A table of measured things, one per row. Predict `y` for the rows of the test table.";
  const columns = Array.from({ length: 12 }, (_, index) => column(`measure_${index + 1}`));
  return buildBrief(
    { ...task, folder: "/nowhere", description },
    { profile: { ...profile, columns }, split, packages, limits, seed },
  );
}

function column(name: string): ColumnProfile {
  return {
    ...{ name, dtype: "float64", kind: "numeric", missing: 0.02, unique: 512 },
    ...{ examples: ["0.25", "1.5", "7.125"], min: 0, max: 10, mean: 4.2, skew: 0.3, words: null },
    ...{ isTarget: false, inTest: true },
  };
}
