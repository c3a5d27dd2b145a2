import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { CompetitionInvalid } from "../../runs/errors.ts";
import type { Competition } from "../../tasks/competition.ts";
import { loadCompetition } from "../../tasks/load.ts";
import type { Preparer } from "../../tasks/prepare/prepare.ts";
import { answersOf } from "../../tasks/shipped/answers.ts";
import { type Grade, grade } from "../../tasks/shipped/grade.ts";
import { readEnvironment } from "./environment.ts";
import { GIVEN_OPTIONS, givenBy } from "./given.ts";
import { preparerOf } from "./preparer.ts";
import { exitCodes } from "./terminal/failures.ts";

/** What the command needs from its environment; tests give their own. */
type CommandContext = {
  tasksDir: string;
  preparer: Preparer;
  out: (text: string) => void;
};

/** `mle-star grade`: scores a submission against the hidden answers, which nothing else reads. */
export function gradeCommand(context: CommandContext = programContext()) {
  return new Command("grade")
    .description(
      "Score a submission against the answers of a competition. Exit code 3 when it is not valid.",
    )
    .argument("<competition>", "id of a shipped competition, or path of a folder")
    .argument("<submission>", "CSV file to score")
    .option("--answers <file>", "CSV file with the answers, for a competition of your own")
    .option(...GIVEN_OPTIONS.target)
    .option(...GIVEN_OPTIONS.type)
    .option(...GIVEN_OPTIONS.metric)
    .option("--json", "print one JSON object")
    .action(async (reference, submission, options) => {
      const { tasksDir, out, preparer } = context;
      const competition = await loadCompetition(reference, {
        tasksDir,
        preparer,
        given: givenBy(options),
      });
      const answers = await findAnswers(competition, options.answers, tasksDir);
      await checkExists(submission);
      const result = await grade({
        competition,
        answers,
        submission: resolve(submission),
        python: await preparer.python(),
      });
      out(options.json === true ? jsonLine(competition, result) : plainLine(competition, result));
      process.exitCode = result.valid ? exitCodes.ok : exitCodes.noSubmission;
    });
}

async function findAnswers(
  competition: Competition,
  given: string | undefined,
  tasksDir: string,
): Promise<string> {
  if (given !== undefined) {
    await checkExists(given);
    return resolve(given);
  }
  const found = answersOf(competition, tasksDir);
  if (found !== null) return found;
  throw new CompetitionInvalid(
    `${competition.id} comes without answers; give them with --answers <file>`,
  );
}

async function checkExists(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new CompetitionInvalid(`${path}: no such file`);
}

function jsonLine(competition: Competition, result: Grade): string {
  const { id, metric } = competition;
  return `${JSON.stringify({ competition: id, metric: metric.name, direction: metric.direction, ...result })}\n`;
}

function plainLine(competition: Competition, { score, reason, interval }: Grade): string {
  if (score === null) return `not valid: ${reason ?? "no score"}\n`;
  const { name, direction } = competition.metric;
  const between =
    interval === null
      ? ""
      : ` (95 % interval ${interval.map((end) => end.toFixed(5)).join(" to ")})`;
  const better = direction === "maximize" ? "higher" : "lower";
  return `${name} ${score.toFixed(5)}${between}, ${better} is better\n`;
}

function programContext(): CommandContext {
  const environment = readEnvironment();
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    tasksDir: environment.tasksDir,
    preparer: preparerOf(environment, report),
    out: (text) => void process.stdout.write(text),
  };
}
