import type { SurrogateImportance, WeakRows } from "../../runs/events/scoring.ts";
import type { OtherTrack, Tried } from "../../runs/events/solutions.ts";
import { scriptParts } from "./ablation.ts";
import type { RoleInputs } from "./inputs.ts";
import { code, compose, cuttable, type Part } from "./prompt/compose.ts";
import { drawnText, feedbackParts } from "./prompt/feedback.ts";
import { attemptList, outcomeText, SCRIPT_RULES, scoreText } from "./prompt/paragraphs.ts";
import { carryOutParts, refusedText } from "./prompt/plan-parts.ts";
import { inline, named, section, some, untrusted } from "./prompt/text.ts";
import { type PlannedChange, plannedChange } from "./reply/readers.ts";
import type { Role } from "./role.ts";
import { variantLine } from "./summarizer.ts";

const RULES =
  section(
    "Task",
    "Improve the score of the script below: choose the change that promises the largest gain, after what the ablation study and all attempts so far show, and make it. Something new and effective, different from everything that was tried; build on what helped, leave what failed or took too long. No long searches for hyper-parameters.",
  ) +
  section(
    "Rules",
    `- A block that you write takes the old one's place; what you do not write stays as it is. Blocks marked as fixed stay.
- Every name that later code uses must still be defined, with the same shape and meaning. Import what you newly need at the top of a block that you write; helpers belong there too.
- Print what helps to judge the change, twenty short lines at most: an inner score per model, the best iteration, the strongest features.
${SCRIPT_RULES}`,
  ) +
  section(
    "Answer",
    `First the plan, three to five sentences of plain prose: what is changed, how, with which settings. Then each block that changes, whole, in a fence of its own that names it:
\`\`\`python block-4
…
\`\`\`
Change as few blocks as the plan needs. Only where it says below that a rewrite is allowed, one fence named \`script\` may hold a whole new script instead.`,
  );

/** Outcomes of other scripts that a prompt lists: the first few, and the latest. */
const MAX_TRIED = 40;

/**
 * The choice of A_extractor, the plan of A_planner and the code of A_coder (Algorithm 2) in one reply, by a model that
 * sees the whole script and what the run has learned; not in the paper.
 */
export const refiner: Role<RoleInputs["refiner"], PlannedChange> = {
  name: "refiner",
  prompt: (input) => {
    const { blocks, score, variants, printed, earlier, history, tried, others, weak } = input;
    const { tracks, idle, surrogateImportance } = input;
    return compose("refiner", {
      rules: RULES,
      again: [
        ...scriptParts(blocks),
        section("Its score", scoreText(score)),
        section(
          "Ablation study, the block that matters most first",
          some(variants, 60, variantLine).join("\n"),
        ),
        cuttable("What it printed last", printed, untrusted),
        section("Seconds of one run", some(input.spent, 20, spentLine).join("\n")),
        section("Rows that it does worst on", weak === null ? "" : weakText(weak)),
        section(
          "Columns that its predictions follow",
          surrogateImportance === null ? "" : surrogateText(surrogateImportance),
        ),
        section("Changes in earlier steps", some(earlier, 40, earlierLine).join("\n")),
      ],
      now: [
        section("Attempts at this very script", attemptList(history)),
        ...feedbackParts(input.feedback, "script"),
        section("Tried before, oldest first", some(tried, MAX_TRIED, triedLine).join("\n")),
        section(
          "Work of others, to be different from",
          [
            ...(others.length === 0 ? [] : [`- begun with: ${others.map(named).join(", ")}`]),
            ...tracks.map(trackText),
          ].join("\n"),
        ),
        ...(idle === 0 ? [] : tracks.map(otherScript)),
        section("Rewrite", REWRITE[Math.min(idle, 2)] ?? ""),
        drawnText(input.drawn),
        refusedText(input.refused),
        ...carryOutParts(input.carryOut),
        section("Left", leftText(input.left)),
      ],
    });
  },
  reply: plannedChange,
};

/** By the number of steps without a gain. */
const REWRITE = [
  "Not allowed.",
  "A whole new script is allowed.",
  "A whole new script is allowed. Two steps and more brought no gain: change the structure, not a setting. Another formulation of the target, another representation of the rows, another family of models, or what is better in another's script.",
];

/** Where a solution does worst, a group a line. */
function weakText({ loss, overall, rows, groups }: WeakRows): string {
  const lines = groups.map(({ column, values, share, loss: here, bias }) => {
    const where = column === null ? "its prediction" : named(column);
    const apart = bias === null ? "" : `, predicted less true ${scoreText(bias)} in the mean`;
    return `- ${where} = ${inline(values, 60)}: ${Math.round(share * 100)} % of rows, ${scoreText(here)}${apart}`;
  });
  if (lines.length === 0) return "";
  const head = `${loss[0]?.toUpperCase()}${loss.slice(1)} in a row, ${scoreText(overall)} over all ${rows} validation rows; clearly worse where`;
  return [head, ...lines].join("\n");
}

/** What its predictions are made of, most first: a column that is missing here is not used, or adds little. */
function surrogateText({ explained, columns }: SurrogateImportance): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const lines = columns.map(
    ({ column, lost }) => `- ${named(column)}: ${percent(Math.min(1, lost))}`,
  );
  const head = `A small model of the input columns explains ${percent(explained)} of the variance of its predictions; mixing up one column takes away`;
  return [head, ...lines].join("\n");
}

/** What another track has come to. */
function trackText({ track, best, tried }: OtherTrack): string {
  const score = best === null ? "nothing scored yet" : `best score ${scoreText(best.score)}`;
  const alike = best?.alike ?? null;
  const apart =
    alike === null ? "" : `, correlation of its errors with this script's ${alike.toFixed(2)}`;
  return [`- ${inline(track, 60)}: ${score}${apart}`, ...tried.map(triedLine)].join("\n");
}

/** The best script of another track, to take from what is better there. */
function otherScript({ best }: OtherTrack): Part {
  return code(
    `Best script of another track (${scoreText(best?.score ?? null)})`,
    best?.code ?? null,
  );
}

function spentLine({ block, seconds }: RoleInputs["refiner"]["spent"][number]): string {
  return `- ${block}: ${seconds.toFixed(0)}`;
}

/** A change of an earlier step in one line. */
export function earlierLine({
  block,
  plan,
  improved,
}: RoleInputs["extractor"]["earlier"][number]): string {
  return `- ${inline(block, 120)} (${improved ? "improved" : "no gain"}): ${inline(plan, 600)}`;
}

function triedLine(tried: Tried): string {
  const { plan, status, score, gain, standardError, seconds, error, isKept } = tried;
  const measured =
    gain === null
      ? []
      : [
          `gain ${scoreText(gain)}${standardError === null ? "" : ` ± ${scoreText(standardError)}`}`,
        ];
  const outcome = [
    outcomeText(status, score),
    ...measured,
    `${Math.round(seconds)} s a run`,
    ...(isKept ? ["kept"] : []),
  ].join(", ");
  const why = error === null ? "" : ` — ${inline(error, 200)}`;
  return `- [${outcome}] ${inline(plan, 400)}${why}`;
}

function leftText({ attempts, seconds }: RoleInputs["refiner"]["left"]): string {
  const time = seconds === null ? "" : `, and ${Math.round(seconds)} s of the run`;
  return `${attempts} attempt${attempts === 1 ? "" : "s"} in this step, this one included${time}`;
}
