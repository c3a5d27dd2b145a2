import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Asked, IN_FULL } from "../../../../agent/distill/asked.ts";
import { sift, writeDataSet } from "../../../../agent/distill/data-set.ts";
import { type SkdRow, skdRows } from "../../../../agent/distill/skd/skd-rows.ts";
import { debuggerRole } from "../../../../agent/roles/debugger.ts";
import { promptText } from "../../../../agent/roles/role.ts";
import { noTokens } from "../../../../runs/ledger.ts";
import type { Trajectory } from "../../../../runs/report/across/trajectories.ts";

/** A script with a bug, what Python said of it, and the script that ran. */
const Case = z.object({
  competition: z.string(),
  code: z.string(),
  mended: z.string(),
  error: z.string(),
});
type Case = z.infer<typeof Case>;

/** Without brief and rules; the answer is a patch, which `distill serve` carries out. */
const ASKED: Asked = { ...IN_FULL, brief: false, from: "# Script", ownFrames: true, patch: true };

const OURS = new Map([["made", "MIT (mle-star)"]]);

/** The cases of `made.py`. */
export async function readCases(place: string): Promise<Case[]> {
  const lines = (await readFile(join(place, "cases.jsonl"), "utf8")).split("\n");
  return lines.filter((line) => line !== "").map((line) => Case.parse(JSON.parse(line)));
}

/** Writes the data set of a debugger who mends every case by the lines that differ. The last competitions are for dev. */
export async function writeCases(
  folder: string,
  cases: readonly Case[],
  isDev: (competition: string) => boolean,
): Promise<SkdRow[]> {
  const judged = cases.flatMap((each, number) =>
    skdRows([callOf(each, number, isDev(each.competition))], {
      ...{ roles: ["debugger"], maxChangedLines: null, licenses: OURS },
      asked: ASKED,
    }).map((one) => ("row" in one ? { row: patched(one.row, each) } : one)),
  );
  const sifted = sift(judged);
  await writeDataSet(folder, sifted, {
    kind: "skd",
    asked: ASKED,
    options: { made: true },
    runsLeftOut: 0,
  });
  return sifted.rows as SkdRow[];
}

function callOf(
  { competition, code, mended, error }: Case,
  number: number,
  isDev: boolean,
): Trajectory {
  const question = promptText(
    debuggerRole.prompt({
      ...{ code, error, plan: null, worked: null, status: "failed", round: 1, mode: "referee" },
      ...{ references: [], repairs: [], isFresh: false },
    }),
  );
  return {
    ...{ schema: 1, competition, split: isDev ? "dev" : "train", run: "made" },
    ...{ step: `track-1/init-${number}/debugger/1`, parent: `track-1/init-${number}` },
    ...{ role: "debugger", prompt: question, model: "made", tokens: noTokens(), usd: 0 },
    messages: [
      { role: "user", content: question },
      { role: "assistant", content: `\`\`\`python\n${mended}\`\`\`` },
    ],
    ...{
      toolCalls: [],
      logprobs: null,
      codeBefore: code,
      codeAfter: mended,
      direction: "minimize",
    },
    execution: { outcome: "finished", exitCode: 0, exception: null, traceback: null },
    ...{ scoreBefore: null, scoreAfter: 1, noise: null, accepted: true, planScore: null },
    ...{ memoryShown: [], memoryCited: [] },
  };
}

/** The same row, answered by the one line that differs. */
function patched(row: SkdRow, { code, mended }: Case): SkdRow {
  const [before, after] = [code.split("\n"), mended.split("\n")];
  const at = before.findIndex((line, index) => line !== after[index]);
  const content = `Replace:\n${before[at]}\nWith:\n${after[at]}`;
  const [part] = row.parts;
  const messages = [
    ...(part?.messages.slice(0, -1) ?? []),
    { role: "assistant" as const, content },
  ];
  return { ...row, parts: [{ name: "answer", messages }] };
}
