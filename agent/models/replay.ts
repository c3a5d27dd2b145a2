import { ConfigInvalid, ModelUnavailable, stoppedBy } from "../../runs/errors.ts";
import type { Event, EventValue } from "../../runs/events/events.ts";
import type { Model, Reply, Request } from "./model.ts";
import { shortDiff } from "./text-diff.ts";

type Answered = EventValue<"answered">;

/** Where a replay ends, and who answers from there on. */
export type GoesOn = {
  /** A place of the recorded journal: what was answered before the first event there is answered from it. */
  until: string;
  live: Model;
};

/** Answers from a recorded journal: same place, same prompt but for durations, same words, no network and no spend. */
export function replayModel(events: readonly Event[], goesOn: GoesOn | null = null): Model {
  const answers = new Map<string, Answered>();
  const end = goesOn === null ? Number.POSITIVE_INFINITY : lineOf(events, goesOn.until);
  const live = goesOn?.live ?? null;
  let recorded = "unknown";
  let competition: string | null = null;
  for (const event of events) {
    if (event.type === "answered" && event.seq < end) answers.set(event.key, event.value);
    if (event.type === "run-started") {
      recorded = event.value.model;
      competition = event.value.competition.id;
    }
  }
  const name = `replay:${recorded}`;
  return {
    name: goesOn === null ? name : `${name} until ${goesOn.until}, then ${goesOn.live.name}`,
    async ask(request, signal, allow) {
      if (signal.aborted) throw stoppedBy(signal, "stopped before the recorded run was asked");
      if (competition !== null && competition !== request.brief.competition.id) {
        throw new ModelUnavailable(
          `the recorded run is of competition ${competition}, not ${request.brief.competition.id}: replay it on ${competition}`,
        );
      }
      if (live !== null && !answers.has(request.at)) return live.ask(request, signal, allow);
      return replyFrom(answerTo(request, answers));
    },
    worstCase(request) {
      if (live !== null && !answers.has(request.at)) return live.worstCase(request);
      const answer = answers.get(request.at);
      return { tokens: answer === undefined ? 0 : total(answer.tokens), usd: 0 };
    },
  };
}

/** The line of the first event at or below a place. */
function lineOf(events: readonly Event[], place: string): number {
  const found = events.find(({ key }) => key === place || key.startsWith(`${place}/`));
  if (found !== undefined) return found.seq;
  const near = [...new Set(events.map(({ key }) => key))]
    .filter((key) => key.includes(place.split("/").at(-1) ?? place))
    .slice(0, 3);
  const hint = near.length === 0 ? "`mle-star runs log` names the places" : near.join(", ");
  throw new ConfigInvalid(`replayUntil "${place}": the recorded run has no such place; ${hint}`);
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
      `the prompt of role ${request.role} at ${request.at} is not the recorded one (- recorded, + now):\n${shortDiff(answer.prompt, request.prompt, isSameLine)}`,
    );
  }
  return answer;
}

/** Prompts tell how long scripts took, and no two runs take equally long: that is no other question. */
function withoutDurations(text: string): string {
  return text.replace(/\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ms|s|secs?|seconds?)\b/gu, "… s");
}

function isSameLine(a: string, b: string): boolean {
  return withoutDurations(a) === withoutDurations(b);
}

function replyFrom(answer: Answered): Reply {
  return {
    text: answer.text,
    model: `replay:${answer.model}`,
    stop: answer.stop,
    tokens: answer.tokens,
    estimated: answer.estimated,
    usd: 0,
    seconds: 0,
    requestId: answer.requestId,
    sources: answer.sources,
    tries: [],
    handovers: answer.handovers,
    cut: answer.cut,
    turn: answer.turn,
  };
}

function total(tokens: Answered["tokens"]): number {
  return tokens.input + tokens.cacheRead + tokens.cacheWrite + tokens.output;
}
