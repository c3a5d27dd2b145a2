import { ConfigInvalid } from "../../../runs/errors.ts";
import type { Config } from "../../config.ts";
import type { Environment } from "../environment.ts";

/** Providers whose models answer at an address. */
const ADDRESSED = ["anthropic", "openai"];

/**
 * The setting `baseUrl` is the address of one provider: of the first that is named, by `model`, by a role, in turn or
 * in the pool. All its models that name no address of their own are asked there; no other provider's key goes there.
 */
export type RunAddress = { provider: string; url: string };

/** Null where no address is set, or nobody has one. Throws `ConfigInvalid` where it is not said whose it is. */
export function runAddress(config: Config, environment: Environment): RunAddress | null {
  const { baseUrl: url } = config;
  if (url === null) return null;
  const named = namesIn(config).map((name) =>
    providerOf(name === "auto" ? automatic(environment) : name),
  );
  const provider = named.find((each) => ADDRESSED.includes(each));
  if (provider !== undefined) return { provider, url };
  if (config.model !== "auto") return null;
  throw new ConfigInvalid(
    `baseUrl "${url}": no model is named that answers there; add --model anthropic:<model> or --model openai:<model>`,
  );
}

const PROVIDERS = ["playbook", "replay", "anthropic", "openai", "local"] as const;

/** Throws `ConfigInvalid` where a model is named that nobody serves. */
export function refuseUnknownModels(config: Config): void {
  for (const name of namesIn(config)) if (name !== "auto") knownProviderOf(name);
}

/** Who serves a model. Throws `ConfigInvalid` where nobody does. */
export function knownProviderOf(name: string): (typeof PROVIDERS)[number] {
  const named = providerOf(name);
  const provider = PROVIDERS.find((each) => each === named);
  if (provider !== undefined) return provider;
  throw new ConfigInvalid(
    `model "${name}": expected auto, playbook, replay:<run>, anthropic, anthropic:<model>, openai:<model> or local:<folder>`,
  );
}

function namesIn({ model, liveModel, turnModels, roleModels, models }: Config): string[] {
  const general = models.of.default?.model ?? null;
  const entries = [...Object.values(models.of), ...Object.values(models.pool)];
  return [
    model === "auto" ? (general ?? model) : model,
    ...turnModels,
    ...Object.values(roleModels),
    ...entries.flatMap((entry) => (entry.model === null ? [] : [entry.model])),
    ...(model.startsWith("replay:") ? [liveModel] : []),
  ];
}

/** What `auto` stands for. */
export function automatic({ apiKey, baseUrl }: Environment): string {
  return apiKey !== null || baseUrl !== null ? "anthropic" : "playbook";
}

/** The part of a model's name before the colon. */
export function providerOf(name: string): string {
  return name.split(":")[0] ?? name;
}
