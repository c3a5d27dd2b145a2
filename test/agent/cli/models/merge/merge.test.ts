import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelsCommand } from "../../../../../agent/cli/models/models.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../../sandbox/temporary-folder.ts";
import { judgingRuns } from "./judging-runs.ts";

let place: TemporaryFolder;

beforeAll(async () => {
  place = await temporaryFolder();
  const base = join(place.path, "base");
  const adapter = JSON.stringify({ base_model_name_or_path: base });
  for (const [file, text] of [
    ["base/config.json", "{}"],
    ["other/config.json", "{}"],
    ["a/adapter_config.json", adapter],
    ["b/adapter_config.json", adapter],
    ["mine/notes.txt", ""],
  ] as const) {
    await mkdir(join(place.path, file, ".."), { recursive: true });
    await writeFile(join(place.path, file), text);
  }
  await judgingRuns(join(place.path, "runs"));
});
afterAll(() => place[Symbol.asyncDispose]());

function merge(...words: string[]): Promise<unknown> {
  const path = process.env.PATH ?? "";
  const context = { write: () => undefined, isTerminal: false, cwd: place.path, path, env: {} };
  return modelsCommand(context).parseAsync(["merge", ...words], { from: "user" });
}

test.for([
  ["a --method linear", "two models or more are merged"],
  ["a ./a --method linear", "a ./a names one model twice"],
  ["a b --method linear --weights 1,2,3", "--weights: expected 2 numbers, one for each model"],
  ["a b --method linear --weights 1,-2", "--weights: expected numbers above 0"],
  [
    "a b --method greedy-soup --role planner --dev-share 1 --weights 1,1",
    "a greedy soup is a plain mean",
  ],
  ["a b --method linear --density 0.2", "--density: for ties and dare-ties only"],
  ["a b --method linear --scale 2", "--scale: for task-arithmetic, ties and dare-ties only"],
  ["base other --method ties", "ties: name what the models were trained from with --base"],
  ["a b --method ties --base base", "--base: for task vectors of whole models only"],
  ["a b --method linear --role planner", "--role: for greedy-soup only"],
  ["a b --method greedy-soup", "greedy-soup: name the role whose recorded calls judge"],
  ["a b --method greedy-soup --role king", 'unknown role "king"; known: '],
  [
    "a b --method greedy-soup --role coder --dev-share 1",
    "runs has 0 pairs of calls of coder on dev competitions with different outcomes, 10 are needed",
  ],
  [
    "a b --method linear --out mine",
    "holds something that was not merged here: name another --out",
  ],
] as const)("models merge %s is refused: %s", async ([words, message]) => {
  await expect(merge(...words.split(" "))).rejects.toThrow(message);
});
