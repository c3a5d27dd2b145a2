import type { RoleInputs } from "../../../roles/inputs.ts";
import { titlesIn } from "../blocks.ts";

/** Which sections the one script has and the other has not, in words; what was measured stands before them. */
export function criticize({ best, worst }: RoleInputs["critic"]): string {
  const [good, bad] = [titlesIn(best.code), titlesIn(worst.code)];
  const only = (own: readonly string[], other: readonly string[]) =>
    own.filter((title) => !other.includes(title)).map((title) => `"${title}"`);
  const [better, worse] = [only(good, bad), only(bad, good)];
  const parts = [
    better.length === 0 ? "" : `Only the best one has ${better.join(", ")}.`,
    worse.length === 0 ? "" : `Only the worst one has ${worse.join(", ")}: leave that out.`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "Both have the same sections, in different forms." : parts.join(" ");
}

/** Titles of sections that stand in the worst script of a pair alone. */
export function onlyInWorst(feedback: RoleInputs["refiner"]["feedback"]): string[] {
  if (feedback === null) return [];
  const good = titlesIn(feedback.best.code);
  return titlesIn(feedback.worst.code).filter((title) => !good.includes(title));
}
