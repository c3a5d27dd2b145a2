import { basename } from "node:path";
import { ConfigInvalid } from "../../runs/errors.ts";
import { findRun, runFiles } from "../../runs/folder.ts";
import { readEvents } from "../../runs/journal-lines.ts";
import type { Config } from "../config.ts";
import { withFallback } from "../models/fallback.ts";
import type { Model } from "../models/model.ts";
import { playbookModel } from "../models/playbook/playbook.ts";
import { replayModel } from "../models/replay.ts";
import type { Environment } from "./environment.ts";

const DEFAULT_MODEL = "claude-sonnet-5-5";

/** Who plays which role in a run. */
export type Cast = {
  /** One line for reports: which model, and why that one. */
  describe: string;
  /** True when no language model writes code: the playbook's own scripts may run unsandboxed. */
  isPlaybookOnly: boolean;
  /** The run whose answers are repeated, by its id. */
  replays: { run: string; until: string | null } | null;
  playbook: Model;
  modelFor(role: string): Model;
};

/** Chooses the models: `auto` takes Anthropic when a key or an endpoint is there, else the playbook. */
export async function castModels(
  config: Config,
  environment: Environment,
  runsDir: string,
  note: (line: string) => void,
): Promise<Cast> {
  if (config.replayUntil !== null && !config.model.startsWith("replay:")) {
    throw new ConfigInvalid(
      `replayUntil "${config.replayUntil}": nothing is replayed by model "${config.model}"; add --model replay:<run>`,
    );
  }
  if (config.liveModel.startsWith("replay:")) {
    throw new ConfigInvalid(`liveModel "${config.liveModel}": expected a model that is no replay`);
  }
  const playbook = playbookModel({ seed: config.seed });
  const main = await openModel(config.model, config, environment, runsDir, playbook, note);
  const special = new Map<string, Model>();
  for (const [role, name] of Object.entries(config.roleModels)) {
    special.set(role, await openModel(name, config, environment, runsDir, playbook, note));
  }
  const all = [main, ...special.values()];
  return {
    describe: describe(main, special, config, environment),
    isPlaybookOnly: all.every((model) => model.name === "playbook"),
    replays: await replayed(config, runsDir),
    playbook,
    modelFor: (role) => special.get(role) ?? main,
  };
}

async function replayed(config: Config, runsDir: string): Promise<Cast["replays"]> {
  if (!config.model.startsWith("replay:")) return null;
  const folder = await findRun(runsDir, config.model.slice("replay:".length));
  return { run: basename(folder), until: config.replayUntil };
}

async function openModel(
  name: string,
  config: Config,
  environment: Environment,
  runsDir: string,
  playbook: Model,
  note: (line: string) => void,
): Promise<Model> {
  const wanted = name === "auto" ? automatic(environment) : name;
  const [provider = "", ...rest] = wanted.split(":");
  const detail = rest.join(":");
  if (provider === "playbook") return playbook;
  if (provider === "replay") {
    const folder = await findRun(runsDir, detail);
    const events = await readEvents(runFiles(folder).journal);
    const until = config.replayUntil;
    if (until === null) return replayModel(events);
    const live = await openModel(config.liveModel, config, environment, runsDir, playbook, note);
    return replayModel(events, { until, live });
  }
  if (provider !== "anthropic") {
    throw new ConfigInvalid(
      `model "${name}": expected auto, playbook, replay:<run>, anthropic or anthropic:<model>`,
    );
  }
  const model = await openAnthropic(detail, environment);
  return config.fallback === "playbook" ? withFallback(model, playbook, note) : model;
}

async function openAnthropic(detail: string, environment: Environment): Promise<Model> {
  const { apiKey, baseUrl } = environment;
  if (apiKey === null && baseUrl === null) {
    throw new ConfigInvalid(
      "model anthropic: set ANTHROPIC_API_KEY (or ANTHROPIC_BASE_URL for a server of your own), or use --model playbook",
    );
  }
  // The SDK is slow to load, and most runs without a key never need it.
  const { anthropicModel } = await import("../models/anthropic.ts");
  return anthropicModel({
    name: detail || environment.anthropicModel || DEFAULT_MODEL,
    apiKey: apiKey ?? "not-needed",
    baseUrl,
    prices: environment.prices,
  });
}

function automatic(environment: Environment): string {
  return environment.apiKey !== null || environment.baseUrl !== null ? "anthropic" : "playbook";
}

function describe(
  main: Model,
  special: Map<string, Model>,
  config: Config,
  environment: Environment,
): string {
  const roles = [...special].map(([role, model]) => `, ${role}: ${model.name}`).join("");
  if (config.model !== "auto") return `${main.name}${roles}`;
  const why =
    environment.apiKey !== null
      ? "ANTHROPIC_API_KEY is set"
      : environment.baseUrl !== null
        ? "ANTHROPIC_BASE_URL is set"
        : "no API key is set";
  return `${main.name} (${why})${roles}`;
}
