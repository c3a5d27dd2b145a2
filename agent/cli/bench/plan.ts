import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import {
  type Configuration,
  type Limits,
  NO_LIMITS,
  type WantedBatch,
} from "../../../runs/batch/batch.ts";
import { ConfigInvalid, UserError } from "../../../runs/errors.ts";
import { didYouMean } from "../../../tasks/message-text.ts";
import { Config } from "../../config.ts";
import { numeric } from "../../setting.ts";
import type { Environment } from "../environment.ts";
import { refuseUnknownModels } from "../open/base-url.ts";
import { settingsOfWords } from "../run.ts";
import { chooseCompetitions } from "./choose.ts";

/** The longest time of a job as MLE-bench's own headline has it. */
const HEADLINE_HOURS = 24;

const settings = z.record(z.string(), z.unknown());
const amount = numeric(z.number().positive());
/** `batch.yaml`: what the options say otherwise; an option replaces it. */
const BatchYaml = z.strictObject({
  competitions: z.union([z.string(), z.array(z.string()).min(1)]),
  seeds: z.number().int().positive().optional(),
  /** Settings of all runs. */
  settings: settings.optional(),
  /** Name -> settings that are different there. */
  configurations: z.record(z.string(), settings.nullable()).optional(),
  hours: amount.optional(),
  max_usd: amount.optional(),
  max_tokens: amount.optional(),
  batch_usd: amount.optional(),
  batch_tokens: amount.optional(),
  batch_hours: amount.optional(),
  retries: z.number().int().min(0).optional(),
});
type BatchYaml = z.infer<typeof BatchYaml>;

/** What the command line says; `options` are those of `run` that all runs get. */
export type Asked = {
  what: readonly string[];
  options: readonly string[];
  configurations: readonly string[];
  seeds: string | undefined;
  retries: string | undefined;
  hours: string | undefined;
  job: { usd: string | undefined; tokens: string | undefined; seconds: number | null };
  batch: { usd: string | undefined; tokens: string | undefined; hours: string | undefined };
  /** Runs that are short by their preset keep its time. */
  isQuick: boolean;
};

/** What a job may use where nothing is said of it: a run that is short by its preset has its own time. */
export function usualLimits({ isQuick }: Pick<Asked, "isQuick">): Limits {
  return { ...NO_LIMITS, hours: isQuick ? null : HEADLINE_HOURS };
}

/** The name of a batch's folder, and what it is to be. Throws `UserError` for what cannot be meant. */
export async function planBatch(
  asked: Asked,
  { tasksDir, all: env }: Pick<Environment, "tasksDir" | "all">,
): Promise<{ name: string; wanted: Omit<WantedBatch, "needs"> }> {
  const [file] = asked.what;
  const isFile = asked.what.length === 1 && /\.ya?ml$/iu.test(file ?? "") && !isFolder(file ?? "");
  const yaml = isFile && file !== undefined ? await readYaml(file) : null;
  const words = yaml === null ? asked.what : [yaml.competitions].flat();
  if (words.length === 0)
    throw new ConfigInvalid("name competitions: a list (low), ids, a folder, or a batch.yaml");
  const { list, name, competitions } = await chooseCompetitions(words, tasksDir);
  const configurations = configurationsOf(asked, yaml, env);
  return {
    name: isFile && file !== undefined ? basename(file).replace(/\.ya?ml$/iu, "") : name,
    wanted: {
      list,
      competitions,
      configurations,
      seeds: whole("--seeds", asked.seeds ?? yaml?.seeds ?? 3, 1),
      retries: whole("--retries", asked.retries ?? yaml?.retries ?? 2, 0),
      ...limitsOf(asked, yaml),
    },
  };
}

/** The folder of a batch: a path where one is given, else by its name among the runs. */
export function batchFolder(runsDir: string, given: string | undefined, name: string): string {
  if (given?.includes("/")) return resolve(given);
  return resolve(runsDir, "batches", given ?? name);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function readYaml(file: string): Promise<BatchYaml> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new ConfigInvalid(`${file}: no such file`);
  });
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new ConfigInvalid(`${file}: ${String(error).split("\n")[0]}`);
  }
  const read = BatchYaml.safeParse(content);
  if (read.success) return read.data;
  const { issues } = read.error;
  // A misspelled key is also a missing one: the misspelling is the better news.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const where = issue?.path.join(".") || "the file";
  if (issue?.code !== "unrecognized_keys")
    throw new ConfigInvalid(`${file}: ${where}: ${issue?.message}`);
  const [key = ""] = issue.keys;
  throw new ConfigInvalid(
    `${file}: unknown key "${key}"; ${didYouMean(key, Object.keys(BatchYaml.shape))}`,
  );
}

/** Every configuration has the options of all runs and its own; without names there is one, `base`. */
function configurationsOf(
  asked: Asked,
  yaml: BatchYaml | null,
  env: NodeJS.ProcessEnv,
): Configuration[] {
  const common = [...toOptions(yaml?.settings ?? {}), ...asked.options];
  const named = new Map<string, string[]>();
  for (const [name, own] of Object.entries(yaml?.configurations ?? {}))
    named.set(name, toOptions(own ?? {}));
  for (const text of asked.configurations) {
    const [name = "", ...rest] = text.split(":");
    const pairs = rest.join(":").split(",");
    named.set(
      name,
      pairs.filter((pair) => pair !== "").flatMap((pair) => ["--set", pair]),
    );
  }
  if (named.size === 0) named.set("base", []);
  return [...named].map(([name, own]) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/u.test(name))
      throw new ConfigInvalid(
        `configuration "${name}": a name has letters, digits, ".", "_" and "-" (--configuration small:tracks=1)`,
      );
    const options = [...common, ...own];
    checkSettings(own.length === 0 ? null : name, options, env);
    return { name, options };
  });
}

/** Refuses before any job starts what each of them would refuse. */
function checkSettings(
  name: string | null,
  options: readonly string[],
  env: NodeJS.ProcessEnv,
): void {
  try {
    refuseUnknownModels(settingsOfWords(options, env));
  } catch (error) {
    if (!(error instanceof UserError) || name === null) throw error;
    throw new ConfigInvalid(`configuration ${name}: ${error.message}`);
  }
}

function toOptions(own: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(own).flatMap(([key, value]) => {
    if (!(key in Config.shape))
      throw new ConfigInvalid(
        `batch: unknown setting "${key}"; \`mle-star run --help\` lists them`,
      );
    return ["--set", `${key}=${value === null ? "null" : String(value)}`];
  });
}

function hoursOf({ hours, job }: Asked, yaml: BatchYaml | null): number | undefined {
  if (hours !== undefined) return positive("--hours", hours);
  return job.seconds === null ? yaml?.hours : job.seconds / 3600;
}

/** Of a job, and of the batch. */
function limitsOf(asked: Asked, yaml: BatchYaml | null): Pick<WantedBatch, "jobLimits" | "limits"> {
  const { job, batch } = asked;
  return {
    jobLimits: {
      usd: limit("--max-usd", job.usd ?? yaml?.max_usd),
      tokens: limit("--max-tokens", job.tokens ?? yaml?.max_tokens),
      hours: limit("--time-limit", hoursOf(asked, yaml)),
    },
    limits: {
      usd: limit("--batch-usd", batch.usd ?? yaml?.batch_usd),
      tokens: limit("--batch-tokens", batch.tokens ?? yaml?.batch_tokens),
      hours: limit("--batch-hours", batch.hours ?? yaml?.batch_hours),
    },
  };
}

/** A limit that is named, `none` for none; undefined where nothing is said of it. */
function limit(name: string, value: string | number | undefined): number | null | undefined {
  if (value === undefined) return undefined;
  return value === "none" ? null : positive(name, value);
}

function positive(name: string, value: string | number): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new ConfigInvalid(`${name} ${value}: expected a number above 0`);
}

function whole(name: string, value: string | number, least: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= least) return number;
  throw new ConfigInvalid(`${name} ${value}: expected a whole number of ${least} or more`);
}
