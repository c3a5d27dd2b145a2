import { section } from "../../roles/prompt/text.ts";
import { type Member, type Policy, placeOfTurn, type Teamwork } from "./team.ts";

/**
 * Each track is played by a model of its own, and each is shown what the others' tracks found, as it was measured:
 * no model's own word of its success is passed on.
 */
export const playBlackboard: Policy = async (work) => {
  const lines = await work.board();
  const added =
    lines.length === 0
      ? ""
      : `\n\n${section("What other tracks found, as it was measured; their models differ from yours", lines.join("\n"))}Use what helps of it; do not repeat what failed. Answer in exactly the form asked for above.\n`;
  const failed: string[] = [];
  for (const [index, member] of inTurnOfTrack(work).entries()) {
    const turn = await work.ask(member, placeOfTurn(index), { added });
    if (turn.problem === null) {
      const why = `${member.id}, shown ${lines.length} findings of other tracks`;
      return { turn, why: [...failed, why].join("; ") };
    }
    failed.push(`${member.id}: ${turn.problem}`);
  }
  return { turn: null, why: failed.join("; ") };
};

/** The track's own member first; those of no track are played by the first. */
function inTurnOfTrack({ members, request }: Teamwork): Member[] {
  const track = Number(/^track-(\d+)\//u.exec(request.at)?.[1] ?? 1);
  const start = (track - 1) % members.length;
  return [...members.slice(start), ...members.slice(0, start)];
}
