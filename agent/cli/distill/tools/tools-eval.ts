import { appendFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import * as z from "zod";
import { UserError } from "../../../../runs/errors.ts";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import type { ToolTask } from "../../../distill/tools/task.ts";
import {
  evaluateTools,
  type Result,
  resultOf,
  type ToolEvaluation,
} from "../../../distill/tools/tool-eval.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress, type Progress } from "../../terminal/progress.ts";
import { table } from "../../terminal/table.ts";
import { untilSignal } from "../../terminal/until-signal.ts";
import { estimateText } from "../eval/estimate-text.ts";
import { count } from "../option-values.ts";
import { readTraining } from "../train/training-folder.ts";
import { failuresOf, writeFailures } from "./failures.ts";
import { playTask, type Responder } from "./making/play.ts";
import { openScratchRun, RULES } from "./making/scratch-run.ts";
import { chance, referenceResponder } from "./making/standing.ts";
import { byCompetition, competitionOf, readTasks } from "./read-tasks.ts";
import { openStudent, type Student } from "./student.ts";

/** Somebody who plays: a model, or one of those beside which it stands. */
type Player = { who: string; name: string; responder: (task: ToolTask) => Responder };

const Kept = z.object({
  key: z.string(),
  result: z.custom<Result>((value) => value !== undefined),
});

/** `mle-star distill tools eval`: a trained model beside those that it was trained from, the reference and chance. */
export function toolsEvalCommand(context: CommandContext) {
  return new Command("eval")
    .description("let a trained model play conversations, every call done by the real tools")
    .argument(
      "[folder]",
      "what distill tools train wrote, or any folder of a model",
      "adapters/tools",
    )
    .option("--data <folder>", "what `distill tools data` wrote", "distill/tools")
    .option("--split <part>", "dev, train or all", "dev")
    .option("--beside <folders...>", "further models that play the same")
    .option("--max-tokens <n>", "tokens of a reply at most", count, 400)
    .option("--limit <n>", "conversations at most, the first ones", count)
    .option("--sandbox <engine>", "auto, docker, podman, bwrap or process", "auto")
    .option("--json", "print data instead of text", false)
    .action(async (name, options) => {
      const { json, maxTokens, sandbox, split, limit } = options;
      const { cwd } = context;
      const folder = resolve(cwd, name);
      const data = resolve(cwd, options.data);
      const all = (await readTasks(data)).filter((task) => split === "all" || task.split === split);
      if (all.length === 0)
        throw new UserError(`${data} has no conversation of the split ${split}: dev, train or all`);
      const tasks = all.slice(0, limit ?? all.length);
      const progress = openProgress(process.stderr, json);
      const students: Student[] = [];
      const evalFolder = join(folder, "eval");
      try {
        const folders = [
          ...(await chainOf(folder)),
          ...(options.beside ?? []).map((each) => resolve(cwd, each)),
        ];
        for (const each of folders) {
          const file = join(evalFolder, "answers.jsonl");
          students.push(
            await openStudent({ folder: each, cwd, file, maxTokens, report: progress.line }),
          );
        }
        const players = playersOf(students, folders, cwd);
        const around = {
          data,
          sandbox,
          progress,
          file: join(evalFolder, "results.jsonl"),
          maxTokens,
        };
        const results = await untilSignal((signal) =>
          playAll(tasks, players, { ...around, signal }),
        );
        const base = players[(await chainOf(folder)).length - 1]?.who ?? "";
        const trained = results[0]?.results ?? [];
        const judged = tasks.flatMap((task, index) => {
          const { errors = [] } = trained[index] ?? {};
          return [{ task, errors }];
        });
        await writeFailures(join(evalFolder, "failures.json"), failuresOf(judged));
        const found = evaluateTools(results, base);
        context.write(json ? `${JSON.stringify({ folder, ...found })}\n` : foundText(found, base));
      } finally {
        for (const student of students) await student[Symbol.asyncDispose]();
        progress.close();
      }
    });
}

/** A model, and what it was trained from, to the one that was not trained here. */
async function chainOf(folder: string): Promise<string[]> {
  const record = await readTraining(folder);
  if (record === null) return [folder];
  if (record.result === null)
    throw new UserError(
      `the training in ${folder} has not ended: the command that began it goes on`,
    );
  return [folder, ...(await chainOf(record.settings.base))];
}

function playersOf(
  students: readonly Student[],
  folders: readonly string[],
  cwd: string,
): Player[] {
  const models = students.map(({ name, responder }, index) => ({
    who: (folders[index] ?? "").replace(`${cwd}/`, ""),
    name,
    responder: () => responder(0),
  }));
  return [
    ...models,
    { who: "reference calls", name: "reference", responder: referenceResponder },
    { who: "random calls", name: "chance", responder: chance },
  ];
}

type Around = {
  data: string;
  sandbox: string;
  progress: Progress;
  file: string;
  maxTokens: number;
  signal: AbortSignal;
};

/** The results of each player, task by task; what was played before is read back. */
async function playAll(
  tasks: readonly ToolTask[],
  players: readonly Player[],
  { data, sandbox, progress, file, maxTokens, signal }: Around,
): Promise<{ who: string; results: Result[] }[]> {
  const kept = await readResults(file);
  const keyOf = (task: ToolTask, { name }: Player): string =>
    sha256(JSON.stringify([task, name, maxTokens]));
  for (const own of byCompetition(tasks)) {
    const missing = own.flatMap((task) =>
      players
        .filter((player) => !kept.has(keyOf(task, player)))
        .map((player) => ({ task, player })),
    );
    const [first] = own;
    if (missing.length === 0 || first === undefined) continue;
    const competition = competitionOf(first);
    const options = { folder: join(data, "played"), competition, teacher: RULES, sandbox };
    await using open = await openScratchRun({ ...options, run: "eval", progress, signal });
    for (const { task, player } of missing) {
      const key = keyOf(task, player);
      const at = `${task.id}-${key.slice(0, 12)}`;
      const responder = player.responder(task);
      const { played, state } = await playTask(open.run, competition, task, { at, responder });
      const result = resultOf(task, { turns: played.turns, state });
      await mkdir(join(file, ".."), { recursive: true });
      await appendFile(file, `${JSON.stringify({ key, result })}\n`);
      kept.set(key, result);
      const verdict = result.isRight ? "right" : "wrong";
      progress.line(
        `${task.competition} ${task.id}: ${player.who}: ${verdict}, ${result.done} of ${result.made} calls done`,
      );
    }
  }
  return players.map((player) => ({
    who: player.who,
    results: tasks.flatMap((task) => kept.get(keyOf(task, player)) ?? []),
  }));
}

async function readResults(file: string): Promise<Map<string, Result>> {
  const kept = await readKeptLines(file, Kept);
  return new Map(kept.map(({ key, result }) => [key, result]));
}

function foundText(
  { tasks, competitions, scores, difference }: ToolEvaluation,
  base: string,
): string {
  const head = ["", "calls done", "right final state", "wrong turns"];
  const rows = scores.map(({ who, valid, right, errors }) => [
    who,
    estimateText(valid),
    estimateText(right),
    Object.entries(errors)
      .map(([kind, times]) => `${times} ${kind}`)
      .join(", ") || "none",
  ]);
  return `${[
    `${tasks} conversations of ${competitions} competitions; 95 % intervals, competitions drawn anew`,
    ...table([head, ...rows]),
    `right final state, trained minus ${base}: ${estimateText(difference)}`,
  ].join("\n")}\n`;
}
