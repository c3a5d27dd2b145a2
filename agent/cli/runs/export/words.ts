import type { Attempt } from "../../../../runs/report/attempts.ts";
import {
  showGainWithin,
  showNumber,
  showScoreWithin,
  showText,
} from "../../../../runs/report/formats.ts";
import type { Material } from "./material.ts";
import { pinsOf } from "./requirements.ts";

const MAX_PLAN = 600;

/** A text of a model or of the data as Markdown that shows it and nothing else. */
export function plain(text: string, length = MAX_PLAN): string {
  return showText(text, length).replaceAll(/[\\`*_[\]<>&|#~$!]/gu, "\\$&");
}

/** The competition and how its submissions are scored, in a line. */
export function titleOf({ started }: Material): string {
  const { title, metric, direction } = started.competition;
  const better = direction === "maximize" ? "higher is better" : "lower is better";
  return `${showText(title, 200)} (${metric}, ${better})`;
}

/** The scores of what is exported, each in a line. */
export function scoreLines({ attempts, standing, summary, started }: Material): string[] {
  const own = attempts.find(({ id }) => id === standing.solution) ?? null;
  const isSubmitted = summary.submitted?.solution === standing.solution;
  const claimed = started.mode === "self-reported" ? " (printed by the script itself)" : "";
  const search = `search score ${showScoreWithin(own?.score ?? null, own?.interval ?? null)}${claimed}`;
  if (!isSubmitted || summary.sealedScore === null) return [search];
  return [search, `sealed score ${showScoreWithin(summary.sealedScore, summary.sealedInterval)}`];
}

/** How the scripts' predictions become one, in a sentence. */
export function blendLine({ standing, plan }: Material): string {
  const { blend } = standing;
  if (blend === null) return "One script makes the submission.";
  const weights = plan.scripts.map(({ id }) => {
    const weight = blend.weights[blend.members.indexOf(id)] ?? 0;
    return `${id} ${showNumber(weight, 3)}`;
  });
  return `The submission is a blend (${blend.method}) of ${plan.scripts.length} scripts, by weight: ${weights.join(", ")}.`;
}

/** How an attempt came to be: itself and what it came from, the first one first. */
export function wayOf(material: Material, id: string): Attempt[] {
  const way: Attempt[] = [];
  const find = (name: string | null) => material.attempts.find((each) => each.id === name);
  for (let each = find(id); each !== undefined && !way.includes(each); each = find(each.parent))
    way.unshift(each);
  return way;
}

/** An attempt of that way in a line of Markdown. */
export function wayLine({ id, score, interval, gain, standardError, plan }: Attempt): string {
  const by = gain === null ? "" : `, gain ${showGainWithin(gain, standardError)}`;
  const about = plan === null || plan === "" ? "" : `: ${plain(plan)}`;
  return `- \`${id}\`, ${showScoreWithin(score, interval)}${by}${about}`;
}

/** What the scripts need besides Python and packages. */
export function needsLines(material: Material): string[] {
  const { brief, started, plan } = material;
  const { weights = [], limits } = brief;
  const { heldBack } = started.split;
  return [
    `data: ${plan.reads.join(", ")} and the other files of the competition, as the scripts saw them`,
    ...(heldBack.length === 0
      ? []
      : [`the scripts did not see ${heldBack.join(", ")}: \`--with-data\` leaves them out`]),
    `packages: ${pinsOf(material).join(", ") || "none"}`,
    ...(weights.length === 0 ? [] : [`pretrained weights, one or more of: ${weights.join(", ")}`]),
    ...(limits.gpus === 0 ? [] : [`${limits.gpus} GPU(s)`]),
  ];
}
