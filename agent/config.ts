import * as z from "zod";
import { ConfigInvalid } from "../runs/errors.ts";
import { parseNetwork } from "../sandbox/network/policy.ts";
import { ModelSettings } from "./models/model-settings.ts";
import { policySettings } from "./policies/settings.ts";
import { count, numeric } from "./setting.ts";
import { toolSettings } from "./tools/settings.ts";

const optionalLimit = numeric(z.number().positive().nullable());

/**
 * Every setting of a run, with its default (the preset `default`). `--help`, `--set` and the config file
 * are read through this one object; the descriptions give the paper's letters.
 */
export const Config = z.strictObject({
  effort: z
    .enum(["quick", "default", "paper", "max"])
    .default("default")
    .describe("preset that sets the counts below"),
  ...toolSettings,
  candidates: count(1).default(3).describe("M: model cards per track"),
  outerSteps: count(0).default(2).describe("T: ablation-and-refine steps per track"),
  attempts: count(1).default(3).describe("K: plans tried per step, the first plan included"),
  tracks: count(1).default(2).describe("L: independent tracks"),
  ensembleAttempts: count(0).default(1).describe("R: planned ensembles"),
  ablationVariants: count(1).default(3).describe("variants of a script per ablation"),
  refinement: z
    .enum(["script", "block"])
    .default("script")
    .describe(
      "what a refinement sees and changes: the whole script, by plan and edits in one reply, or one block, with a reply each for choice, plan and code (paper)",
    ),
  ...policySettings,
  acceptance: z
    .enum(["expected", "noise", "strict"])
    .default("expected")
    .describe(
      "what replaces the best so far: the largest expected gain, a gain that beats the noise, or any better score (paper)",
    ),
  acceptProbability: numeric(z.number().min(0.5).max(1))
    .default(0.85)
    .describe(
      "how sure `noise`, and the word proved in reports, is that none of all K x T tries of a track passes for a gain by chance",
    ),
  mergeOnFailure: z
    .enum(["stop", "continue"])
    .default("stop")
    .describe("what a merge that does not run does to the merge loop"),
  blends: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("numeric ensembles from the prediction bank"),
  leakageModel: z
    .enum(["auto", "always", "off"])
    .or(
      z
        .stringbool()
        .or(z.boolean())
        .transform((on) => (on ? ("always" as const) : "off")),
    )
    .default("auto")
    .describe(
      "ask a model about leaks: of a script that a static rule hints at or that scores itself, of every one (paper), or of none",
    ),
  canary: z
    .enum(["auto", "finalists", "off"])
    .default("auto")
    .describe(
      "run scripts again on shuffled answers, where they must fall to chance: suspicious ones and finalists, finalists only, or none",
    ),
  dataUsage: z
    .enum(["auto", "always", "off"])
    .or(
      z
        .stringbool()
        .or(z.boolean())
        .transform((on) => (on ? ("auto" as const) : "off")),
    )
    .default("auto")
    .describe("ask to use what was given: when a file was never opened, always (paper), or never"),
  debugRounds: count(0).default(3).describe("rewrites of a script that fails"),
  replyTries: count(1).default(4).describe("times a reply may be asked for before the step fails"),
  subsample: count(100)
    .nullable()
    .default(30_000)
    .describe("training rows during search; the final run has all"),
  liftSubsample: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe(
      "let the search train on all rows where a first script shows that they take little time",
    ),
  executionSeconds: count(5).default(600).describe("wall clock of one execution"),
  memoryMb: count(256)
    .nullable()
    .default(null)
    .describe("memory of one execution; null: from the machine"),
  slots: count(1)
    .nullable()
    .default(null)
    .describe("executions side by side; null: from the machine"),
  gpusPerExecution: count(0)
    .nullable()
    .default(null)
    .describe("GPUs leased to each execution; null: one where there are any, 0: none"),
  gpuMemoryMb: count(100)
    .nullable()
    .default(null)
    .describe("megabytes of a GPU for each execution, which then share it; null: a whole one"),
  maxOutputTokens: count(1000).default(32_000).describe("longest reply asked of a model"),
  model: z
    .string()
    .default("auto")
    .describe(
      "auto, playbook, replay:<run>, anthropic, anthropic:<model>, openai:<model> (any server of the Chat Completions API) or local:<folder> (a model that distill train made, or any other in a folder)",
    ),
  baseUrl: z
    .url()
    .nullable()
    .default(null)
    .describe("address of the provider of `model`, for all its models that name no other one"),
  replayUntil: z
    .string()
    .nullable()
    .default(null)
    .describe("place of the replayed run's journal from which on `liveModel` answers"),
  liveModel: z
    .string()
    .default("auto")
    .describe("who goes on after `replayUntil`: auto, playbook, anthropic or anthropic:<model>"),
  roleModels: z
    .record(z.string(), z.string())
    .default({})
    .describe("model by role name, over `model`; `models` can say more"),
  models: ModelSettings.prefault({}).describe(
    "default, role or phase: a model, or { model, baseUrl, fallbacks, effort, maxOutputTokens }; pool and roles: several models for one role",
  ),
  fallback: z
    .enum(["playbook", "none"])
    .default("playbook")
    .describe("who answers when the model refuses or dies"),
  modelSearch: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("let the model use its provider's web search for cards"),
  search: z
    .string()
    .default("auto")
    .describe(
      "where models are searched besides the shipped catalogue: none, auto (the providers whose key is there), or a list such as tavily,arxiv",
    ),
  searchPages: count(0).default(6).describe("pages read for the retriever"),
  errorSearch: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("let the debugger search the web for an error inside of a library"),
  benchmark: z
    .stringbool()
    .or(z.boolean())
    .default(false)
    .describe("keep every page and query about the very competition out"),
  memory: z
    .string()
    .nullable()
    .default(null)
    .describe("folder of what earlier runs learned: read during the run, added to at its end"),
  memoryTopk: count(1).default(20).describe("K: nearest items of the memory that are reranked"),
  memoryTopm: count(1).default(5).describe("M: items of the memory that a role is shown"),
  memoryReward: z
    .enum(["citation", "gain", "both"])
    .default("both")
    .describe(
      "what the ranking of the memory learns from: that an item was cited, what the change that cited it gained, or both",
    ),
  memoryLearn: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("let the ranking of the memory explore and learn"),
  memoryEmbedding: z
    .string()
    .default("hashed")
    .describe(
      "what makes the vectors of the memory: hashed (embedded), or openai:<model> (any server of the embeddings API)",
    ),
  memoryUrl: z
    .url()
    .nullable()
    .default(null)
    .describe("address of the server behind `memoryEmbedding`; null: OPENAI_BASE_URL, or OpenAI"),
  memorySplits: z
    .string()
    .nullable()
    .default(null)
    .describe(
      "YAML lists of competitions, train, dev and test: nothing is learned from those of test",
    ),
  card: z
    .string()
    .nullable()
    .default(null)
    .describe("YAML file of model cards of your own, which join the pool"),
  probeCards: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe("try the examples of model cards on a few rows before they are chosen"),
  sandbox: z
    .enum(["auto", "docker", "podman", "bwrap", "process"])
    .default("auto")
    .describe(
      "engine that runs the scripts; auto takes the first of docker, podman and bwrap that passes its probe",
    ),
  network: z
    .string()
    // `--set network=none` arrives as null, as it does for limits.
    .nullable()
    .default("none")
    .transform((text, context) => {
      try {
        return parseNetwork(text ?? "none").text;
      } catch (error) {
        if (!(error instanceof ConfigInvalid)) throw error;
        context.addIssue({ code: "custom", message: error.message });
        return z.NEVER;
      }
    })
    .describe(
      "what scripts may reach: none, or allow=<host,*.suffix,host:port> by a proxy that notes every connection",
    ),
  seed: count(0).default(0).describe("seed of split, playbook and scripts"),
  timeLimit: optionalLimit
    .default(6 * 3600)
    .describe("seconds of wall clock over all sessions of the run"),
  maxUsd: optionalLimit.default(null).describe("dollars"),
  maxTokens: optionalLimit.default(null).describe("tokens, all kinds together"),
  maxExecutions: optionalLimit.default(null).describe("executions of scripts"),
  requestsPerMinute: optionalLimit
    .default(null)
    .describe("calls in a minute that all runs of this machine with the same key may send"),
  tokensPerMinute: optionalLimit
    .default(null)
    .describe("tokens in a minute that all runs of this machine with the same key may ask for"),
  traceEndpoint: z
    .url({ protocol: /^https?$/u })
    .nullable()
    .default(null)
    .describe(
      "address that spans are sent to (OTLP over HTTP, such as http://localhost:4318/v1/traces); null: what OTEL_EXPORTER_OTLP_ENDPOINT says, if anything",
    ),
});
export type Config = z.infer<typeof Config>;

/** K: attempts that a step asks for. */
export function attemptsOf({
  refinePolicy,
  attempts,
  refineK,
  refineRounds,
}: Pick<Config, "refinePolicy" | "attempts" | "refineK" | "refineRounds">): number {
  return refinePolicy === "mle-star" ? attempts : refineK * refineRounds;
}

type Preset = Partial<Config>;

/** `paper` is the paper's own: M4 T4 K4 L2 R5, the paper's tie rules, its 24 hours. `quick` is minutes on two cores, `max` goes on until its time is used. */
export const presets: Record<Config["effort"], Preset> = {
  quick: {
    candidates: 2,
    outerSteps: 1,
    attempts: 2,
    tracks: 2,
    ensembleAttempts: 0,
    ablationVariants: 2,
    leakageModel: "off",
    debugRounds: 2,
    subsample: 10_000,
    executionSeconds: 120,
    timeLimit: 570,
  },
  default: {},
  max: {
    candidates: 4,
    tracks: 3,
    refinePolicy: "auto",
    untilBudget: true,
    patience: 12,
    executionSeconds: 3600,
    timeLimit: 24 * 3600,
  },
  paper: {
    candidates: 4,
    outerSteps: 4,
    attempts: 4,
    tracks: 2,
    ensembleAttempts: 5,
    refinement: "block",
    acceptance: "strict",
    planVerify: "off",
    dataUsage: "always",
    leakageModel: "always",
    executionSeconds: 3600,
    timeLimit: 24 * 3600,
  },
};

/** Limits may be raised when a run goes on, and it may be watched from elsewhere; everything else is part of its identity. */
export const LIMIT_KEYS = [
  "timeLimit",
  "maxUsd",
  "maxTokens",
  "maxExecutions",
  "requestsPerMinute",
  "tokensPerMinute",
  "traceEndpoint",
] as const;

/** Settings of the same names in rising order of precedence; undefined values do not count. */
export function resolveConfig(
  layers: readonly Record<string, unknown>[],
): z.ZodSafeParseResult<Config> {
  const merged: { effort?: unknown; [key: string]: unknown } = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) if (value !== undefined) merged[key] = value;
  }
  const effort = Config.shape.effort.safeParse(merged.effort);
  const preset = effort.success ? presets[effort.data] : {};
  return Config.safeParse({ ...preset, ...merged });
}

/** Whether a model is shown rows with their answers: the training rows of the first search fold. */
export function showsRows({
  policy,
  roleTools,
}: {
  policy: string;
  roleTools: readonly string[];
}): boolean {
  return policy !== "mle-star" || roleTools.length > 0;
}
