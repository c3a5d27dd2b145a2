import { judge } from "../../../../distill/tools/judge.ts";
import { stateProblem } from "../../../../distill/tools/state.ts";
import type { Played, ToolTask } from "../../../../distill/tools/task.ts";
import { Unreadable } from "../../../../roles/role.ts";
import { HINT_TITLE, player } from "../../../../roles/tool-data/player.ts";
import { interrupted } from "../interrupted.ts";
import { askTeacher } from "./ask-teacher.ts";
import { playTask, type Responder } from "./play.ts";
import type { TranslationContext } from "./translate.ts";

/** Words by which a reply mentions its hint. */
const SPEAKS_OF_HINT =
  /\bhint(?:s|ed)?\b|\breference calls?\b|\bas (?:told|instructed) to call\b/iu;

/** A conversation that may be learned from, or why there is none. */
export type Positive = { played: Played } | { dropped: string };

/** Calls that the agent is to make, by turn and reply; right ones, or wrong ones. */
export type Hints = {
  isRight: boolean;
  of(turn: number, step: number): { tool: string; arguments: Record<string, unknown> }[];
};

/** The calls of the reference as hints. */
export function rightHints({ turns }: ToolTask): Hints {
  return {
    isRight: true,
    of: (turn, step) =>
      (turns[turn]?.calls ?? [])
        .filter((call) => call.step === step)
        .map(({ tool, arguments: given }) => ({ tool, arguments: given })),
  };
}

/** The calls of a conversation that went wrong, as hints: who is told them is to make them again. */
export function wrongHints({ turns }: Played): Hints {
  return {
    isRight: false,
    of: (turn, step) =>
      (turns[turn]?.steps[step]?.calls ?? []).map(({ tool, arguments: given }) => ({
        tool,
        arguments: given ?? {},
      })),
  };
}

/** Plays the agent's part by a teacher who is given hints; they stand in its questions only. */
export function hintedResponder(
  { run, teacher }: TranslationContext,
  { turns }: ToolTask,
  { at, hints }: { at: string; hints: Hints },
): Responder {
  return async (messages, { turn, step, steps }) => {
    const dialogue = messages.map(({ role, content }) => `${role}:\n${content}`).join("\n\n");
    const input = {
      dialogue,
      question: turns[turn]?.question ?? "",
      hint: { isRight: hints.isRight, calls: hints.of(turn, step) },
      answers: steps.flatMap(({ calls }) => calls.map(({ tool, text }) => ({ tool, text }))),
      missing: turns[turn]?.missing ?? null,
    };
    const place = `${at}/turn-${turn + 1}/reply-${step + 1}`;
    const said = await askTeacher(run, teacher, player, { at: place, input });
    if (run.signal.aborted) throw interrupted();
    return said instanceof Unreadable ? "" : said;
  };
}

/** Plays a task by the teacher with positive hints, and judges what came of it: only what was executed rightly is kept. */
export async function playRightly(context: TranslationContext, task: ToolTask): Promise<Positive> {
  const at = `${task.id}-positive`;
  const hints = rightHints(task);
  const responder = hintedResponder(context, task, { at, hints });
  const { played, state } = await playTask(context.run, context.competition, task, {
    at,
    responder,
  });
  const problem = stateProblem(task.state, state);
  if (problem !== null) return { dropped: `final state of the conversation: ${problem}` };
  const calls = played.turns.flatMap(({ steps }) => steps.flatMap((step) => step.calls));
  const notDone = calls.find(({ isError }) => isError);
  if (notDone !== undefined) return { dropped: `${notDone.tool} was refused` };
  const [error] = judge(task.turns, played.turns);
  if (error !== undefined) return { dropped: `conversation: ${error.kind}` };
  return mentionsHint(played) ? { dropped: "mentions its hint" } : { played };
}

/** Whether any word of the agent lets its hint be seen. */
export function mentionsHint({ turns }: Played): boolean {
  const words = turns.flatMap(({ steps, last }) => [...steps.map(({ said }) => said), last]);
  return words.some((each) => SPEAKS_OF_HINT.test(each) || each.includes(HINT_TITLE));
}
