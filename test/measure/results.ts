import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

const Solver = z.enum(["constant", "lightgbm", "playbook", "flaml", "reference"]);
export type Solver = z.infer<typeof Solver>;

const Result = z.object({
  competition: z.string(),
  seed: z.number(),
  effort: z.string(),
  solver: Solver,
  score: z.number().nullable(),
  /** Why there is no score. */
  reason: z.string().nullable(),
  seconds: z.number(),
});
export type Result = z.infer<typeof Result>;

type Place = Pick<Result, "competition" | "seed" | "effort" | "solver">;

/** What has been measured, kept line by line so that a second run goes on where the first one ended. */
export type Results = {
  readonly all: readonly Result[];
  find(place: Place): Result | null;
  add(result: Result): Promise<void>;
};

/** Opens the file of results; one that is not there is empty. */
export async function openResults(file: string): Promise<Results> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, "");
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  const all = lines.map((line) => Result.parse(JSON.parse(line)));
  return {
    all,
    find: ({ competition, seed, effort, solver }) =>
      all.find(
        (each) =>
          each.competition === competition &&
          each.seed === seed &&
          each.effort === effort &&
          each.solver === solver,
      ) ?? null,
    async add(result) {
      await appendFile(file, `${JSON.stringify(result)}\n`);
      all.push(result);
    },
  };
}
