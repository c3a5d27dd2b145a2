import { ballotOf, majority } from "./ballots.ts";
import { problemsOf, usable } from "./showing.ts";
import { type Policy, together } from "./team.ts";

/** All answer for themselves, and what most of them say is taken; of as many, what the member named first says. */
export const playVote: Policy = async ({ members, request, ask }) => {
  const turns = await together(members.map((member) => ask(member, `vote/${member.id}`)));
  const good = usable(turns);
  const votes = good.map(({ text }) => ballotOf(request.role, text));
  const won = majority(votes);
  if (won === null) return { turn: null, why: `nobody voted${problemsOf(turns)}` };
  const turn = good[votes.indexOf(won.choice)] ?? null;
  return { turn, why: `${won.count} of ${won.of} votes${problemsOf(turns)}` };
};
