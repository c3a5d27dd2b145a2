import { Interrupted, ModelUnavailable } from "../../runs/errors.ts";
import type { Event, EventValue } from "../../runs/events.ts";
import type { Model, Reply, Request } from "./model.ts";

type Answered = EventValue<"answered">;

const SHOWN_LINES = 3;
const SHOWN_CHARS = 160;

/** Answers from a recorded journal: same place, same prompt but for durations, same words, no network and no spend. */
export function replayModel(events: readonly Event[]): Model {
  const answers = new Map<string, Answered>();
  let recorded = "unknown";
  let competition: string | null = null;
  for (const event of events) {
    if (event.type === "answered") answers.set(event.key, event.value);
    if (event.type === "run-started") {
      recorded = event.value.model;
      competition = event.value.competition.id;
    }
  }
  return {
    name: `replay:${recorded}`,
    async ask(request, signal) {
      if (signal.aborted) throw new Interrupted("stopped before the recorded run was asked");
      if (competition !== null && competition !== request.brief.competition.id) {
        throw new ModelUnavailable(
          `the recorded run is of competition ${competition}, not ${request.brief.competition.id}: replay it on ${competition}`,
        );
      }
      return replyFrom(answerTo(request, answers));
    },
    worstCase(request) {
      const answer = answers.get(request.at);
      return { tokens: answer === undefined ? 0 : total(answer.tokens), usd: 0 };
    },
  };
}

function answerTo(request: Request, answers: ReadonlyMap<string, Answered>): Answered {
  const answer = answers.get(request.at);
  if (answer === undefined) {
    throw new ModelUnavailable(
      `the recorded run has no answer for role ${request.role} at ${request.at}: its settings or its course differ from this run's`,
    );
  }
  if (withoutDurations(answer.prompt) !== withoutDurations(request.prompt)) {
    throw new ModelUnavailable(
      `the prompt of role ${request.role} at ${request.at} is not the recorded one; ${firstDifference(answer.prompt, request.prompt)}`,
    );
  }
  return answer;
}

/** Prompts tell how long scripts took, and no two runs take equally long: that is no other question. */
function withoutDurations(text: string): string {
  return text.replace(/\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ms|s|secs?|seconds?)\b/gu, "… s");
}

function replyFrom(answer: Answered): Reply {
  return {
    text: answer.text,
    model: `replay:${answer.model}`,
    stop: answer.stop,
    tokens: answer.tokens,
    usd: 0,
    seconds: 0,
    requestId: answer.requestId,
    sources: answer.sources,
  };
}

function total(tokens: Answered["tokens"]): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.output;
}

/** Where two texts part: the line number and a few lines of each from there on. */
function firstDifference(recorded: string, now: string): string {
  const before = recorded.split("\n");
  const after = now.split("\n");
  const isSame = (a = "", b = "") => withoutDurations(a) === withoutDurations(b);
  let line = 0;
  while (line < Math.min(before.length, after.length) && isSame(before[line], after[line])) line++;
  const shown = (lines: readonly string[]): string =>
    lines.length <= line
      ? "(the end)"
      : JSON.stringify(
          lines
            .slice(line, line + SHOWN_LINES)
            .join("\n")
            .slice(0, SHOWN_CHARS),
        );
  return `they part at line ${line + 1}: recorded ${shown(before)}, now ${shown(after)}`;
}
