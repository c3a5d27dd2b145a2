import * as z from "zod";
import { clip, quoted, section } from "../../roles/prompt/text.ts";
import { data, optionalText } from "../../roles/reply/readers.ts";
import { Unreadable } from "../../roles/role.ts";
import { problemsOf, shownAnswers, shownText, usable } from "./showing.ts";
import {
  type Decision,
  firstUsable,
  type Policy,
  type Teamwork,
  type Turn,
  together,
} from "./team.ts";

const Verdict = data(
  z
    .object({ verdict: z.enum(["pass", "revise"]), problems: optionalText })
    .refine(
      ({ verdict, problems }) => verdict === "pass" || problems.trim() !== "",
      "a revision needs its reason",
    ),
);

const MAX_PROBLEMS = 3000;

/** Roles whose answer is code that costs an execution. */
export const CODE_ROLES: readonly string[] = [
  "initializer",
  "merger",
  "data-usage",
  "coder",
  "refiner",
  "ensembler",
  "debugger",
  "leakage-corrector",
];

/**
 * One model writes, the others judge its code before it costs an execution, and the author mends what most of them
 * hold to be wrong. It is the author's code in the end: a judge can cost a revision, never replace the code.
 */
export const playReview: Policy = async (work) => {
  const [author, ...judges] = work.members;
  if (author === undefined) throw new Error("a review without an author");
  const first = await work.ask(author, "");
  // Whoever else can write does, and nobody is left to judge.
  if (first.problem !== null) return firstOfOthers(work, first);
  let code = first;
  const said: string[] = [];
  for (let round = 1; round <= (work.settings.rounds ?? 1); round++) {
    const verdicts = await together(
      judges.map((judge) => work.ask(judge, `review-${round}/${judge.id}`, judging(code.text))),
    );
    const against = objectionsIn(verdicts);
    said.push(
      `${against.length} of ${usable(verdicts).length} judges against it${problemsOf(verdicts)}`,
    );
    if (against.length === 0 || 2 * against.length < usable(verdicts).length) break;
    const revised = await work.ask(author, `revised-${round}`, { added: revise(code, against) });
    if (revised.problem !== null) {
      said.push(`the revision cannot be used: ${revised.problem}`);
      break;
    }
    code = revised;
  }
  return { turn: code, why: `code of ${author.id}: ${said.join("; ")}` };
};

async function firstOfOthers(work: Teamwork, failed: Turn): Promise<Decision> {
  const others = work.members.slice(1);
  // Their own place is taken by the author's turn.
  const ask: Teamwork["ask"] = (member, place, asking) =>
    work.ask(member, `instead/${place === "" ? "turn-1" : place}`, asking);
  const { turn, why } = await firstUsable({ ...work, ask }, others);
  return { turn, why: `${failed.member}: ${failed.problem}; ${why}` };
}

function judging(code: string) {
  return {
    duty: "review",
    schema: Verdict.schema,
    added: `${shownAnswers("Answer of another model to this very question", [code])}# Judge it before it is run
Would this answer run to its end and do what was asked? Look for names that are not defined, wrong columns or shapes, leaks, missing outputs, and changes that were not asked for. Matters of taste are no reason. Answer with JSON only, in exactly this form: {"verdict": "pass" or "revise", "problems": "what must change, and why; empty for pass"}\n`,
    problemOf(text: string) {
      const read = Verdict.read(text);
      return read instanceof Unreadable ? read.why : null;
    },
  };
}

function objectionsIn(verdicts: readonly Turn[]): string[] {
  return usable(verdicts).flatMap(({ text }) => {
    const read = Verdict.read(text);
    return read instanceof Unreadable || read.verdict === "pass" ? [] : [read.problems];
  });
}

function revise({ text }: Turn, objections: readonly string[]): string {
  const listed = objections.map((each) => quoted(clip(each, MAX_PROBLEMS))).join("\n\n");
  return `${shownText("Your answer", text)}${section("What reviewers hold to be wrong in it", listed)}# Answer again
Mend what is really wrong, leave what they are mistaken about, and answer in full, in exactly the form asked for above.\n`;
}
