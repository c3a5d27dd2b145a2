import { join, resolve } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import { listRuns, runFiles } from "../../../runs/record/folder.ts";
import { NOTHING_NAMED, openHistory } from "../../../runs/record/history.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { attemptsOf } from "../../../runs/report/attempts.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { findListed } from "../../phases/retrieve/retrieve.ts";
import { PAPER_THRESHOLD } from "../../phases/vet.ts";
import { PLAN_METHODS, type PlanMethod } from "../../policies/plans/bandit.ts";
import type { PlanFacts } from "../../policies/plans/checks.ts";
import { type Calibration, calibrate } from "../../policies/plans/isotonic.ts";
import { type Asked, type Turn, type Vetted, vetPlan, wordsOf } from "../../policies/plans/vet.ts";
import type { Block } from "../../python-source/blocks.ts";
import { openPython } from "../../python-source/python-source.ts";
import { catalogueSearch } from "../../search/catalogue.ts";
import { type DryRun, openBrief } from "../dry-run.ts";
import { givenBy } from "../given.ts";
import { routeModels } from "../open/model-routing.ts";
import { pastPlans } from "../open/past-plans.ts";
import { preparerOf } from "../preparer.ts";
import type { Progress } from "../terminal/progress.ts";
import { openAsking, type Spent } from "./ask-alone.ts";

/** What a plan of the next step came to; `chosen`: the number of the plan that would be run. */
export type Planned = {
  competition: string;
  script: string;
  block: string | null;
  constraints: string[];
  ways: { method: PlanMethod; prior: number }[];
  calibration: Calibration | null;
  threshold: number;
  plans: { vetted: Vetted; turns: Turn[] }[];
  chosen: number | null;
  spent: Spent;
};

type Asking = ReturnType<typeof openAsking>["askAlone"];

/** Plans and vets `count` changes of the best script there is, by the models of a run; runs nothing and leaves no folder. */
export async function planCompetition(
  { reference, given, config, environment, runsDir: runs }: DryRun,
  count: number,
  progress: Progress,
): Promise<Planned> {
  const report = progress.line;
  const runsDir = resolve(runs);
  const competition = await loadCompetition(reference, {
    tasksDir: environment.tasksDir,
    report,
    preparer: preparerOf(environment, report),
    given: givenBy(given),
    benchDataDir: environment.benchDataDir,
  });
  const routing = await routeModels(config, environment, runsDir, report);
  const { brief } = await openBrief(competition, config, environment, progress);
  const { askAlone, spent } = openAsking(routing, brief, config);
  const catalogue = catalogueSearch(join(environment.root, "agent", "search", "catalogue"));
  const script =
    (await bestScript(runsDir, competition.id, environment.all.PATH ?? "")) ??
    (await firstScript(askAlone, brief, (await findListed(catalogue, brief, config)).hits));
  const python = await openPython();
  const mode = brief.split.kind === "self-reported" ? "self-reported" : "referee";
  const blocks = python.blocks(script.code, mode);
  const target = await targetOf(askAlone, blocks);
  const constraints =
    (await askAlone("constraints", AT, {
      block: viewOf(target.block),
      titles: [],
      facts: brief.packages.length === 0 ? [] : [`${brief.packages.length} packages are installed`],
    })) ?? [];
  const calibration = calibrate(await pastPlans(runsDir, null));
  const threshold = config.planThreshold ?? calibration?.threshold ?? PAPER_THRESHOLD;
  const asked = askedBy(askAlone, { block: target.block, constraints, calls: config.planCalls });
  const priors = (await asked.suitability()) ?? PLAN_METHODS.map(() => 0.5);
  const plans = await plansOf({ askAlone, asked, config, threshold, brief, blocks, target, count });
  return {
    competition: competition.id,
    script: script.name,
    block: target.block.title,
    constraints,
    ways: PLAN_METHODS.map((method, index) => ({ method, prior: priors[index] ?? 0.5 })),
    calibration,
    threshold,
    plans,
    chosen: chosenOf(plans.map(({ vetted }) => vetted)),
    spent,
  };
}

const AT = "track-1/refine-1";

function viewOf({ id, title, text }: Block) {
  return { id, title, text };
}

/** The best script of the newest run of a competition that has one. */
async function bestScript(runsDir: string, competition: string, path: string) {
  for (const run of await listRuns(runsDir)) {
    if (run.competition !== competition) continue;
    const files = runFiles(run.folder);
    const best = attemptsOf(await readEvents(files.journal)).find(({ isBest }) => isBest);
    if (best === undefined || best.members.length > 0) continue;
    const options = { run: run.id, path, named: NOTHING_NAMED, report: () => undefined };
    const history = await openHistory(files.history, options);
    const code = await history.read(best.commit, "solution.py");
    return { name: `${best.id} of run ${run.id}`, code };
  }
  return null;
}

async function firstScript(
  askAlone: Asking,
  brief: Brief,
  hits: Awaited<ReturnType<typeof findListed>>["hits"],
) {
  const [hit] = hits;
  const card = {
    modelName: hit?.title ?? "gradient boosting",
    exampleCode: hit?.code ?? "",
    family: hit?.family ?? "",
    why: hit?.text ?? "",
    sources: [],
  };
  const mode =
    brief.split.kind === "self-reported" ? ("self-reported" as const) : ("referee" as const);
  const code = await askAlone("initializer", "track-1/init-1", { card, mode, others: [] });
  if (code === null)
    throw new UserError("no first script could be had: the model gave no usable answer");
  return { name: `a first script with ${card.modelName}, which was never run`, code };
}

async function targetOf(askAlone: Asking, blocks: readonly Block[]) {
  const open = blocks.filter(({ isProtected }) => !isProtected);
  const input = { blocks: open.map(viewOf), variants: [], summary: "", earlier: [] };
  const said = await askAlone("extractor", AT, input);
  const block = open.find(({ id }) => id === said?.block.trim()) ?? open[0];
  if (block === undefined) throw new UserError("the script has no block that may change");
  return { block, plan: said?.plan ?? null };
}

function askedBy(
  askAlone: Asking,
  { block, constraints, calls }: { block: Block; constraints: string[]; calls: number },
): Asked {
  let left = calls;
  let written = 0;
  const view = viewOf(block);
  return {
    verify: async (plan) =>
      left-- > 0
        ? askAlone("verifier", AT, { plan, block: view, constraints, measured: [] })
        : null,
    async suitability() {
      const facts = [`a block of ${block.text.split("\n").length} lines: ${block.title}`];
      const said = await askAlone("plan-selector", AT, { facts, constraints });
      return said === null ? null : PLAN_METHODS.map((method) => said[method]);
    },
    async write(before, what, words) {
      if (left-- <= 0) return null;
      written += 1;
      const rest = { titles: [], constraints, measured: [], before, what, words };
      const said = await askAlone("plan-writer", AT, { block: view, ...rest, number: written });
      return said && { steps: [...before, said.plan], isComplete: said.isComplete };
    },
  };
}

async function plansOf(around: {
  askAlone: Asking;
  asked: Asked;
  config: Config;
  threshold: number;
  brief: Brief;
  blocks: readonly Block[];
  target: { block: Block; plan: string | null };
  count: number;
}): Promise<Planned["plans"]> {
  const { askAlone, asked, config, threshold, brief, blocks, target, count } = around;
  const nothing = { reward: 0, count: 0, recovery: 0 };
  const settings = {
    asksModel: config.planVerify.includes("llm"),
    checks: config.planVerify.includes("exec"),
    threshold,
    method: config.planAlgorithm,
    ucb: config.planUcb,
    known: { bon: nothing, tot: nothing, rebase: nothing },
  };
  const facts: PlanFacts = {
    block: target.block.title,
    fixed: blocks.filter(({ isProtected }) => isProtected).map(({ id, title }) => ({ id, title })),
    packages: brief.packages,
    limits: { seconds: config.executionSeconds, memoryMb: brief.limits.memoryMb },
    scriptSeconds: 0,
    fitsRun: true,
    tried: [],
    code: null,
  };
  const plans: Planned["plans"] = [];
  for (let number = 1; number <= count; number++) {
    const plan =
      number === 1 && target.plan !== null
        ? target.plan
        : await askAlone("planner", `${AT}/attempt-${number}`, {
            block: viewOf(target.block),
            history: [],
            baseline: null,
            feedback: null,
            drawn: { number, of: count },
            refused: plans
              .filter(({ vetted }) => !vetted.accepted)
              .map(({ vetted }) => wordsOf(vetted)),
          });
    if (plan === null) break;
    const tried = plans.map(({ vetted }) => vetted.plan);
    plans.push(await vetPlan(plan, { ...facts, tried }, settings, asked));
  }
  return plans;
}

/** The accepted plan with the best score, else the best of those that no check refuses. */
function chosenOf(plans: readonly Vetted[]): number | null {
  const open = plans
    .map((vetted, index) => ({ vetted, number: index + 1 }))
    .filter(({ vetted }) => vetted.violations.length === 0)
    .sort(
      (a, b) =>
        Number(b.vetted.accepted) - Number(a.vetted.accepted) ||
        (b.vetted.score ?? 0) - (a.vetted.score ?? 0),
    );
  return open[0]?.number ?? null;
}
