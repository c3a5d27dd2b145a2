import { join, resolve } from "node:path";
import { z } from "zod";
import { ended, lastJson, startProgram } from "../program.ts";
import type { Report } from "../timing.ts";

export type DistillToolsOptions = {
  /** The model that is trained. */
  base: string;
  /** Where all of it is kept: what is there is not done again. */
  folder: string;
  /** Percent of the conversations to train on, and how many to make pairs of and to judge on; null: all. */
  share: number;
  limit: number | null;
};

const Estimate = z.object({
  mean: z.number().nullable(),
  interval: z.array(z.number()).nullable(),
});
const Found = z.object({
  tasks: z.number(),
  competitions: z.number(),
  scores: z.array(z.object({ who: z.string(), valid: Estimate, right: Estimate })),
  difference: Estimate,
});

/** Generated competitions to train on and to judge on, and paths on the former. */
const TRAIN = "25";
const JUDGE = "20";
const PATHS = "50";
/** Short walks and few listed tools: what a model of 135M parameters can learn on two cores. */
const SHORT = ["--walk", "3", "--listed", "5"];
/** Numbers from which on competitions are only judged on. */
const JUDGED_FROM = "1000";

/** `distill tools` from end to end: data, SFT, pairs, mDPO, and what each model is worth on other competitions. */
export async function measureDistillTools(options: DistillToolsOptions): Promise<Report> {
  const { base, folder, share, limit } = options;
  const of = (name: string) => join(resolve(folder), name);
  const data = ["data", "--competitions"];
  await step([...data, TRAIN, "--first", "1", "--paths", PATHS, ...SHORT, "--out", of("train")]);
  const others = ["--first", JUDGED_FROM, "--seed", "7", "--paths", JUDGE, ...SHORT];
  await step([...data, JUDGE, ...others, "--out", of("judge")]);
  const training = ["train", "--method", "full", "--batch", "8", "--max-length", "2048"];
  const few = limit === null ? [] : ["--limit", String(limit)];
  const some = ["--share", String(share)];
  const sft = ["--base", base, "--data", of("train"), "--out", of("sft")];
  await step([...training, ...some, ...sft, "--epochs", "3", "--learning-rate", "5e-5"]);
  const pairs = ["pairs", of("sft"), "--data", of("train"), "--out", of("pairs"), "--samples", "2"];
  await step([...pairs, ...few]);
  const mdpo = [
    "--trainer",
    "mdpo",
    "--base",
    of("sft"),
    "--data",
    of("pairs"),
    "--out",
    of("mdpo"),
  ];
  await step([...training, ...mdpo]);
  const told = await step(["eval", of("mdpo"), "--data", of("judge"), "--split", "all", ...few]);
  const found = Found.parse(told);
  const show = ({ mean, interval }: z.infer<typeof Estimate>): string =>
    `${mean?.toFixed(2) ?? "none"}${interval === null ? "" : ` [${interval.map((end) => end.toFixed(2)).join(", ")}]`}`;
  return {
    title: `distill tools: ${found.tasks} conversations of ${found.competitions} competitions that nothing was trained on`,
    table: [
      ["", "calls done", "right final state"],
      ...found.scores.map(({ who, valid, right }) => [who, show(valid), show(right)]),
    ],
    notes: [`right final state, trained minus base: ${show(found.difference)}`],
    data: found,
  };
}

/** One command of `distill tools`; each goes on where it was ended. */
async function step(command: readonly string[]): Promise<unknown> {
  const { stdout, exitCode } = await ended(
    startProgram(["distill", "tools", ...command, "--json"]),
  );
  if (exitCode !== 0) throw new Error(`distill tools ${command[0]} ended with code ${exitCode}`);
  return lastJson(stdout);
}
