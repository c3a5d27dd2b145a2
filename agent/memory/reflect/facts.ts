import type { Event, EventValue } from "../../../runs/events/events.ts";
import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import type { Attempt } from "../../../runs/report/attempts.ts";
import { attemptsOf } from "../../../runs/report/attempts.ts";
import type { Brief } from "../../brief.ts";
import { modalitiesOf } from "../../search/angles.ts";
import type { Draft, Outcome } from "../item.ts";
import { wordsOf } from "../query.ts";
import { pitfallsOf } from "./pitfalls.ts";

/** A run that is over, as reflection sees it. */
export type Ended = {
  /** `<competition>/<run>`. */
  run: string;
  started: EventValue<"run-started">;
  events: readonly Event[];
  rows: readonly Trajectory[];
};

/** What of a fact all facts of a run have in common. */
export type Conditions = Pick<
  Outcome,
  "run" | "competition" | "type" | "modality" | "metric" | "rows" | "about"
>;

/** What a run measured, one fact each: nothing is said that was not. Empty for a brief that tells of no columns. */
export function factsOf(ended: Ended): Draft[] {
  const conditions = conditionsOf(ended);
  if (conditions === null) return [];
  const attempts = attemptsOf(ended.events);
  return [
    ...lessonsOf(ended.events, attempts, conditions),
    ...pitfallsOf(ended, attempts, conditions),
    ...verdictsOf(ended.events, attempts, conditions),
    ...dataFactsOf(ended.started, conditions),
  ];
}

function conditionsOf({ run, started }: Ended): Conditions | null {
  const brief = started.brief as Partial<Brief>;
  if (brief.competition === undefined || brief.profile === undefined) return null;
  const { id, metric } = started.competition;
  return {
    run,
    competition: id,
    type: brief.competition.type,
    modality: modalitiesOf(brief as Brief)[0] ?? "tabular",
    metric,
    rows: brief.profile.trainRows,
    about: wordsOf(brief as Brief),
  };
}

/** Standard errors from the middle of a 95 % interval to its ends. */
const Z95 = 1.96;
/** Attempts that changed a script on purpose; an ablation is a measurement of another kind. */
const CHANGES = new Set(["refine", "replacement", "merge", "data-usage"]);

function lessonsOf(
  events: readonly Event[],
  attempts: readonly Attempt[],
  conditions: Conditions,
): Draft[] {
  const blocks = blockTitles(events);
  const direction = attempts.length === 0 ? 1 : signOf(events);
  const models = new Map(
    attempts.map(({ id, origin, plan }) => [id, origin === "init" ? plan : null]),
  );
  return attempts.flatMap((attempt) => {
    const { id, origin, score, parentScore } = attempt;
    // A place in this run says nothing in another one: the model that stood there does.
    const plan = attempt.plan?.replace(/\S+\/init-\d+/gu, (at) => models.get(at) ?? at) ?? null;
    if (!CHANGES.has(origin) || plan === null || score === null || parentScore === null) return [];
    const gain = attempt.gain ?? direction * (score - parentScore);
    const where = blocks.get(id.replace(/\/attempt-\d+.*$/u, "")) ?? origin;
    return [
      {
        kind: "lesson" as const,
        title: sentenceOf(plan, recipeIn(plan)),
        text: `Change: ${shortened(plan, 700)}`,
        where,
        subject: recipeIn(plan),
        error: null,
        fix: null,
        outcomes: [
          {
            ...conditions,
            attempt: id,
            scoreBefore: parentScore,
            scoreAfter: score,
            gain,
            standardError: attempt.standardError,
            helped: gain > 0,
          },
        ],
      },
    ];
  });
}

/** The block that a refinement step worked on, by the place of the step. */
function blockTitles(events: readonly Event[]): Map<string, string> {
  return new Map(
    events.flatMap(({ type, key, value }) =>
      type === "targeted" ? [[key.replace(/\/targeted$/u, ""), value.title] as const] : [],
    ),
  );
}

function signOf(events: readonly Event[]): 1 | -1 {
  const started = events.find((event) => event.type === "run-started");
  return started?.value.competition.direction === "minimize" ? -1 : 1;
}

/** The recipe that a plan adds last, in the playbook's brackets; numbers are citations. */
function recipeIn(plan: string): string | null {
  const named = [...plan.matchAll(/\[([a-z][a-z0-9-]*)\]/gu)].map((match) => match[1] ?? "");
  return named.at(-1) ?? null;
}

/** How the model of each card did beside the others that the run began with. */
function verdictsOf(
  events: readonly Event[],
  attempts: readonly Attempt[],
  conditions: Conditions,
): Draft[] {
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const sign = signOf(events);
  const tried = events.flatMap(({ type, value }) => {
    if (type !== "cards-chosen") return [];
    return value.cards.flatMap((card, index) => {
      const { modelName, family } = card as { modelName: string; family: string };
      const attempt = byId.get(`${value.track}/init-${index + 1}`);
      return attempt === undefined ? [] : [{ modelName, family, attempt }];
    });
  });
  const ranked = tried
    .flatMap(({ attempt }) =>
      attempt.score === null ? [] : [{ ...attempt, score: attempt.score }],
    )
    .sort((a, b) => sign * (b.score - a.score));
  const middle = ranked[Math.floor(ranked.length / 2)];
  return tried.map(({ modelName, family, attempt }) => {
    const { id, score, status, seconds } = attempt;
    const place = ranked.findIndex((each) => each.score === score) + 1;
    const did =
      score === null
        ? `did not run (${status})`
        : `came ${place} of ${ranked.length} first scripts, in ${Math.round(seconds)} s`;
    const gain = score === null || middle === undefined ? null : sign * (score - middle.score);
    return {
      kind: "verdict" as const,
      title: shortened(modelName, 120),
      text: `${shortened(modelName, 120)} (${family}) ${did}.`,
      where: "first script",
      subject: family,
      error: null,
      fix: null,
      outcomes: [
        {
          ...conditions,
          attempt: id,
          scoreBefore: null,
          scoreAfter: score,
          gain,
          standardError: middle === undefined ? null : errorOfGain(attempt, middle),
          helped: score === null ? false : gain === null || gain === 0 ? null : gain > 0,
        },
      ],
    };
  });
}

/** Standard error of the difference of two scores whose rows are not paired any more: at least that of paired ones. */
function errorOfGain(...attempts: readonly Pick<Attempt, "interval">[]): number | null {
  const widths = attempts.flatMap(({ interval }) =>
    interval === null ? [] : [interval[1] - interval[0]],
  );
  return widths.length < attempts.length ? null : Math.hypot(...widths) / (2 * Z95);
}

/** What the screen of the data found. */
function dataFactsOf({ findings }: EventValue<"run-started">, conditions: Conditions): Draft[] {
  return findings.map(({ text, advice, ...rest }) => {
    const kind = typeof rest.kind === "string" ? rest.kind : "finding";
    return {
      kind: "data-fact" as const,
      title: `${kind.replaceAll("-", " ")} in ${conditions.modality} data`,
      text: shortened(`${text} ${advice}`, 500),
      where: "data",
      subject: `finding:${kind}`,
      error: null,
      fix: null,
      outcomes: [
        {
          ...conditions,
          attempt: null,
          scoreBefore: null,
          scoreAfter: null,
          gain: null,
          standardError: null,
          helped: null,
        },
      ],
    };
  });
}

/** The sentence of a plan that names its recipe, else the first one. */
function sentenceOf(plan: string, recipe: string | null): string {
  const sentences = plan.split(/(?<=[.!?])\s/u);
  const naming = sentences.find((each) => recipe !== null && each.includes(`[${recipe}]`));
  return shortened(naming ?? sentences[0] ?? plan, 140);
}

function shortened(text: string, most: number): string {
  const line = text.replaceAll(/\s+/gu, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
