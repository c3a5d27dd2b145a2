import { shownText } from "./showing.ts";
import type { Policy, Teamwork, Turn } from "./team.ts";

/** One answers, the next is shown the answer and gives a better one, and so on; what cannot be used changes nothing. */
export const playRefine: Policy = async (work) => {
  const { settings } = work;
  const failed: string[] = [];
  let best: Turn | null = null;
  let answers = 0;
  const places = placesOf(work, settings.rounds ?? 1);
  for (const [index, { member, place }] of places.entries()) {
    // A member improves on another's answer, not on its own.
    if (best?.member === member.id) continue;
    const turn = await work.ask(member, index === 0 ? "" : place, {
      added: best === null ? "" : improve(best.text),
    });
    if (turn.problem !== null) failed.push(`${member.id}: ${turn.problem}`);
    else {
      answers += 1;
      best = turn;
    }
  }
  const notes = failed.length === 0 ? "" : `; ${failed.join("; ")}`;
  if (best === null) return { turn: null, why: failed.join("; ") };
  return {
    turn: best,
    why: `${best.member} had the last word after ${answers - 1} revisions${notes}`,
  };
};

function placesOf({ members }: Teamwork, rounds: number) {
  return Array.from({ length: rounds }, (_, round) =>
    members.map((member, index) => ({ member, place: `round-${round + 1}/turn-${index + 1}` })),
  ).flat();
}

function improve(text: string): string {
  return `${shownText("Answer of another model to this very question", text)}# Improve it
Find what is wrong or weak in that answer. Then answer the question yourself, in full and in exactly the form asked for above: keep what is good, mend what is not. Where nothing can be improved, repeat it.\n`;
}
