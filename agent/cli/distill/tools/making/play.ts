import type {
  FinalState,
  Message,
  Played,
  PlayedTurn,
  Step,
  ToolTask,
} from "../../../../distill/tools/task.ts";
import type { Run } from "../../../../run/run.ts";
import { askedSoFar, calledIn, type Outcome, stepOf, systemText } from "../conversation.ts";
import type { ScratchCompetition } from "./competition.ts";
import { openToolSession, type ToolSession } from "./tool-session.ts";

/** Says the next reply; `place` counts turns and replies from 0. */
export type Responder = (
  messages: readonly Message[],
  place: { turn: number; step: number; steps: readonly Step[] },
) => Promise<string>;

/** A task as somebody played it, and what was left behind. */
export type Play = { played: Played; state: FinalState };

/** Calls of one reply that are done; what is beyond is refused. */
const MAX_CALLS = 4;
/** Replies with calls in a turn, beside those that the reference needs. */
const MORE_STEPS = 2;

/** Plays a task in a session of its own: each question is asked, what is called is done, until a reply calls nothing. */
export async function playTask(
  run: Run,
  competition: ScratchCompetition,
  task: ToolTask,
  { at, responder }: { at: string; responder: Responder },
): Promise<Play> {
  const { given, tools } = task;
  await using session = await openToolSession(run, competition, { at, given, listed: tools });
  const system = systemText(tools, competition, session.given);
  const turns: PlayedTurn[] = [];
  for (const [turn, { question, calls }] of task.turns.entries()) {
    const most = Math.max(0, ...calls.map(({ step }) => step + 1)) + MORE_STEPS;
    const steps: Step[] = [];
    let last = "(no words)";
    while (steps.length < most) {
      const messages = askedSoFar(system, turns, { question, steps });
      const said = await responder(messages, { turn, step: steps.length, steps });
      const step = await doCalls(session, said);
      if (step === null) {
        last = said.trim() || last;
        break;
      }
      steps.push(step);
    }
    turns.push({ question, steps, last });
  }
  return { played: { system, turns }, state: session.state() };
}

/** The calls of a reply, done; null: it calls nothing. */
async function doCalls(session: ToolSession, said: string): Promise<Step | null> {
  const calls = calledIn(said);
  if (calls.length === 0) return null;
  const outcomes: Outcome[] = [];
  for (const [index, { name, arguments: given }] of calls.entries())
    outcomes.push(
      index < MAX_CALLS
        ? await session.call(name, given)
        : {
            value: null,
            text: `Refused: at most ${MAX_CALLS} calls in one reply`,
            isError: true,
            ends: false,
          },
    );
  return stepOf(said, calls, outcomes);
}
