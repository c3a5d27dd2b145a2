import { join } from "node:path";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { findRun, runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { trainerPython } from "../../../sandbox/environment/trainer-environment.ts";
import type { Config } from "../../config.ts";
import { createLimiter, type Limiter } from "../../models/limiter.ts";
import type { Model } from "../../models/model.ts";
import type { PriceTable } from "../../models/pricing.ts";
import { replayModel } from "../../models/replay.ts";
import { sharedLimiter } from "../../models/shared-limiter.ts";
import type { PoolEntry } from "../../models/teams/team-settings.ts";
import { createWarmPrefixes } from "../../models/warm-prefixes.ts";
import { readLocalModel } from "../distill/serve/mixture.ts";
import { serveModel } from "../distill/serve/served-model.ts";
import type { Environment } from "../environment.ts";
import { automatic, knownProviderOf, providerOf, runAddress } from "./base-url.ts";

const DEFAULT_MODEL = "claude-sonnet-5-5";
/** Executions longer than this may outlast the provider's five-minute cache before the brief is read again. */
const LONG_EXECUTION_SECONDS = 240;

/** Opens models by name, each once; models of one endpoint share its rate limits and cache. */
export type Opener = {
  /** `ownUrl`: the address that is set beside its name; null: the run's, where it is that of its provider. */
  open(name: string, ownUrl: string | null): Promise<Model>;
  /** A member of a team, at its own price: a run that is replayed answers for it as far as it goes. */
  openMember(entry: PoolEntry): Promise<Model>;
};

export type Openable = {
  config: Config;
  environment: Environment;
  runsDir: string;
  playbook: Model;
};

/** Throws `ConfigInvalid` where the base URL is nobody's. */
export function createOpener(openable: Openable): Opener {
  const address = runAddress(openable.config, openable.environment);
  const opened = new Map<string, Promise<Model>>();
  const limiters = new Map<string, Limiter>();
  const warm = createWarmPrefixes();
  const shared = (key: string, secret: string): Limiter => {
    const limiter = limiters.get(key) ?? limiterFor(openable, secret);
    limiters.set(key, limiter);
    return limiter;
  };
  const open = (name: string, ownUrl: string | null, price: PoolEntry["price"] = null) => {
    const wanted = name === "auto" ? automatic(openable.environment) : name;
    const baseUrl = ownUrl ?? (providerOf(wanted) === address?.provider ? address.url : null);
    const key = `${wanted} ${baseUrl ?? ""} ${JSON.stringify(price)}`;
    const found = opened.get(key) ?? make(wanted, baseUrl, price);
    opened.set(key, found);
    return found;
  };
  const make = async (
    name: string,
    baseUrl: string | null,
    price: PoolEntry["price"],
  ): Promise<Model> => {
    const prices = pricesOf(price, openable);
    const detail = name.split(":").slice(1).join(":");
    switch (knownProviderOf(name)) {
      case "playbook":
        return openable.playbook;
      case "replay":
        return await openReplay(detail, openable, () => open(openable.config.liveModel, null));
      case "anthropic":
        return await openAnthropic(detail, baseUrl, openable, { limiter: shared, warm, prices });
      case "openai":
        return await openOpenAi(detail, baseUrl, openable, { limiter: shared, prices });
      case "local":
        return await openLocal(detail, openable);
    }
  };
  const openMember = ({ model, baseUrl, price }: PoolEntry): Promise<Model> => {
    const replayed = openable.config.model.match(/^replay:(.*)$/u)?.[1] ?? null;
    const live = () => open(model, baseUrl, price);
    return replayed === null ? live() : openReplay(replayed, openable, live);
  };
  return { open, openMember };
}

/** One price for whatever a server calls its model, in dollars per million tokens; null: the user's own table. */
function pricesOf(
  price: PoolEntry["price"],
  { environment }: Openable,
): string | PriceTable | null {
  if (price === null) return environment.prices;
  const { input, output } = price;
  const band = {
    upTo: null,
    input,
    output,
    cacheWrite: input,
    cacheWriteHour: input,
    cacheRead: input,
  };
  const date = new Date(0).toISOString().slice(0, 10);
  return { date, perWebSearch: 0, models: { "*": [band] } };
}

/** Where a budget for a minute is set, it is one for all processes that use this key. */
function limiterFor({ config, environment }: Openable, secret: string): Limiter {
  const { requestsPerMinute: requests, tokensPerMinute: tokens } = config;
  const own = createLimiter();
  if (requests === null && tokens === null) return own;
  const file = join(environment.cacheDir, "limits", `${sha256(secret).slice(0, 24)}.json`);
  return sharedLimiter(own, { file, requests, tokens });
}

async function openReplay(
  reference: string,
  { config, runsDir }: Openable,
  live: () => Promise<Model>,
): Promise<Model> {
  const folder = await findRun(runsDir, reference);
  const events = await readEvents(runFiles(folder).journal);
  const until = config.replayUntil;
  if (until === null) return replayModel(events);
  return replayModel(events, { until, live: await live() });
}

/** `secret`: what the server counts calls by. */
type Shared = {
  limiter: (key: string, secret: string) => Limiter;
  prices: string | PriceTable | null;
};

async function openAnthropic(
  name: string,
  wantedUrl: string | null,
  { config, environment }: Openable,
  { limiter, warm, prices }: Shared & { warm: ReturnType<typeof createWarmPrefixes> },
): Promise<Model> {
  const { apiKey } = environment;
  const baseUrl = wantedUrl ?? environment.baseUrl;
  if (apiKey === null && baseUrl === null) {
    throw new ConfigInvalid(
      "model anthropic: set ANTHROPIC_API_KEY (or ANTHROPIC_BASE_URL for your own server), or use --model playbook",
    );
  }
  // The SDK is slow to load, and most runs without a key never need it.
  const { anthropicModel } = await import("../../models/anthropic/anthropic.ts");
  const model = name || environment.anthropicModel || DEFAULT_MODEL;
  return anthropicModel({
    name: model,
    apiKey: apiKey ?? "not-needed",
    baseUrl,
    prices,
    warm,
    // Providers limit each model on its own.
    limiter: limiter(`anthropic ${baseUrl} ${model}`, `anthropic ${baseUrl} ${apiKey}`),
    cache: config.executionSeconds > LONG_EXECUTION_SECONDS ? "1h" : "5m",
  });
}

async function openOpenAi(
  name: string,
  wantedUrl: string | null,
  { environment }: Openable,
  { limiter, prices }: Shared,
): Promise<Model> {
  const { apiKey } = environment.openai;
  const baseUrl = wantedUrl ?? environment.openai.baseUrl;
  if (apiKey === null && baseUrl === null) {
    throw new ConfigInvalid(
      `model openai:${name}: set OPENAI_API_KEY, or --base-url (or OPENAI_BASE_URL) for your own server`,
    );
  }
  const { openAiModel } = await import("../../models/openai/openai.ts");
  return openAiModel({
    name,
    apiKey,
    baseUrl,
    prices,
    limiter: limiter(`openai ${baseUrl} ${name}`, `openai ${baseUrl} ${apiKey}`),
  });
}

/** A model that was trained here, any other in a folder, or several as one: it answers in a process of its own, which costs nothing. */
async function openLocal(folder: string, openable: Openable): Promise<Model> {
  if (folder === "")
    throw new ConfigInvalid("model local: name the folder, as in local:adapters/planner");
  const model = readLocalModel(folder);
  const { cacheDir, trainerPython: override } = openable.environment;
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const python = await trainerPython(override, { cacheDir, report });
  const where = {
    cwd: process.cwd(),
    cacheDir,
    device: "auto" as const,
    host: "127.0.0.1",
    port: 0,
  };
  const { url } = await serveModel({ python, model, name: `local:${folder}`, ...where });
  const { openAiModel } = await import("../../models/openai/openai.ts");
  return openAiModel({
    name: `local:${folder}`,
    apiKey: null,
    baseUrl: url,
    prices: pricesOf({ input: 0, output: 0 }, openable),
    limiter: createLimiter(),
    // As the rows were made that it was trained on.
    rulesWithBrief: false,
  });
}
