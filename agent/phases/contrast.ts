import { valuesOf } from "../../runs/events/events.ts";
import { showNumber } from "../../runs/report/formats.ts";
import type { Feedback } from "../roles/inputs.ts";
import { variantLine } from "../roles/summarizer.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import type { Run } from "../run/run.ts";
import { secondsEach } from "../run/seconds.ts";
import type { Evaluated, Variant } from "../solution.ts";

/** Effects of an ablation that a contrast names. */
const MAX_EFFECTS = 3;

/** The pair of a contrast, and what they are seen against. `part`: what of a script is shown. */
type Contrast = {
  best: Evaluated;
  worst: Evaluated;
  base: Evaluated;
  variants: readonly Variant[];
  part: (script: Evaluated) => string;
};

/**
 * What is better about the best script of a step and worse about the worst: what was measured first, a model's words
 * second. Journaled with its pair; null where only scores are to be shown.
 */
export async function critiqueOf(run: Run, at: string, contrast: Contrast): Promise<string | null> {
  if (run.config.feedback === "scores") return null;
  const { best, worst, part } = contrast;
  const step = at.slice(0, at.lastIndexOf("/"));
  const before = contrastsBefore(run, step, at);
  const facts = factsOf(run, contrast).filter(
    (fact) => !fact.startsWith(FAILURE) || !before.some((each) => each.facts.includes(fact)),
  );
  const view = (script: Evaluated) => ({ code: part(script), score: script.evaluation.score });
  const words = await ask(run, at, "critic", { best: view(best), worst: view(worst), facts });
  const value = await run.journal.step("contrasted", `${at}/contrast`, async () => ({
    best: best.solution.id,
    worst: worst.solution.id,
    facts,
    words: words instanceof NoAnswer ? null : words,
    isCredited: before.length === 0 ? null : before.at(-1)?.best !== best.solution.id,
  }));
  return [...value.facts.map((fact) => `- ${fact}`), value.words ?? ""].join("\n").trim();
}

/** Contrasts of a step before this one: their moves come one after the other, so a replay lists the same. */
function contrastsBefore(run: Run, step: string, at: string) {
  const known: { best: string; facts: string[] }[] = [];
  for (const event of run.journal.events) {
    if (event.key === `${at}/contrast`) break;
    if (event.type === "contrasted" && event.key.startsWith(`${step}/`)) known.push(event.value);
  }
  return known;
}

const FAILURE = "the worst ended without a score";

/** What execution shows of a pair: scores fold by fold, time, the error of the one that failed, effects of the ablation. */
function factsOf(run: Run, { best, worst, variants }: Contrast): string[] {
  const [good, bad] = [best.evaluation, worst.evaluation];
  const failure = bad.reason?.trim().split("\n").at(-1)?.slice(0, 300) ?? bad.status;
  const named = ({ evaluation: { score } }: Evaluated) =>
    score === null ? "no score" : showNumber(score, 6);
  const effects = variants
    .filter(({ importance }) => importance !== null)
    .slice(0, MAX_EFFECTS)
    .map((variant) => `ablation: ${variantLine(variant).replace(/^- /u, "")}`);
  return [
    `the best scored ${named(best)}, the worst ${named(worst)} (${run.competition.metric.direction})`,
    ...byFold(run, best.solution.id, worst.solution.id),
    ...(bad.score === null ? [`${FAILURE}: ${bad.status}: ${failure}`] : []),
    `a run of the best took ${Math.round(secondsEach(good))} s, of the worst ${Math.round(secondsEach(bad))} s`,
    ...effects,
  ];
}

/** Both scores on each fold that both were scored on: where the one is better, and where it is not. */
function byFold(run: Run, best: string, worst: string): string[] {
  const scores = (id: string) =>
    new Map(
      valuesOf(run.journal.events, "judged").flatMap(({ solution, view, score }) =>
        solution === id && score !== null && /^fold-\d+$/u.test(view) ? [[view, score]] : [],
      ),
    );
  const [good, bad] = [scores(best), scores(worst)];
  const common = [...good].filter(([view]) => bad.has(view));
  if (common.length < 2) return [];
  return common.map(
    ([view, score]) =>
      `on ${view} the best has ${showNumber(score, 6)}, the worst ${showNumber(bad.get(view) ?? 0, 6)}`,
  );
}

/** What an attempt is shown of a pair, as the setting `feedback` has it. */
export function feedbackFor(
  { config }: Run,
  pair: { best: Evaluated; worst: Evaluated } | null,
  critique: string | null,
  part: (script: Evaluated) => string,
): Feedback | null {
  if (pair === null) return null;
  const view = (script: Evaluated) => ({
    code: part(script),
    score: config.feedback === "critique" ? null : script.evaluation.score,
  });
  return { best: view(pair.best), worst: view(pair.worst), critique };
}
