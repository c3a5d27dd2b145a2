import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { UserError } from "../../../../runs/errors.ts";
import {
  ACCEPTS,
  DIVERGENCES,
  REPLACES,
  SCHEDULES,
  SELF,
  type SkdSettings,
} from "../../../distill/skd/skd-settings.ts";
import { SKD_SAMPLING, SKD_TRAINING } from "../../../distill/skd/training-defaults.ts";
import { readEnvironment } from "../../environment.ts";
import type { CommandContext } from "../../runs/context.ts";
import { count } from "../option-values.ts";
import { runTraining } from "../train/train.ts";
import { optionsOf, type TrainingOptions } from "../train/train-options.ts";
import { resolveTeacher, TEACHER_FORMS } from "./teacher.ts";

/** The options of `distill skd train`: those of every training, and how student and teacher write together. */
function skdOptions() {
  const { accept, k, topP, gamma, replace, divergence, schedule } = SKD_SAMPLING;
  const { studentTemperature, studentTopP, teacherTemperature, teacherTopP } = SKD_SAMPLING;
  return optionsOf(SKD_TRAINING)
    .option("--teacher <weights>", `who is followed token by token: ${TEACHER_FORMS}`)
    .option(
      "--privileged",
      "show the teacher what came of the recorded answer (self: always)",
      false,
    )
    .addOption(
      new Option(
        "--accept <rule>",
        "topk: the teacher's K likeliest; topp: those that hold --top-p; adaptive: as many as it hesitates between, K at most",
      )
        .choices(ACCEPTS)
        .default(accept),
    )
    .option("--k <n>", "tokens of the teacher that stand", count, k)
    .option("--top-p <p>", "of --accept topp", share, topP)
    .option("--gamma <n>", "tokens that the student proposes at a time", count, gamma)
    .addOption(
      new Option(
        "--replace <what>",
        "what is written where none stands: the teacher's draw, the student's draw among those that stand, or the teacher's likeliest",
      )
        .choices(REPLACES)
        .default(replace),
    )
    .addOption(
      new Option("--divergence <kind>", "forward KL, reverse KL or Jensen-Shannon")
        .choices(DIVERGENCES)
        .default(divergence),
    )
    .addOption(
      new Option(
        "--schedule <kind>",
        "auto: what is accepted on 64 prompts chooses between skd and on-policy",
      )
        .choices(SCHEDULES)
        .default(schedule),
    )
    .option(
      "--student-temperature <t>",
      "of the student's draws; 0: its likeliest",
      temperature,
      studentTemperature,
    )
    .option("--student-top-p <p>", "mass that they are from", share, studentTopP)
    .option(
      "--teacher-temperature <t>",
      "of the teacher's draws; 0: its likeliest",
      temperature,
      teacherTemperature,
    )
    .option("--teacher-top-p <p>", "mass that they are from", share, teacherTopP);
}

type SkdOptions = ReturnType<ReturnType<typeof skdOptions>["opts"]>;

/** `mle-star distill skd train`: Speculative Knowledge Distillation (arXiv 2410.11325) and its baselines. */
export function skdTrainCommand(context: CommandContext) {
  return skdOptions().action(async (options) => {
    const { cacheDir } = readEnvironment();
    const settings = await skdSettings(options, { cwd: context.cwd, cacheDir });
    await runTraining(options, SKD_TRAINING, context, settings);
  });
}

async function skdSettings(
  options: SkdOptions & TrainingOptions,
  where: { cwd: string; cacheDir: string },
): Promise<SkdSettings> {
  const { trainer, schedule, teacher } = options;
  if (schedule === "auto" && trainer !== "skd")
    throw new UserError(`--schedule auto chooses the trainer: leave --trainer ${trainer} out`);
  if (teacher === undefined && trainer !== "sft")
    throw new UserError(`--trainer ${trainer} needs a teacher: --teacher ${TEACHER_FORMS}`);
  const who = teacher === undefined ? null : await resolveTeacher(teacher, where);
  return {
    teacher: who,
    privileged: options.privileged || who === SELF,
    accept: options.accept,
    k: options.k,
    topP: options.topP,
    gamma: options.gamma,
    replace: options.replace,
    divergence: options.divergence,
    schedule,
    studentTemperature: options.studentTemperature,
    studentTopP: options.studentTopP,
    teacherTemperature: options.teacherTemperature,
    teacherTopP: options.teacherTopP,
  };
}

function share(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number > 0 && number <= 1) return number;
  throw new InvalidArgumentError("expected a number above 0, at most 1.");
}

function temperature(text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number >= 0 && number <= 10) return number;
  throw new InvalidArgumentError("expected a number from 0 to 10.");
}
