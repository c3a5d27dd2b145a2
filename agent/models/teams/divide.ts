import * as z from "zod";
import { inline, section } from "../../roles/prompt/text.ts";
import { data, filled } from "../../roles/reply/readers.ts";
import { Unreadable } from "../../roles/role.ts";
import { problemsOf, shownText } from "./showing.ts";
import { leadOf, memberOf, type Policy, together } from "./team.ts";

const Parts = data(z.object({ parts: z.array(filled).min(1) }));

/** Longest part of a question that is passed on. */
const MAX_PART = 1500;

/**
 * The lead divides the question into parts that can be worked on apart, each member works on one, and the lead makes
 * the answer of what they found. Where that fails, the lead answers the question alone.
 */
export const playDivide: Policy = async (work) => {
  const { members, settings } = work;
  const lead = memberOf(work, settings.judge, leadOf(work));
  const split = await work.ask(lead, "parts", {
    duty: "parts",
    added: `\n\n# First divide it
Do not answer yet. Name at most ${members.length} parts of this task that can be thought through apart from each other, each in one or two sentences that stand on their own. Answer with JSON only, in exactly this form: {"parts": ["…", "…"]}\n`,
    schema: Parts.schema,
    problemOf(text) {
      const read = Parts.read(text);
      return read instanceof Unreadable ? read.why : null;
    },
  });
  const parts = split.problem === null ? partsIn(split.text).slice(0, members.length) : [];
  const worked = await together(
    parts.map((part, index) =>
      work.ask(members[index] ?? lead, `part-${index + 1}`, {
        duty: "part",
        added: `\n\n# Your part of it\nOthers work on the other parts. Work on this part only, and answer in short prose or code, with what whoever puts the parts together must know:\n\n${section("Part", inline(part, MAX_PART))}`,
        problemOf: (text) => (text.trim() === "" ? "it was empty" : null),
      }),
    ),
  );
  const found = worked.flatMap(({ text, problem }, index) =>
    problem === null ? [{ part: parts[index] ?? "", text }] : [],
  );
  const whole = await work.ask(lead, "whole", {
    added:
      found.length === 0
        ? ""
        : `${found.map(({ part, text }, index) => shownText(`Part ${index + 1}: ${inline(part, 200)}`, text)).join("")}# Answer the whole\nUse what was found for the parts as far as it is sound, and answer the question in full, in exactly the form asked for above.\n`,
  });
  if (whole.problem === null)
    return {
      turn: whole,
      why: `${lead.id} answered from ${found.length} of ${parts.length} parts${problemsOf([split, ...worked])}`,
    };
  // The lead fails: whoever else can answer does.
  for (const [index, member] of members.filter(({ id }) => id !== lead.id).entries()) {
    const turn = await work.ask(member, `alone-${index + 1}`);
    if (turn.problem === null)
      return { turn, why: `${lead.id}: ${whole.problem}; ${member.id} answered alone` };
  }
  return { turn: null, why: whole.problem };
};

function partsIn(text: string): string[] {
  const read = Parts.read(text);
  return read instanceof Unreadable ? [] : read.parts;
}
