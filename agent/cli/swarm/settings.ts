import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import * as z from "zod";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { ModelSettings } from "../../models/model-settings.ts";
import type { Pool } from "../../models/teams/team-settings.ts";
import { count, numeric } from "../../setting.ts";
import { OPTIMIZERS } from "../../swarm/optimizer.ts";
import { findModel } from "../distill/serve/local-folder.ts";
import { foldersOf, readLocalModel, rootedLocalModel } from "../distill/serve/mixture.ts";

/** What stands before the folder of a model on this machine. */
const LOCAL = "local:";

const share = numeric(z.number().min(0).max(1));
const amount = numeric(z.number().positive()).nullable().default(null);
const list = z.preprocess(
  (given) => (typeof given === "string" ? given.split(",").filter((each) => each !== "") : given),
  z.array(z.string()),
);
const orNone = (schema: z.ZodType<number>) =>
  z.preprocess((given) => (given === "none" ? null : given), schema.nullable());

/** Every setting of `swarm optimize` but the options of its runs; what is not given has its default here. */
export const SwarmSettings = z.object({
  steps: z.enum(["role", "role,weight"]).default("role").describe("role, or role,weight"),
  optimizer: z
    .enum(OPTIMIZERS)
    .default("es")
    .describe(`${OPTIMIZERS.join(", ")}; pso is the paper's`),
  evaluations: count(1)
    .default(30)
    .describe("different graphs that the optimizer may judge; random search gets as many"),
  population: count(1).default(4).describe("graphs of a round"),
  patience: orNone(count(1))
    .default(6)
    .describe("rounds without a better graph after which it ends (6 in the paper), or none"),
  assignments: count(1)
    .default(10)
    .describe("M: random assignments of models to nodes in a weight-step"),
  nodes: count(1)
    .nullable()
    .default(null)
    .describe("models of a graph; one for each member of the pool by default"),
  codeNodes: list
    .pipe(z.array(z.enum(["executor", "referee"])))
    .default([])
    .describe("code nodes to choose from: executor,referee"),
  decodeTopP: share
    .default(0)
    .describe(
      "share of the probability that a decoding draws from: 0 is always the likeliest (the paper's code), 0.8 the paper",
    ),
  edgesFrom: share
    .nullable()
    .default(null)
    .describe(
      "weight from which on a node feeds further nodes; without it each feeds one, as in the paper",
    ),
  roles: list.nullable().default(null).describe("roles that the graph plays; all by default"),
  credit: z
    .enum(["none", "loo", "banzhaf"])
    .default("none")
    .describe(
      "what each node of the winner is worth: loo (left out one by one) or banzhaf; its graphs are judged, too",
    ),
  creditSamples: count(2).default(20).describe("drawn coalitions of banzhaf"),
  seeds: count(1).default(1).describe("seeds of every competition: 0, 1, …"),
  seed: count(0).default(0).describe("seed of the search itself"),
  surrogate: z
    .enum(["none", "replay"])
    .default("none")
    .describe("replay: judge by stored calls of earlier runs, without a call"),
  minAnswered: share
    .default(0.5)
    .describe("least share of its prompts that stored calls must answer, else a graph is refused"),
});
export type SwarmSettings = z.infer<typeof SwarmSettings>;

/** Limits of each run, and of all of them together. */
export const SwarmLimits = z.object({
  maxUsd: amount,
  maxTokens: amount,
  batchUsd: amount,
  batchTokens: amount,
  batchHours: amount,
  retries: count(0).default(2),
});

/** Reads options through a schema. Throws `ConfigInvalid` that names the option. */
export function readOptions<S extends z.ZodObject>(
  schema: S,
  given: Readonly<Record<string, unknown>>,
): z.infer<S> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const name = String(issue?.path[0] ?? "").replace(
    /[A-Z]/gu,
    (letter) => `-${letter.toLowerCase()}`,
  );
  throw new ConfigInvalid(`--${name} ${String(given[String(issue?.path[0])])}: ${issue?.message}`);
}

/**
 * The models of `--pool`: a YAML file with `pool:`, or settings of `run` with `models: { pool: … }`. Those of this machine
 * are named from the root, so that a graph of them is played from any folder.
 */
export async function readPool(file: string, cwd: string): Promise<Pool> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new ConfigInvalid(`--pool ${file}: no such file`);
  });
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new ConfigInvalid(`--pool ${file}: ${String(error).split("\n")[0]}`);
  }
  const at = z.looseObject({
    pool: z.unknown(),
    models: z.looseObject({ pool: z.unknown() }).optional(),
  });
  const found = at.safeParse(content);
  const pool = found.success ? (found.data.pool ?? found.data.models?.pool) : undefined;
  if (pool === undefined)
    throw new ConfigInvalid(`--pool ${file}: it has no \`pool:\` with the names of models`);
  const read = ModelSettings.safeParse({ pool });
  if (!read.success)
    throw new ConfigInvalid(
      `--pool ${file}: ${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`,
    );
  const members = Object.entries(read.data.pool);
  if (members.length === 0) throw new ConfigInvalid(`--pool ${file}: its pool is empty`);
  const deaf = members.find(([, { model }]) => model === "playbook");
  if (deaf !== undefined)
    throw new ConfigInvalid(`--pool ${file}: member "${deaf[0]}" (playbook) reads no prompt`);
  const named: Record<string, Pool[string]> = {};
  for (const [id, entry] of members)
    named[id] = { ...entry, model: await rooted(entry.model, { file, id, cwd }) };
  return named;
}

async function rooted(
  model: string,
  { file, id, cwd }: { file: string; id: string; cwd: string },
): Promise<string> {
  if (!model.startsWith(LOCAL)) return model;
  const name = model.slice(LOCAL.length);
  try {
    for (const folder of foldersOf(readLocalModel(name))) await findModel(folder, cwd);
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    throw new ConfigInvalid(`--pool ${file}: member "${id}": ${error.message}`);
  }
  return `${LOCAL}${rootedLocalModel(name, cwd)}`;
}
