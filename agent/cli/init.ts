import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isCancel, select } from "@clack/prompts";
import { Command } from "@commander-js/extra-typings";
import { CompetitionInvalid, Interrupted } from "../../runs/errors.ts";
import { writeAtomically } from "../../runs/record/atomic-file.ts";
import type { Competition } from "../../tasks/competition.ts";
import {
  type Doubt,
  type Given,
  guessLine,
  type Inferred,
  inferTask,
} from "../../tasks/infer/infer.ts";
import { madeFolder } from "../../tasks/layouts/made-folder.ts";
import { givenOfCopy, inOriginal } from "../../tasks/load.ts";
import { plainDescription } from "../../tasks/plain-description.ts";
import { type Prepared, type Preparer, prepareFolder } from "../../tasks/prepare/prepare.ts";
import type { Split } from "../../tasks/referee/referee.ts";
import { renderTask } from "../../tasks/render-task.ts";
import { checkTables } from "../../tasks/tables/check-tables.ts";
import { readEnvironment } from "./environment.ts";
import { GIVEN_OPTIONS, type GivenWords, givenBy, metricGiven, typeGiven } from "./given.ts";
import { planSplit, splitLines } from "./plan-split.ts";
import { preparerOf } from "./preparer.ts";

/** What the command needs from its environment; `ask` is null without a terminal. */
type CommandContext = {
  ask: ((doubt: Doubt) => Promise<string>) | null;
  /** The split that a run would make; null where it cannot be known yet. */
  plan: (competition: Competition) => Promise<Split | null>;
  out: (text: string) => void;
  preparer: Preparer;
};

type Options = GivenWords & {
  yes?: true | undefined;
  force?: true | undefined;
  json?: true | undefined;
};

/** `mle-star init <folder>`: writes a `task.yaml` inferred from the tables, and asks where they are ambiguous. */
export function initCommand(context: CommandContext = programContext()) {
  return new Command("init")
    .description(
      "Make a competition from a folder with train.csv, test.csv and sample_submission.csv.",
    )
    .argument("<folder>", "folder with the tables")
    .option("--yes", "do not ask, use the best guess")
    .option(...GIVEN_OPTIONS.metric)
    .option(...GIVEN_OPTIONS.target)
    .option(...GIVEN_OPTIONS.type)
    .option("--force", "overwrite an existing task.yaml")
    .option("--json", "print one JSON object")
    .action(async (folder, options) => {
      const { inferred, open, written, split } = await initialize(folder, options, context);
      const { task, notes } = inferred;
      const guesses = open.map(({ field, guess, choices }) => ({ field, guess, choices }));
      if (options.json === true) {
        const result = {
          status: "ok",
          folder: resolve(folder),
          written,
          task,
          notes,
          guesses,
          split,
        };
        context.out(`${JSON.stringify(result)}\n`);
        return;
      }
      const lines = [
        ...withPlan(notes, split).map((note) => `  ${note}`),
        ...guesses.map((guess) => `  ${guessLine(guess)}`),
        `wrote ${written.join(" and ")}`,
        `next: mle-star run ${folder}`,
      ];
      context.out(`${lines.join("\n")}\n`);
    });
}

type Result = { inferred: Inferred; open: Doubt[]; written: string[]; split: Split | null };

/** The notes with the split as it will be, where that is known. */
function withPlan(notes: readonly string[], split: Split | null): string[] {
  if (split === null) return [...notes, "the rows of the split are chosen when a run begins"];
  return [...notes.filter((note) => !note.startsWith("split: ")), ...splitLines(split)];
}

/** Makes a competition of a folder, and asks where it may. */
export async function initialize(
  folder: string,
  options: Options,
  { ask, preparer, plan }: CommandContext,
): Promise<Result> {
  const root = await existingFolder(folder);
  const taskPath = join(root, "task.yaml");
  if (options.force !== true && existsSync(taskPath)) {
    throw new CompetitionInvalid(
      `${join(folder, "task.yaml")} already exists; edit it, or overwrite it with --force`,
    );
  }
  const mayAsk = options.yes !== true && options.json !== true ? ask : null;
  const given = givenBy(options);
  const wanted = { task: null, targets: given.target };
  const prepared = await prepareFolder(root, wanted, { ...preparer, ask: mayAsk });
  try {
    if ((await madeFolder(prepared.folder, preparer.cacheDir)) !== null)
      throw new CompetitionInvalid(
        `${folder} lacks a training or a test table, and needs no task.yaml: its tables are made of its files when it is run (mle-star run ${folder})`,
      );
    const inferred = await inferAndAsk(prepared, given, mayAsk);
    return await write(root, prepared, inferred, { asked: mayAsk !== null, plan });
  } catch (error) {
    throw inOriginal(error, prepared.folder, root);
  }
}

async function inferAndAsk(
  prepared: Prepared,
  asked: Given,
  ask: CommandContext["ask"],
): Promise<Inferred> {
  const { folder, notes: done } = prepared;
  let given = givenOfCopy(asked, prepared);
  let inferred = await inferTask(folder, given);
  if (ask !== null) {
    for (const doubt of inferred.doubts) given = withAnswer(given, doubt, await ask(doubt));
    inferred = await inferTask(folder, given);
  }
  return { ...inferred, notes: [...done, ...inferred.notes] };
}

async function write(
  root: string,
  { folder }: Prepared,
  inferred: Inferred,
  { asked, plan }: Pick<CommandContext, "plan"> & { asked: boolean },
): Promise<Result> {
  const { task, notes } = inferred;
  const hasDescription = existsSync(join(root, task.files.description));
  const description = hasDescription ? "" : plainDescription(task);
  const competition = { ...task, folder, description };
  await checkTables(competition);
  await writeAtomically(join(root, "task.yaml"), renderTask(task, notes));
  if (!hasDescription) await writeAtomically(join(root, task.files.description), description);
  const written = ["task.yaml", ...(hasDescription ? [] : [task.files.description])];
  const open = asked ? [] : inferred.doubts;
  return { inferred, open, written, split: await plan(competition) };
}

async function existingFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory()) return resolve(folder);
  throw new CompetitionInvalid(
    found === null ? `${folder}: no such folder` : `${folder} is a file; give its folder`,
  );
}

function withAnswer<T extends Given>(given: T, doubt: Doubt, answer: string): T {
  if (doubt.field === "target") return { ...given, target: [answer] };
  if (doubt.field === "type") return { ...given, type: typeGiven(answer) };
  return { ...given, metric: metricGiven(answer) };
}

async function askOnTerminal(doubt: Doubt): Promise<string> {
  const answer = await select({
    message: doubt.question,
    options: doubt.choices.map((value) => ({ value, label: value })),
    initialValue: doubt.guess,
  });
  if (isCancel(answer)) throw new Interrupted("init was canceled; nothing was written");
  return answer;
}

export function programContext(): CommandContext {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    ask: isTerminal ? askOnTerminal : null,
    plan: planSplit,
    out: (text) => void process.stdout.write(text),
    preparer: preparerOf(readEnvironment(), report),
  };
}
