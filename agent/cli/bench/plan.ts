import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import type { Configuration, Limits, WantedBatch } from "../../../runs/batch/batch.ts";
import { ConfigInvalid, UserError } from "../../../runs/errors.ts";
import { Config } from "../../config.ts";
import { numeric } from "../../setting.ts";
import { resolveSettings } from "../settings.ts";
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

/** The name of a batch's folder, and what it is to be. Throws `UserError` for what cannot be meant. */
export async function planBatch(
  asked: Asked,
  tasksDir: string,
): Promise<{ name: string; wanted: Omit<WantedBatch, "needs"> }> {
  const [file] = asked.what;
  const isFile = asked.what.length === 1 && /\.ya?ml$/iu.test(file ?? "");
  const yaml = isFile && file !== undefined ? await readYaml(file) : null;
  const words = yaml === null ? asked.what : [yaml.competitions].flat();
  if (words.length === 0)
    throw new ConfigInvalid("name competitions: a list (low), ids, a folder, or a batch.yaml");
  const { list, name, competitions } = await chooseCompetitions(words, tasksDir);
  const configurations = configurationsOf(asked, yaml);
  const hours = hoursOf(asked, yaml);
  return {
    name: isFile && file !== undefined ? basename(file).replace(/\.ya?ml$/iu, "") : name,
    wanted: {
      list,
      competitions,
      configurations,
      seeds: whole("--seeds", asked.seeds ?? yaml?.seeds ?? 3, 1),
      retries: whole("--retries", asked.retries ?? yaml?.retries ?? 2, 0),
      jobLimits: limits(
        asked.job.usd ?? yaml?.max_usd,
        asked.job.tokens ?? yaml?.max_tokens,
        hours,
      ),
      limits: limits(
        asked.batch.usd ?? yaml?.batch_usd,
        asked.batch.tokens ?? yaml?.batch_tokens,
        asked.batch.hours ?? yaml?.batch_hours ?? null,
      ),
    },
  };
}

/** The folder of a batch: a path where one is given, else by its name among the runs. */
export function batchFolder(runsDir: string, given: string | undefined, name: string): string {
  if (given?.includes("/")) return resolve(given);
  return resolve(runsDir, "batches", given ?? name);
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
  const [issue] = read.error.issues;
  const where = issue?.path.join(".") || "the file";
  throw new ConfigInvalid(`${file}: ${where}: ${issue?.message}`);
}

/** Every configuration has the options of all runs and its own; without names there is one, `base`. */
function configurationsOf(asked: Asked, yaml: BatchYaml | null): Configuration[] {
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
    checkSettings(name, own);
    return { name, options: [...common, ...own] };
  });
}

/** Refuses before any job starts what each of them would refuse. */
function checkSettings(name: string, own: readonly string[]): void {
  try {
    resolveSettings({ set: own.filter((each) => each !== "--set") }, {});
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
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

function hoursOf({ hours, job, isQuick }: Asked, yaml: BatchYaml | null): number | null {
  if (hours !== undefined) return positive("--hours", hours);
  if (job.seconds !== null) return job.seconds / 3600;
  if (yaml?.hours !== undefined) return yaml.hours;
  return isQuick ? null : HEADLINE_HOURS;
}

function limits(
  usd: string | number | undefined,
  tokens: string | number | undefined,
  hours: string | number | null,
): Limits {
  const orNull = (name: string, value: string | number | undefined | null) =>
    value === undefined || value === null ? null : positive(name, value);
  return {
    usd: orNull("dollars", usd),
    tokens: orNull("tokens", tokens),
    hours: orNull("hours", hours),
  };
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
