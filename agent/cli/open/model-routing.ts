import { basename } from "node:path";
import { ConfigInvalid } from "../../../runs/errors.ts";
import type { EventValue } from "../../../runs/events/events.ts";
import { phaseOf, phases } from "../../../runs/phases.ts";
import { findRun } from "../../../runs/record/folder.ts";
import type { Config } from "../../config.ts";
import { cutToFit } from "../../models/cut-to-fit.ts";
import { withFallback, withSettings } from "../../models/fallback.ts";
import type { Model } from "../../models/model.ts";
import { type RoleSettings, settingsFor } from "../../models/model-settings.ts";
import { playbookModel } from "../../models/playbook/playbook.ts";
import type { Team } from "../../models/teams/team.ts";
import { allRoles } from "../../roles/all.ts";
import type { Environment } from "../environment.ts";
import { providerOf } from "./base-url.ts";
import { createOpener, type Opener } from "./model.ts";
import { openTeams, readKnown, teamWords } from "./teams.ts";

/** Which model answers for each role of a run. */
export type ModelRouting = {
  /** One line for reports: which model, and why that one. */
  describe: string;
  /** True when no language model writes code: the scripts of the playbook are trusted. */
  isPlaybookOnly: boolean;
  /** The recorded run that is replayed, by its id; null: none. */
  replays: { run: string; until: string | null } | null;
  playbook: Model;
  /** Every model that may be asked, each once; `isFallback`: only after another one failed. */
  all: readonly { model: Model; isFallback: boolean }[];
  /** The model of a role at a place of the algorithm. */
  modelFor(role: string, at: string): Model;
  /** The several models of a role; null: it has one. */
  teamFor(role: string): Team | null;
  /** What earlier runs say of the members of teams. */
  known(): Promise<EventValue<"teams-known">>;
};

/**
 * Chooses the model of each role and phase: `auto` is Anthropic where a key or base URL is set, else the playbook.
 * Throws `ConfigInvalid` for settings that exclude each other.
 */
export async function routeModels(
  config: Config,
  environment: Environment,
  runsDir: string,
  note: (line: string) => void,
): Promise<ModelRouting> {
  checkChoices(config);
  const playbook = playbookModel({ seed: config.seed });
  const opener = createOpener({ config, environment, runsDir, playbook });
  const fallbackOnly = new Map<Model, boolean>();
  const opened = new Map<string, Routed>();
  const routes = new Map<string, Routed>();
  for (const role of Object.keys(allRoles)) {
    for (const phase of phases) {
      const settings = settingsFor(config, role, phase);
      const key = JSON.stringify(settings);
      const routed =
        opened.get(key) ??
        (await openModel(settings, config, opener, { fallbackOnly, playbook, note }));
      opened.set(key, routed);
      routes.set(`${role} ${phase}`, routed);
    }
  }
  const teams = await openTeams(config.models, opener, (member) => fallbackOnly.set(member, false));
  const turns: Routed[] = [];
  for (const name of config.policy === "alternate" ? config.turnModels : []) {
    const settings = { ...settingsFor(config, "agent", "refine"), model: name, baseUrl: null };
    turns.push(await openModel(settings, config, opener, { fallbackOnly, playbook, note }));
  }
  const inTurn = turns.length === 0 ? [] : [`in turn: ${turns.map(({ name }) => name).join(", ")}`];
  return {
    describe: [describe(routes, config, environment), ...teamWords(config.models), ...inTurn].join(
      "; ",
    ),
    isPlaybookOnly: [...fallbackOnly.keys()].every((model) => model === playbook),
    replays: await replayedRun(config, runsDir),
    playbook,
    all: [...fallbackOnly].map(([model, isFallback]) => ({ model, isFallback })),
    teamFor: (role) => teams.get(role) ?? null,
    known: () => readKnown(runsDir, config),
    modelFor(role, at) {
      const turn = Number(/^alternate\/turn-(\d+)\//u.exec(at)?.[1] ?? 0);
      if (turn > 0) return turns[(turn - 1) % turns.length]?.model ?? playbook;
      const routed = routes.get(`${role} ${phaseOf(at)}`);
      if (routed === undefined) throw new Error(`no model for role ${role}`);
      return routed.model;
    },
  };
}

type Routed = { name: string; model: Model };

type Shared = {
  /** Every model opened so far, and whether it is only a fallback. */
  fallbackOnly: Map<Model, boolean>;
  playbook: Model;
  note: (line: string) => void;
};

/** The model of the settings, followed by its fallbacks: those named, then the playbook. */
async function openModel(
  settings: RoleSettings,
  config: Config,
  opener: Opener,
  { fallbackOnly, playbook, note }: Shared,
): Promise<Routed> {
  const opened = await opener.open(settings.model, settings.baseUrl);
  const isScripted = opened === playbook || settings.model.startsWith("replay:");
  const fallbacks: Model[] = [];
  for (const name of settings.fallbacks) {
    const isSameProvider = providerOf(name) === providerOf(settings.model);
    fallbacks.push(await opener.open(name, isSameProvider ? settings.baseUrl : null));
  }
  if (config.fallback === "playbook" && !isScripted) fallbacks.push(playbook);
  // A question that is too long for it is asked in short, unless another model was named that may have room for it.
  const isCut = !isScripted && settings.fallbacks.length === 0;
  const first = isCut ? cutToFit(opened, null) : opened;
  fallbackOnly.set(opened, false);
  for (const each of fallbacks)
    if (each !== playbook && !fallbackOnly.has(each)) fallbackOnly.set(each, true);
  const model = [first, ...fallbacks].reduceRight((second, each, index) =>
    withFallback(each, second, note, { isFallback: index > 0 }),
  );
  return { name: first.name, model: withSettings(model, settings) };
}

function checkChoices(config: Config): void {
  const { model, replayUntil, liveModel, models, roleModels } = config;
  checkTools(config);
  if (replayUntil !== null && !model.startsWith("replay:")) {
    throw new ConfigInvalid(
      `replayUntil "${replayUntil}": model "${model}" replays no run; add --model replay:<run>`,
    );
  }
  if (liveModel.startsWith("replay:"))
    throw new ConfigInvalid(`liveModel "${liveModel}": must not be a replay itself`);
  for (const role of Object.keys(roleModels)) {
    if (!Object.hasOwn(allRoles, role))
      throw new ConfigInvalid(
        `roleModels: unknown role "${role}"; known: ${Object.keys(allRoles).join(", ")}`,
      );
    if (models.of[role] !== undefined || models.roles[role] !== undefined)
      throw new ConfigInvalid(`role "${role}" is set in both roleModels and models: remove one`);
  }
}

/** Who takes turns, and that nobody with tools is a team. */
function checkTools({ policy, turnModels, roleTools, models }: Config): void {
  if (policy === "alternate" && turnModels.length < 2)
    throw new ConfigInvalid(
      "--policy alternate needs two models or more that take turns: add --models <a>,<b>",
    );
  if (policy !== "alternate" && turnModels.length > 0)
    throw new ConfigInvalid("--models names models that take turns: add --policy alternate");
  for (const role of ["agent", ...roleTools])
    if (models.roles[role] !== undefined)
      throw new ConfigInvalid(
        `role "${role}" works with tools, which a team cannot: remove its team, or its tools`,
      );
}

async function replayedRun(config: Config, runsDir: string): Promise<ModelRouting["replays"]> {
  if (!config.model.startsWith("replay:")) return null;
  const folder = await findRun(runsDir, config.model.slice("replay:".length));
  return { run: basename(folder), until: config.replayUntil };
}

/** The model of most roles, why it was chosen, and the models of the others. */
function describe(
  routes: ReadonlyMap<string, { name: string }>,
  config: Config,
  environment: Environment,
): string {
  const general = mostNamed([...routes.values()].map(({ name }) => name));
  const isSet = config.model !== "auto" || config.models.of.default?.model != null;
  const why = isSet ? general : `${general} (${reason(environment)})`;
  const exceptions = new Map<string, Set<string>>();
  for (const [route, { name }] of routes) {
    if (name === general) continue;
    const [role = "", phase = ""] = route.split(" ");
    const isWhole = phases.every((each) => routes.get(`${role} ${each}`)?.name === name);
    const roleOrPhase = isWhole ? role : phase;
    exceptions.set(roleOrPhase, (exceptions.get(roleOrPhase) ?? new Set()).add(name));
  }
  const lines = [...exceptions].map(
    ([roleOrPhase, models]) => `${roleOrPhase}: ${[...models].join(", ")}`,
  );
  return [why, ...lines].join("; ");
}

function mostNamed(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? "none";
}

function reason({ apiKey, baseUrl }: Environment): string {
  if (apiKey !== null) return "ANTHROPIC_API_KEY is set";
  return baseUrl !== null ? "ANTHROPIC_BASE_URL is set" : "no API key is set";
}
