import { resolve } from "node:path";
import { UserError } from "../../../../runs/errors.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { DEV_SHARE } from "../../../distill/dev-share.ts";
import {
  DENSITY,
  type MergeSettings,
  type Method,
  type Parent,
} from "../../../distill/merge/merging.ts";
import { type CallGroup, callGroups, pairsIn } from "../../../distill/merge/role-calls.ts";
import { allRoles } from "../../../roles/all.ts";
import { readCalls } from "../../distill/calls.ts";
import { findModel, sharedAsked } from "../../distill/serve/local-folder.ts";
import type { CommandContext } from "../../runs/context.ts";
import { hashWeights } from "./merge-folder.ts";

/** Fewer pairs of calls than these judge nothing. */
const MIN_PAIRS = 10;

/** As they were given. */
export type MergeOptions = {
  method: Method;
  weights?: number[] | undefined;
  density?: number | undefined;
  scale: number;
  seed: number;
  base?: string | undefined;
  role?: string | undefined;
  from: string;
  splits?: string | undefined;
  devShare?: number | undefined;
};

/** Calls that judge a greedy soup. Throws `UserError` where there are too few. */
export async function groupsOf(
  { method, role, from, splits, devShare }: MergeOptions,
  context: CommandContext,
): Promise<CallGroup[]> {
  if (method !== "greedy-soup") {
    if (role === undefined) return [];
    throw new UserError("--role: for greedy-soup only");
  }
  if (role === undefined)
    throw new UserError(
      "greedy-soup: name the role whose recorded calls judge, as in --role planner",
    );
  if (!Object.hasOwn(allRoles, role))
    throw new UserError(`unknown role "${role}"; known: ${Object.keys(allRoles).join(", ")}`);
  const groups: CallGroup[] = [];
  const source = { from, splits, devShare: devShare ?? (splits === undefined ? DEV_SHARE : 0) };
  await readCalls(source, context, (calls) => void groups.push(...callGroups(calls, role)));
  const pairs = pairsIn(groups);
  if (pairs < MIN_PAIRS)
    throw new UserError(
      `${from} has ${pairs} pairs of calls of ${role} on dev competitions with different outcomes, ${MIN_PAIRS} are needed: more runs, or another --dev-share`,
    );
  return groups.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What is merged, and how. Throws `UserError` with one line for what does not fit together. */
export async function settingsOf(
  names: readonly string[],
  { method, weights, density, scale, seed, base, role }: MergeOptions,
  groups: readonly CallGroup[],
  { cwd }: CommandContext,
): Promise<MergeSettings> {
  checkNames(names, cwd);
  checkWeights(method, weights, names.length);
  if (density !== undefined && !method.endsWith("ties"))
    throw new UserError("--density: for ties and dare-ties only");
  if (scale !== 1 && !needsBase(method))
    throw new UserError("--scale: for task-arithmetic, ties and dare-ties only");
  const parents: Parent[] = [];
  for (const name of names) parents.push(await parentOf(name, cwd));
  const areWhole = parents.every(({ folder, base: under }) => folder === under);
  checkBase(method, base, areWhole);
  const asked = sharedAsked(parents);
  if (role !== undefined && asked?.patch === true)
    throw new UserError(
      "greedy-soup: models that answer with patches cannot be judged by recorded replies, which are whole scripts",
    );
  return {
    method,
    parents,
    asked,
    base: base === undefined ? null : await parentOf(base, cwd),
    weights: weights ?? names.map(() => 1),
    density: density ?? DENSITY[method],
    scale,
    seed,
    role: role ?? null,
    calls: role === undefined ? null : sha256(JSON.stringify(groups)),
  };
}

function checkNames(names: readonly string[], cwd: string): void {
  if (names.length < 2) throw new UserError("two models or more are merged");
  if (new Set(names.map((name) => resolve(cwd, name))).size < names.length)
    throw new UserError(`${names.join(" ")} names one model twice`);
}

function checkBase(method: Method, base: string | undefined, areWhole: boolean): void {
  const isNeeded = areWhole && needsBase(method);
  if (isNeeded && base === undefined)
    throw new UserError(`${method}: name what the models were trained from with --base`);
  if (!isNeeded && base !== undefined)
    throw new UserError("--base: for task vectors of whole models only");
}

function needsBase(method: Method): boolean {
  return method === "task-arithmetic" || method.endsWith("ties");
}

function checkWeights(method: Method, weights: number[] | undefined, count: number): void {
  if (weights === undefined) return;
  if (method === "greedy-soup") throw new UserError("--weights: a greedy soup is a plain mean");
  if (weights.length !== count)
    throw new UserError(`--weights: expected ${count} numbers, one for each model`);
  const isMean = method === "linear";
  if (weights.some((each) => each === 0 || (isMean && each < 0)))
    throw new UserError(`--weights: expected numbers ${isMean ? "above" : "other than"} 0`);
}

async function parentOf(name: string, cwd: string): Promise<Parent> {
  const found = await findModel(name, cwd);
  return { ...found, hash: await hashWeights(found.folder) };
}
