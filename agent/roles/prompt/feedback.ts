import type { Drawn, Feedback } from "../inputs.ts";
import { code, data, type Part } from "./compose.ts";
import { scoreText } from "./paragraphs.ts";
import { section } from "./text.ts";

/** Characters of a critique. */
const MAX_CRITIQUE = 4000;

/** What an attempt is shown of others: the best and the worst, and what tells them apart; `what` they are. */
export function feedbackParts(feedback: Feedback | null, what: "script" | "block"): Part[] {
  if (feedback === null) return [];
  const { best, worst, critique } = feedback;
  return [
    code(`Best ${what} so far${scoreOf(best.score)}`, best.code),
    code(`Worst ${what} so far${scoreOf(worst.score)}`, worst.code),
    data("What is better and worse about them", critique, MAX_CRITIQUE),
    section("How to use them", "Surpass the best one, and avoid what makes the worst one bad."),
  ];
}

/** That others make attempts of their own from the same at this moment. */
export function drawnText(drawn: Drawn | null): string {
  const of = drawn?.of ?? 1;
  if (drawn === null || of < 2) return "";
  return section(
    "Attempts side by side",
    `This is number ${drawn.number} of ${of} that are made at once from the same, none told of another: be one of ${of} different ideas.`,
  );
}

function scoreOf(score: number | null): string {
  return score === null ? "" : `, ${scoreText(score)}`;
}
