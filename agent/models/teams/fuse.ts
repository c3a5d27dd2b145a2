import { problemsOf, shownAnswers, usable } from "./showing.ts";
import { leadOf, memberOf, type Policy, together } from "./team.ts";

/** All answer for themselves, and one of them makes a single answer of the best parts of all; else the first one is taken. */
export const playFuse: Policy = async (work) => {
  const { members, settings } = work;
  const turns = await together(members.map((member) => work.ask(member, `draft/${member.id}`)));
  const drafts = usable(turns);
  const [first] = drafts;
  if (first === undefined) return { turn: null, why: `no draft can be used${problemsOf(turns)}` };
  if (drafts.length === 1)
    return { turn: first, why: `the only draft that can be used${problemsOf(turns)}` };
  const fuser = memberOf(work, settings.judge, members.at(-1) ?? leadOf(work));
  const fused = await work.ask(fuser, "fused", {
    added: `${shownAnswers(
      "Drafts of several models for this very question",
      drafts.map(({ text }) => text),
    )}# Make one answer of them
Weigh the drafts, take the best of each, leave what is wrong, and answer the question in full, in exactly the form asked for above.\n`,
  });
  if (fused.problem === null)
    return { turn: fused, why: `${fuser.id} fused ${drafts.length} drafts${problemsOf(turns)}` };
  return { turn: first, why: `the first draft${problemsOf([...turns, fused])}` };
};
