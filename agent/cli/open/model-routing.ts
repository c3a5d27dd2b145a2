import { basename } from "node:path";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { phaseOf, phases } from "../../../runs/phases.ts";
import { findRun } from "../../../runs/record/folder.ts";
import type { Config } from "../../config.ts";
import { withFallback, withSettings } from "../../models/fallback.ts";
import type { Model } from "../../models/model.ts";
import { type RoleSettings, settingsFor } from "../../models/model-settings.ts";
import { playbookModel } from "../../models/playbook/playbook.ts";
import { allRoles } from "../../roles/all.ts";
import type { Environment } from "../environment.ts";
import { createOpener, type Opener } from "./model.ts";

/** Who plays which role in a run. */
export type ModelRouting = {
  /** One line for reports: which model, and why that one. */
  describe: string;
  /** True when no language model writes code: the playbook's own scripts may run unsandboxed. */
  isPlaybookOnly: boolean;
  /** The run whose answers are repeated, by its id. */
  replays: { run: string; until: string | null } | null;
  playbook: Model;
  /** Everyone who may be asked, each once; stand-ins are those who play no part of their own. */
  everyone: readonly { model: Model; isStandIn: boolean }[];
  /** Who plays a role at a place of the algorithm. */
  modelFor(role: string, at: string): Model;
};

/** Chooses the models: `auto` takes Anthropic when a key or an endpoint is there, else the playbook. */
export async function routeModels(
  config: Config,
  environment: Environment,
  runsDir: string,
  note: (line: string) => void,
): Promise<ModelRouting> {
  checkChoices(config);
  const playbook = playbookModel({ seed: config.seed });
  const opener = createOpener({ config, environment, runsDir, playbook });
  const everyone = new Map<Model, boolean>();
  const played = new Map<string, { name: string; model: Model }>();
  const parts = new Map<string, { name: string; model: Model }>();
  for (const role of Object.keys(allRoles)) {
    for (const phase of phases) {
      const wish = settingsFor(config, role, phase);
      const key = JSON.stringify(wish);
      const made =
        played.get(key) ?? (await play(wish, config, opener, { everyone, playbook, note }));
      played.set(key, made);
      parts.set(`${role} ${phase}`, made);
    }
  }
  return {
    describe: describe(parts, config, environment),
    isPlaybookOnly: [...everyone.keys()].every((model) => model === playbook),
    replays: await replayed(config, runsDir),
    playbook,
    everyone: [...everyone].map(([model, isStandIn]) => ({ model, isStandIn })),
    modelFor(role, at) {
      const part = parts.get(`${role} ${phaseOf(at)}`);
      if (part === undefined) throw new Error(`nobody plays ${role}`);
      return part.model;
    },
  };
}

type Company = { everyone: Map<Model, boolean>; playbook: Model; note: (line: string) => void };

/** The model of a wish with its stand-ins behind it: those named, then the playbook. */
async function play(
  wish: RoleSettings,
  config: Config,
  opener: Opener,
  { everyone, playbook, note }: Company,
): Promise<{ name: string; model: Model }> {
  const first = await opener.open(wish.model, wish.baseUrl);
  const isScripted = first === playbook || wish.model.startsWith("replay:");
  const others: Model[] = [];
  for (const name of wish.fallbacks) {
    const isAlike = name.split(":")[0] === wish.model.split(":")[0];
    others.push(await opener.open(name, isAlike ? wish.baseUrl : null));
  }
  if (config.fallback === "playbook" && !isScripted) others.push(playbook);
  everyone.set(first, false);
  for (const other of others)
    if (other !== playbook && !everyone.has(other)) everyone.set(other, true);
  const model = [first, ...others].reduceRight((second, each, index) =>
    withFallback(each, second, note, { standsIn: index > 0 }),
  );
  return { name: first.name, model: withSettings(model, wish) };
}

function checkChoices({ model, replayUntil, liveModel, models, roleModels }: Config): void {
  if (replayUntil !== null && !model.startsWith("replay:")) {
    throw new ConfigInvalid(
      `replayUntil "${replayUntil}": nothing is replayed by model "${model}"; add --model replay:<run>`,
    );
  }
  if (liveModel.startsWith("replay:"))
    throw new ConfigInvalid(`liveModel "${liveModel}": expected a model that is no replay`);
  for (const role of Object.keys(roleModels)) {
    if (!Object.hasOwn(allRoles, role))
      throw new ConfigInvalid(
        `roleModels: unknown role "${role}"; known: ${Object.keys(allRoles).join(", ")}`,
      );
    if (models[role] !== undefined)
      throw new ConfigInvalid(`role "${role}" stands in both roleModels and models: leave one out`);
  }
}

async function replayed(config: Config, runsDir: string): Promise<ModelRouting["replays"]> {
  if (!config.model.startsWith("replay:")) return null;
  const folder = await findRun(runsDir, config.model.slice("replay:".length));
  return { run: basename(folder), until: config.replayUntil };
}

/** The model most parts have, why it was chosen, and who else plays what. */
function describe(
  parts: ReadonlyMap<string, { name: string }>,
  config: Config,
  environment: Environment,
): string {
  const general = mostNamed([...parts.values()].map(({ name }) => name));
  const isSet = config.model !== "auto" || config.models.default?.model != null;
  const why = isSet ? general : `${general} (${reason(environment)})`;
  const others = new Map<string, Set<string>>();
  for (const [part, { name }] of parts) {
    if (name === general) continue;
    const [role = "", phase = ""] = part.split(" ");
    const isWhole = phases.every((each) => parts.get(`${role} ${each}`)?.name === name);
    const whom = isWhole ? role : phase;
    others.set(whom, (others.get(whom) ?? new Set()).add(name));
  }
  return [why, ...[...others].map(([whom, who]) => `${whom}: ${[...who].join(", ")}`)].join("; ");
}

function mostNamed(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? "nobody";
}

function reason({ apiKey, baseUrl }: Environment): string {
  if (apiKey !== null) return "ANTHROPIC_API_KEY is set";
  return baseUrl !== null ? "ANTHROPIC_BASE_URL is set" : "no API key is set";
}
