import type { Config } from "../config.ts";
import type { RoleInputs } from "../roles/inputs.ts";
import { type Attempt, SPARE_CARDS, type Variant } from "../solution.ts";

/** Blocks of a typical script. */
const BLOCKS = 6;
const PLAN =
  "Replace the constant by a value that is fitted on the training rows, smooth it by the size of the group, and keep the other settings as they are; then check that nothing of the validation rows is used.";

const SCORE = 0.81234;
const ATTEMPT: Attempt = { plan: PLAN, status: "scored", score: SCORE, seconds: 60 };
const VARIANT: Variant = {
  block: "block-1",
  what: "the plainest form of the features",
  status: "scored",
  score: 0.80123,
  importance: 0.0111,
  standardError: 0.0042,
  seconds: 60,
};

/** What roles are asked in the middle of a run, with filler of the usual size for code and plans. */
export function typicalInputs(
  config: Config,
  hits: RoleInputs["retriever"]["hits"],
  scriptChars: number,
): RoleInputs {
  const code = filler(scriptChars);
  const text = filler(scriptChars / BLOCKS);
  const blocks = Array.from({ length: BLOCKS }, (_, index) => ({
    id: `block-${index + 1}`,
    title: "features of a row",
    text,
    isProtected: false,
  }));
  const [block = { id: "block-1", title: "model", text, isProtected: false }] = blocks;
  const variants = Array.from({ length: config.ablationVariants }, () => VARIANT);
  const history = (count: number): Attempt[] =>
    Array.from({ length: Math.max(0, count) }, () => ATTEMPT);
  const view = { code, score: SCORE };
  const solutions = Array.from({ length: config.tracks }, () => view);
  const card = cardOf(hits);
  const mode = "referee" as const;
  const timed = { ...view, seconds: 60 };
  return {
    retriever: {
      count: config.candidates,
      spare: SPARE_CARDS,
      hits,
      exclude: [],
      tracks: Array.from({ length: config.tracks }, (_, index) => index + 1),
    },
    initializer: { card, mode, others: [card.modelName] },
    merger: { base: timed, reference: timed, printed: LINE, mode },
    "data-usage": { code, unopened: [], mode },
    ablation: { blocks, printed: LINE, covered: [], count: config.ablationVariants },
    summarizer: { baseline: SCORE, variants },
    extractor: { blocks, variants, summary: PLAN, earlier: [] },
    // Half of the attempts are behind an average one.
    planner: { block, history: history(config.attempts / 2), baseline: SCORE, ...NOTHING_SHOWN },
    coder: { block: text, plan: PLAN },
    refiner: refinerInput(config, blocks, variants, history),
    critic: { best: view, worst: view, facts: [PLAN] },
    "ensemble-planner": { solutions, history: history(config.ensembleAttempts / 2), refused: [] },
    ...vettingInputs(block),
    ensembler: { plan: PLAN, solutions, mode },
    debugger: {
      code,
      plan: PLAN,
      worked: code,
      status: "failed",
      error: text,
      round: 1,
      mode,
      references: [],
      repairs: [],
      isFresh: false,
    },
    "leakage-checker": { code, findings: [] },
    "leakage-corrector": { code, block: text, why: PLAN },
    "subsample-finder": { code },
    "subsample-remover": { block: text },
    "test-writer": { code },
    agent: {
      mode,
      handOver: null,
      attempts: null,
      limits: { seconds: 600, executions: null, usd: null },
    },
    reflector: { facts: [] },
    consolidator: { item: LEARNED, neighbors: [LEARNED] },
  };
}

/** The first card that a search found. */
function cardOf([hit]: RoleInputs["retriever"]["hits"]): RoleInputs["initializer"]["card"] {
  return {
    modelName: hit?.title ?? "a model",
    exampleCode: hit?.code ?? "",
    family: hit?.family ?? "",
    why: hit?.text ?? "",
    sources: [],
  };
}

function vettingInputs(block: RoleInputs["constraints"]["block"]) {
  const known = { constraints: [LINE], measured: [LINE] };
  const writing = { titles: [], before: [], what: "plan" as const, words: PLAN, number: 1 };
  return {
    constraints: { block, titles: [], facts: [LINE] },
    verifier: { plan: PLAN, block, ...known },
    "plan-selector": { facts: [LINE], constraints: [LINE] },
    "plan-writer": { block, ...known, ...writing },
  };
}

/** Half of the attempts are behind an average one, and half of the steps. */
function refinerInput(
  { candidates, attempts, outerSteps, timeLimit }: Config,
  blocks: RoleInputs["refiner"]["blocks"],
  variants: readonly Variant[],
  history: (count: number) => Attempt[],
): RoleInputs["refiner"] {
  const known = { gain: null, standardError: null, error: null, isKept: false };
  return {
    blocks,
    score: SCORE,
    variants,
    printed: LINE,
    spent: blocks.map(({ id }) => ({ block: id, seconds: 10 })),
    earlier: [],
    history: history(attempts / 2).map((attempt) => ({ ...attempt, block: "features of a row" })),
    ...NOTHING_SHOWN,
    carryOut: null,
    tried: history(candidates + (attempts * outerSteps) / 2).map((each) => ({ ...each, ...known })),
    others: ["a model"],
    weak: null,
    surrogateImportance: null,
    tracks: [],
    idle: 0,
    left: { attempts, seconds: timeLimit },
  };
}

/** As in the paper's loop, where an attempt is shown a history and no pair. */
const NOTHING_SHOWN = { feedback: null, drawn: null, refused: [] };

const LINE = 'table["ratio"] = table["first"] / table["second"].clip(lower=1)\n';

function filler(chars: number): string {
  return LINE.repeat(Math.max(1, Math.round(chars / LINE.length)));
}

/** An item of the memory. */
const LEARNED: RoleInputs["consolidator"]["item"] = {
  kind: "lesson",
  title: LINE,
  text: PLAN,
  where: null,
  subject: null,
};
