import { distributionOf, modulesOf, pinOf } from "../../installed.ts";
import { escapeRegExp } from "../../regexp.ts";
import { isSameIdea } from "./same-idea.ts";

/** What a plan is checked against before anything runs: all of it is known without a model. */
export type PlanFacts = {
  /** The block that is to change, by its title; null: any that is not fixed. */
  block: string | null;
  /** Blocks that stay, by id and title. */
  fixed: readonly { id: string; title: string }[];
  /** Installed packages, `name==version`. */
  packages: readonly string[];
  limits: { seconds: number; memoryMb: number };
  /** Seconds of one execution of the script as it is. */
  scriptSeconds: number;
  /** Whether the run has the time for what the plan says. */
  fitsRun: boolean;
  /** Plans that were tried on the same. */
  tried: readonly string[];
  /** The script that the plan led to, where it came with one, and those that were run; without what only people read. */
  code: { made: string; ran: readonly string[] } | null;
};

/** A check that a plan fails, and why. */
export type Violation = { check: string; why: string };

type Check = { name: string; fails(plan: string, facts: PlanFacts): string | null };

/** Packages that plans and scripts name, by the name that they are imported under. */
const PACKAGES: readonly [imported: string, named: RegExp][] = [
  ["lightgbm", /\blightgbm\b/iu],
  ["xgboost", /\bxgboost\b/iu],
  ["catboost", /\bcatboost\b/iu],
  ["torch", /\b(?:pytorch|torch)\b/iu],
  ["tensorflow", /\b(?:tensorflow|keras)\b/iu],
  ["transformers", /\b(?:transformers library|hugging ?face|distilbert|roberta|deberta)\b/iu],
  ["sentence_transformers", /\bsentence[- ]transformers?\b/iu],
  ["timm", /\btimm\b/u],
  ["torchvision", /\btorchvision\b/iu],
  ["torchaudio", /\btorchaudio\b/iu],
  ["tabpfn", /\btabpfn\b/iu],
  ["pytorch_tabnet", /\btabnet\b/iu],
  ["autogluon", /\bautogluon\b/iu],
  ["flaml", /\bflaml\b/iu],
  ["optuna", /\boptuna\b/iu],
  ["prophet", /\bprophet\b/iu],
  ["statsmodels", /\bstatsmodels\b/iu],
  ["librosa", /\blibrosa\b/iu],
  ["cv2", /\bopencv\b/iu],
  ["umap", /\bumap\b/iu],
  ["gensim", /\bgensim\b/iu],
  ["spacy", /\bspacy\b/iu],
  ["nltk", /\bnltk\b/iu],
  ["polars", /\bpolars\b/iu],
  ["category_encoders", /\bcategory[_ ]encoders\b/iu],
  ["imblearn", /\b(?:imblearn|imbalanced-learn)\b/iu],
];

const checks: readonly Check[] = [
  { name: "time", fails: overTime },
  { name: "memory", fails: overMemory },
  { name: "packages", fails: missingPackage },
  { name: "network", fails: needsNetwork },
  { name: "blocks", fails: touchesFixed },
  { name: "metric and split", fails: touchesScoring },
  { name: "answers", fails: usesAnswers },
  { name: "repeat", fails: repeats },
];

const LATER = /\bif (?:this|that|it) (?:does not|doesn't|did not) (?:help|work)\b[^.]*\.?/giu;

/** Every check that a plan fails; none: it may be run. */
export function violationsOf(plan: string, facts: PlanFacts): Violation[] {
  // What comes only if this one fails is no part of it.
  const now = plan.replaceAll(LATER, " ");
  return checks.flatMap(({ name, fails }) => {
    const why = fails(now, facts);
    return why === null ? [] : [{ check: name, why }];
  });
}

/** How many times the work of the script a plan says that it does: ten seeds, 20 models, 8 repeats. */
export function timesOf(plan: string): number {
  const counts = [
    ...plan.matchAll(
      /\b(\d{1,4})\s+(?:different |random |further |more )*(?:seeds|models|copies|repeats|repetitions|bags)\b/giu,
    ),
  ];
  return Math.max(1, ...counts.map(([, count]) => Number(count)));
}

function overTime(plan: string, { limits, scriptSeconds, fitsRun }: PlanFacts): string | null {
  const needed = timesOf(plan) * scriptSeconds;
  if (timesOf(plan) === 1 || (fitsRun && needed <= limits.seconds)) return null;
  return `${timesOf(plan)} times the script's ${Math.round(scriptSeconds)} s are more than an execution or the run has left`;
}

function overMemory(plan: string, { limits }: PlanFacts): string | null {
  const sizes = [...plan.matchAll(/\b(\d+(?:\.\d+)?)\s*(GB|GiB|gigabytes?)\b/giu)].map(([, size]) =>
    Number(size),
  );
  const most = Math.max(0, ...sizes);
  return 1024 * most > limits.memoryMb
    ? `${most} GB are more than the ${Math.round(limits.memoryMb / 1024)} GB of an execution`
    : null;
}

function missingPackage(plan: string, { packages, code }: PlanFacts): string | null {
  const imported = modulesOf(code?.made ?? "");
  const missing = PACKAGES.filter(([name]) => pinOf(name, packages) === null).find(
    ([name, named]) => imported.includes(name) || (code === null && isAsked(plan, named)),
  );
  return missing === undefined ? null : `${distributionOf(missing[0])} is not installed`;
}

/** A package that a plan says not to use is not asked for. */
function isAsked(plan: string, named: RegExp): boolean {
  const { index } = named.exec(plan) ?? {};
  if (index === undefined) return false;
  return !/\b(?:no|not|without|instead of|rather than|unlike|drop|remove)\s+(?:\w+\s+){0,2}$/iu.test(
    plan.slice(0, index),
  );
}

function needsNetwork(plan: string): string | null {
  const asks =
    /\b(?:pip|conda)\s+install\b|\b(?:download|fetch|scrape)\w*\s+(?:\w+\s+){0,4}(?:from|weights|dataset|data|packages?)\b/iu;
  return asks.test(plan) ? "scripts have no network: nothing can be installed or downloaded" : null;
}

function touchesFixed(plan: string, { block, fixed }: PlanFacts): string | null {
  const change =
    /\b(?:rewrit\w+|replac\w+|chang\w+|edit\w*|modif\w+|mov\w+|delet\w+|remov\w+)\b/giu;
  for (const { index } of plan.matchAll(change)) {
    const after = plan.slice(index, index + 80).split(/[.;]/u)[0] ?? "";
    const hit = fixed.find(
      ({ id, title }) =>
        title !== block &&
        (new RegExp(`\\b${escapeRegExp(id)}\\b`, "u").test(after) ||
          after.toLowerCase().includes(`block "${title.toLowerCase()}"`)),
    );
    if (hit !== undefined) return `${hit.id} ("${hit.title}") stays as it is`;
  }
  return null;
}

function touchesScoring(plan: string): string | null {
  const change = String.raw`\b(?:replac\w+|chang\w+|swap\w*|redefin\w+|overrid\w+|use another|use a different|alter\w*)\s+(?:the\s+|our\s+|a\s+)?`;
  const what = String.raw`(?:evaluation\s+|competition(?:'s)?\s+|scoring\s+)?(?:metric|(?:validation|train(?:ing)?[- /]validation|train[- /]test|referee(?:'s)?)\s+split|holdout)\b`;
  if (new RegExp(change + what, "iu").test(plan)) return "metric and split are the referee's";
  return /\b(?:referee|scorer|leaderboard)\b.{0,40}\b(?:prob\w+|trick\w*|exploit\w*|bypass\w*|read\w*)\b|\b(?:prob\w+|exploit\w*|bypass\w*)\b.{0,40}\b(?:referee|scorer|leaderboard)\b/iu.test(
    plan,
  )
    ? "a score is not to be probed"
    : null;
}

function usesAnswers(plan: string): string | null {
  const answers =
    /\b(?:the |with |from |use |using |read |load )(?:\w+ )?(?:test|hidden|sealed|held[- ]out|private)(?: set)?(?:'s)? (?:labels|answers|targets)\b|\b(?:labels|answers|targets) of the (?:test|hidden|sealed|held[- ]out) (?:rows|set|data)\b/iu;
  const denied = /\b(?:no|not|never|without)\b.{0,40}\b(?:labels|answers|targets)\b/iu;
  return answers.test(plan) && !denied.test(plan)
    ? "answers of rows to predict are not there to be used"
    : null;
}

/** A plan that came with its script repeats what was run when the scripts do; one without, when the ideas are the same. */
function repeats(plan: string, { tried, code }: PlanFacts): string | null {
  if (code !== null)
    return code.ran.includes(code.made) ? "it makes a script that was run already" : null;
  const same = tried.find((each) => isSameIdea(each, plan));
  return same === undefined ? null : `it was tried already: ${same.slice(0, 160)}`;
}
