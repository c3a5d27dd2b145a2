import { join, resolve } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { readJsonLines } from "../../../../runs/record/json-lines.ts";
import { type Manifest, sift, writeDataSet } from "../../../distill/data-set.ts";
import type { Judged } from "../../../distill/row.ts";
import { judge, type TurnError } from "../../../distill/tools/judge.ts";
import { messagesOf, type Played, type ToolTask } from "../../../distill/tools/task.ts";
import { pairRow, type ToolRow } from "../../../distill/tools/tool-rows.ts";
import type { CommandContext } from "../../runs/context.ts";
import { openProgress } from "../../terminal/progress.ts";
import { untilSignal } from "../../terminal/until-signal.ts";
import { count } from "../option-values.ts";
import { failuresOf, writeFailures } from "./failures.ts";
import { playTask } from "./making/play.ts";
import { hintedResponder, mentionsHint, wrongHints } from "./making/positive.ts";
import { openScratchRun, RULES, type ScratchRun } from "./making/scratch-run.ts";
import { byCompetition, competitionOf, readTasks } from "./read-tasks.ts";
import { registryGraph } from "./registry-graph.ts";
import { openStudent, type Student } from "./student.ts";

/** Samples of the student for a conversation, as in Magnet. */
const SAMPLES = 10;

/** `mle-star distill tools pairs`: what a trained model does wrongly, beside what is right, for mDPO. */
export function toolsPairsCommand(context: CommandContext) {
  return optionsOf().action(async (name, options) => {
    const { json, samples, losing, teacher, sandbox, maxTokens } = options;
    const { cwd } = context;
    const data = resolve(cwd, options.data);
    const out = resolve(cwd, options.out);
    const all = await readTasks(data);
    const tasks = all.slice(0, options.limit ?? all.length);
    const right = await readRows(data);
    const progress = openProgress(process.stderr, json);
    const file = join(out, "answers.jsonl");
    const folder = resolve(cwd, name);
    await using student = await openStudent({
      folder,
      cwd,
      file,
      maxTokens,
      report: progress.line,
    });
    const judged: Judged[] = [];
    const failures: { task: ToolTask; errors: TurnError[] }[] = [];
    try {
      await untilSignal(async (signal) => {
        for (const own of byCompetition(tasks)) {
          const [first] = own;
          if (first === undefined) continue;
          const competition = competitionOf(first);
          const around = { folder: join(out, "played"), competition, teacher, sandbox };
          await using open = await openScratchRun({ ...around, run: "pairs", progress, signal });
          for (const task of own) {
            const lost = await loserOf(open, task, student, { samples, losing });
            failures.push({ task, errors: lost?.errors ?? [] });
            judged.push(pairOf(task, right, lost));
            progress.line(
              `${task.competition} ${task.id}: ${lost?.errors[0]?.kind ?? "nothing wrong"}`,
            );
          }
        }
      });
    } finally {
      progress.close();
    }
    const about = {
      kind: "tools",
      options: { samples, losing, teacher, maxTokens, limit: options.limit ?? null },
      runsLeftOut: 0,
    };
    const manifest = await writeDataSet(out, sift(judged), about);
    await writeFailures(join(out, "failures.json"), failuresOf(failures));
    context.write(
      json ? `${JSON.stringify({ folder: out, ...manifest })}\n` : madeText(out, manifest),
    );
  });
}

function optionsOf() {
  return new Command("pairs")
    .description(
      "pairs for mdpo: a conversation of the data set, and one in which a model went wrong",
    )
    .argument("<folder>", "the model that was trained on the conversations (sft)")
    .option("--data <folder>", "what `distill tools data` wrote", "distill/tools")
    .option("--out <folder>", "where to write them", "distill/tools-pairs")
    .option(
      "--samples <n>",
      "times that the model plays a conversation, the likeliest words first",
      count,
      SAMPLES,
    )
    .addOption(
      new Option(
        "--losing <who>",
        "whose words lose: the model's own, or a teacher's who is told the wrong calls",
      )
        .choices(["student", "teacher"] as const)
        .default("student" as const),
    )
    .option("--teacher <model>", "rules, or a model as --model names one", RULES)
    .option("--limit <n>", "conversations at most, the first ones", count)
    .option("--max-tokens <n>", "tokens of a reply at most", count, 400)
    .option("--sandbox <engine>", "auto, docker, podman, bwrap or process", "auto")
    .option("--json", "print data instead of text", false);
}

type Lost = { played: Played; errors: TurnError[]; model: string };

/** The first sample in which something is wrong, in the words that are to lose; null: all were right. */
async function loserOf(
  { run, teacher }: ScratchRun,
  task: ToolTask,
  student: Student,
  { samples, losing }: { samples: number; losing: "student" | "teacher" },
): Promise<Lost | null> {
  const competition = competitionOf(task);
  for (let sample = 0; sample < samples; sample++) {
    const at = `${task.id}-sample-${sample}`;
    const responder = student.responder(sample);
    const { played } = await playTask(run, competition, task, { at, responder });
    const errors = judge(task.turns, played.turns);
    if (errors.length === 0) continue;
    if (losing === "student") return { played, errors, model: student.name };
    const graph = registryGraph({ hasWeb: false });
    const context = { run, teacher, graph, competition, split: task.split, listed: null };
    const place = `${task.id}-losing-${sample}`;
    const hinted = hintedResponder(context, task, { at: place, hints: wrongHints(played) });
    const lost = await playTask(run, competition, task, { at: place, responder: hinted });
    if (mentionsHint(lost.played)) continue;
    const errorsOfTeacher = judge(task.turns, lost.played.turns);
    if (errorsOfTeacher.length > 0)
      return { played: lost.played, errors: errorsOfTeacher, model: teacher.name };
  }
  return null;
}

function pairOf(task: ToolTask, right: ReadonlyMap<string, ToolRow>, lost: Lost | null): Judged {
  if (lost === null) return { dropped: "the model did nothing wrong" };
  const row = right.get(`tools/${task.competition}/${task.id}`);
  if (row === undefined) return { dropped: "no conversation of the data set" };
  return {
    row: pairRow(
      row,
      messagesOf(lost.played),
      lost.errors.map(({ kind }) => kind),
    ),
  };
}

async function readRows(folder: string): Promise<Map<string, ToolRow>> {
  const read = ["train.jsonl", "dev.jsonl"].map((name) => readJsonLines(join(folder, name)));
  // Written by `distill tools data`.
  const rows = (await Promise.all(read)).flat() as ToolRow[];
  return new Map(rows.map((row) => [row.id, row]));
}

function madeText(folder: string, { rows, dropped }: Manifest): string {
  const reasons = Object.entries(dropped).map(([why, times]) => `  ${times} dropped: ${why}`);
  return `${[`${folder}: ${rows.train} pairs to train on, ${rows.dev} for dev`, ...reasons].join("\n")}\n`;
}
