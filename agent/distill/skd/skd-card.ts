import type { Acceptance, AcceptanceCurve } from "./acceptance.ts";
import type { SkdSettings } from "./skd-settings.ts";
import { SELF } from "./skd-settings.ts";

const SOURCES: Record<string, string> = {
  skd: "sequences that student and teacher write together",
  "supervised-kd": "recorded answers",
  "on-policy": "the student's own sequences",
  "semi-on-policy": "sequences of the student as it was before the first step",
};

const DIVERGENCE: Record<SkdSettings["divergence"], string> = {
  fkl: "KL(teacher ‖ student)",
  rkl: "KL(student ‖ teacher)",
  jsd: "Jensen-Shannon divergence of teacher and student",
};

/** What a model of `distill skd` was trained by, for its card. */
export function skdLossLines(trainer: string, settings: SkdSettings): string[] {
  const { teacher, privileged, divergence, schedule } = settings;
  if (trainer === "sft") return ["- loss: cross-entropy of the recorded answers"];
  const who = teacher === SELF ? "the base itself" : `\`${teacher}\``;
  const told = privileged ? ", shown what came of the recorded answer" : "";
  const auto =
    schedule === "auto" && trainer === "skd"
      ? ", or the student's own ones where nearly all of them were accepted before the first step"
      : "";
  return [
    `- loss: ${DIVERGENCE[divergence]} over the whole vocabulary, the mean over the tokens of an answer, on ${SOURCES[trainer] ?? trainer}${auto}`,
    `- teacher: ${who}${told}`,
    ...(trainer === "skd" ? [rulesLine(settings)] : []),
  ];
}

function rulesLine(settings: SkdSettings): string {
  const { accept, k, topP, gamma, replace, studentTemperature, studentTopP } = settings;
  const rule = {
    topk: `the teacher's ${k} likeliest`,
    topp: `the teacher's likeliest that hold ${topP} of the probability`,
    adaptive: `as many of the teacher's likeliest as it hesitates between, ${k} at most`,
  };
  return (
    `- ${gamma} tokens proposed at a time (temperature ${studentTemperature}, top-p ${studentTopP}); accepted: ${rule[accept]}; ` +
    `replaced by: ${replace} (temperature ${settings.teacherTemperature}, top-p ${settings.teacherTopP})`
  );
}

/** The acceptance, for the card; the whole curve is in `acceptance.json`. */
export function acceptanceLines(curve: AcceptanceCurve | null): string[] {
  if (curve === null) return [];
  const { schedule, overall, bySteps, byPlaces } = curve;
  const ends = (points: readonly Acceptance[]): string =>
    [points[0], points.at(-1)]
      .flatMap((point) =>
        point === undefined ? [] : [`${percent(point)} at ${point.from}-${point.to}`],
      )
      .join(", ");
  const chosen =
    schedule === null
      ? []
      : [
          `- schedule: ${percent(schedule)} accepted on ${schedule.prompts} prompts before the first step, so ${schedule.chosen}`,
        ];
  return [
    ...chosen,
    `- accepted: ${percent(overall)} of ${overall.tokens} tokens; by steps ${ends(bySteps)}; by places ${ends(byPlaces)} (all of it: acceptance.json)`,
  ];
}

function percent({ accepted }: Pick<Acceptance, "accepted">): string {
  return `${(100 * accepted).toFixed(1)} %`;
}
