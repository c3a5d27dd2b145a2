import type { Tokens } from "../../runs/events/events.ts";
import { addTokens, addUsd, noTokens } from "../../runs/ledger.ts";
import type { Experience } from "../../runs/report/across/experience.ts";
import { attemptsOf, type Config } from "../config.ts";
import { allRoles } from "../roles/all.ts";
import type { RoleInputs, RoleName } from "../roles/inputs.ts";
import type { Prompt } from "../roles/role.ts";
import { expectedCalls, expectedExecutions } from "./expected-calls.ts";

/** What a role will be asked in a run without errors, and what that comes to. */
export type RoleForecast = { role: RoleName; calls: number; tokens: Tokens; usd: number | null };

export type Forecast = {
  byRole: RoleForecast[];
  calls: number;
  tokens: Tokens;
  usd: number | null;
  executions: number;
  /** Wall clock: what the slots can do, or the longest chain where that is longer. */
  seconds: number;
  /** Where each of these figures is from. */
  basis: string[];
};

export type ForecastOptions = {
  config: Config;
  briefText: string;
  inputs: RoleInputs;
  searchFolds: number;
  slots: number;
  /** Roles that no language model answers for: they use no tokens and take no time to speak of. */
  isFree: (role: RoleName) => boolean;
  /** What a call of a role costs; null where no price is known. */
  price: (role: RoleName, tokens: Tokens) => number | null;
  experience: Experience;
};

const CHARS_PER_TOKEN = 4;
/** Where no earlier run shows it: tokens of an answer that is a script, a block, data or prose; seconds of a call and of a script. */
const SCRIPT_TOKENS = 3000;
const BLOCK_TOKENS = 1000;
const DATA_TOKENS = 800;
const CALL_SECONDS = 30;
const EXECUTION_SECONDS = 60;

const answerTokens: Record<RoleName, number> = {
  retriever: 2 * BLOCK_TOKENS,
  initializer: SCRIPT_TOKENS,
  merger: SCRIPT_TOKENS,
  "data-usage": SCRIPT_TOKENS,
  ablation: 2 * BLOCK_TOKENS,
  summarizer: DATA_TOKENS,
  extractor: DATA_TOKENS,
  planner: DATA_TOKENS,
  coder: BLOCK_TOKENS,
  refiner: DATA_TOKENS + BLOCK_TOKENS,
  critic: DATA_TOKENS,
  constraints: DATA_TOKENS,
  verifier: DATA_TOKENS,
  "plan-selector": DATA_TOKENS,
  "plan-writer": DATA_TOKENS,
  "ensemble-planner": DATA_TOKENS,
  ensembler: 2 * SCRIPT_TOKENS,
  debugger: SCRIPT_TOKENS,
  "leakage-checker": DATA_TOKENS,
  "leakage-corrector": BLOCK_TOKENS,
  "subsample-finder": DATA_TOKENS,
  "subsample-remover": BLOCK_TOKENS,
  "test-writer": SCRIPT_TOKENS,
  agent: SCRIPT_TOKENS,
  reflector: 2 * DATA_TOKENS,
  consolidator: DATA_TOKENS,
};

/** What a run without errors would ask, run, cost and take. */
export function forecast(options: ForecastOptions): Forecast {
  const { config, searchFolds } = options;
  const counts = expectedCalls(config);
  const asked = (Object.keys(counts) as RoleName[]).filter((role) => counts[role] > 0);
  const byRole = asked.map((role, index) => roleForecast(options, role, counts[role], index === 0));
  const tokens = byRole.map((row) => row.tokens).reduce(addTokens, noTokens());
  return {
    byRole,
    calls: byRole.reduce((sum, { calls }) => sum + calls, 0),
    tokens,
    usd: byRole.map(({ usd }) => usd).reduce(addUsd, 0),
    executions: expectedExecutions(config, searchFolds),
    seconds: wallClock(options),
    basis: basisOf(options),
  };
}

/** A role's calls: the brief and its rules written to the cache once and read again, the rest as often as it changes. */
function roleForecast(
  { config, briefText, inputs, isFree, price, experience }: ForecastOptions,
  role: RoleName,
  calls: number,
  isFirst: boolean,
): RoleForecast {
  if (isFree(role)) return { role, calls, tokens: noTokens(), usd: 0 };
  const { rules, script, rest } = promptOf(role, inputs);
  const [brief, fixed, repeated, changing] = [briefText, rules, script, rest].map(tokensOf);
  const writes = groupsOf(config, role, calls);
  const prefix = (brief ?? 0) + (fixed ?? 0);
  const written = (fixed ?? 0) + (isFirst ? (brief ?? 0) : 0) + writes * (repeated ?? 0);
  const tokens: Tokens = {
    ...noTokens(),
    input: calls * (changing ?? 0),
    cacheWrite: written,
    cacheRead: calls * prefix + calls * (repeated ?? 0) - written,
    output: calls * outputOf(role, experience),
  };
  const one = divided(tokens, calls);
  const usd = price(role, one);
  return { role, calls, tokens, usd: usd === null ? null : usd * calls };
}

function promptOf<Name extends RoleName>(role: Name, inputs: RoleInputs): Prompt {
  return allRoles[role].prompt(inputs[role]);
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** How many different things the calls of a role are about: the block of a step, the solutions of a run. */
function groupsOf({ tracks, outerSteps }: Config, role: RoleName, calls: number): number {
  switch (role) {
    case "planner":
    case "coder":
    case "refiner":
      return Math.min(calls, tracks * outerSteps);
    case "retriever":
    case "ensemble-planner":
    case "ensembler":
      return 1;
    default:
      return calls;
  }
}

function outputOf(role: RoleName, { answers }: Experience): number {
  return Math.ceil(answers.get(role)?.output ?? answerTokens[role]);
}

function divided(tokens: Tokens, calls: number): Tokens {
  const { input, cacheRead, cacheWrite, output } = tokens;
  const each = { input, cacheRead, cacheWrite, output };
  const shares = Object.entries(each).map(([kind, count]) => [kind, count / calls]);
  return { ...noTokens(), ...Object.fromEntries(shares) };
}

/** Seconds: what the slots can do of all executions, or the longest chain of calls and scripts, up to the limit. */
function wallClock({ config, searchFolds, slots, isFree, experience }: ForecastOptions): number {
  const { tracks: L, candidates: M, outerSteps: T, timeLimit } = config;
  const K = attemptsOf(config);
  const script = scriptSeconds(config, experience);
  const call = (role: RoleName) =>
    isFree(role) ? 0 : (experience.answers.get(role)?.seconds ?? CALL_SECONDS);
  const leakage = config.leakageModel === "always" ? call("leakage-checker") : 0;
  const evaluated = script + leakage;
  const step =
    call("ablation") +
    evaluated +
    (config.refinement === "block"
      ? call("summarizer") + call("extractor") + K * (call("planner") + call("coder") + evaluated)
      : K * (call("refiner") + evaluated));
  const track = call("initializer") + evaluated + (M - 1) * (call("merger") + evaluated) + T * step;
  const ensembles =
    (L < 2 ? 0 : config.ensembleAttempts) *
    (call("ensemble-planner") + call("ensembler") + evaluated);
  const chain = L * call("retriever") + track + ensembles + 2 * script;
  const busy = (expectedExecutions(config, searchFolds) * script) / Math.max(1, slots);
  return Math.min(Math.max(chain, busy), timeLimit ?? Number.POSITIVE_INFINITY);
}

function scriptSeconds(config: Config, { executionSeconds }: Experience): number {
  return Math.min(executionSeconds ?? EXECUTION_SECONDS, config.executionSeconds);
}

function basisOf({ config, searchFolds, slots, experience, inputs }: ForecastOptions): string[] {
  const { runs, answers, executionSeconds } = experience;
  const past = `${runs} earlier run${runs === 1 ? "" : "s"}`;
  return [
    `calls and executions: the settings (M ${config.candidates}, T ${config.outerSteps}, K ${attemptsOf(config)}, L ${config.tracks}, R ${config.ensembleAttempts}, ${searchFolds} search fold(s)), no script failing, no answer asked for twice`,
    `input: this competition's brief and prompts with a script of ${inputs["leakage-checker"].code.length} characters, ${CHARS_PER_TOKEN} characters a token, the brief and rules kept in the provider's cache`,
    ...teamBasis(config),
    answers.size > 0
      ? `output and seconds of a call: ${past} by role, assumptions where a role was not asked`
      : `output: assumed, ${SCRIPT_TOKENS} tokens for a script, ${BLOCK_TOKENS} for a block, ${DATA_TOKENS} for the rest; a call assumed to take ${CALL_SECONDS} s`,
    executionSeconds === null
      ? `an execution assumed to take ${scriptSeconds(config, experience)} s, ${slots} at once`
      : `an execution: ${executionSeconds.toFixed(1)} s, as in ${past}; ${slots} at once`,
  ];
}

/** A team asks more than once for a question, how often depends on its answers. */
function teamBasis({ models }: Config): string[] {
  const teams = Object.entries(models.roles).map(([role, { policy }]) => `${role} (${policy})`);
  return teams.length === 0
    ? []
    : [
        `one call of the first member for each question of a team; it asks more: ${teams.join(", ")}`,
      ];
}
