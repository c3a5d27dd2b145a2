import type { Event, EventValue } from "../../runs/events/events.ts";
import { type Phase, phaseOf } from "../../runs/phases.ts";
import { sha256 } from "../../runs/sha256.ts";

/** One span to be exported: times in ms since the epoch, ids derived from the run, so that they are reproducible. */
export type Span = {
  id: string;
  /** Null at the top of a session. */
  parent: string | null;
  name: string;
  kind: "internal" | "client";
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number | boolean | string[]>;
  /** What went wrong; null when nothing did. */
  error: string | null;
  /** The root span of the previous session of the same run. */
  follows: string | null;
};

/** Turns the events of one session into spans; replayed events of earlier sessions give none. */
export type SpanFold = {
  /** All sessions of a run are one trace. */
  readonly trace: string;
  /** The spans that this event completes. */
  add(event: Event, replayed: boolean): Span[];
};

/** Whether spans contain prompts and replies: only on request. */
export type SpanOptions = { content: boolean };

/** Spans of run, phases, model calls and executions by the conventions for generative AI. */
export function createSpanFold(run: string, { content }: SpanOptions): SpanFold {
  const trace = hash(`${run}/trace`, 32);
  let session = 1;
  let opened: number | null = null;
  let title: EventValue<"run-started"> | null = null;
  const phases = new Map<Phase, { startMs: number; endMs: number }>();
  const top = (of: number) => hash(`${run}/session-${of}`, 16);
  const phaseId = (phase: Phase) => hash(`${run}/session-${session}/${phase}`, 16);
  const closing = (event: Event, error: string | null): Span[] => {
    const endMs = Date.parse(event.time);
    const parts = [...phases].map(([phase, times]) =>
      span(phaseId(phase), top(session), `invoke_agent ${phase}`, {
        ...times,
        attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": phase },
      }),
    );
    const whole = span(top(session), null, "invoke_agent mle-star", {
      startMs: opened ?? endMs,
      endMs,
      error,
      attributes: runAttributes(run, session, title, event),
      follows: session > 1 ? top(session - 1) : null,
    });
    phases.clear();
    return [...parts, whole];
  };
  const follow = (event: Event, startMs: number): void => {
    opened ??= startMs;
    const phase = phaseOf(event.key);
    if (phase === "other") return;
    const before = phases.get(phase)?.startMs ?? startMs;
    phases.set(phase, { startMs: Math.min(before, startMs), endMs: Date.parse(event.time) });
  };
  const remember = (event: Event): void => {
    if (event.type === "run-started") title = event.value;
    if (event.type === "run-resumed") session = event.value.session + 1;
  };
  const parentOf = (key: string): string => {
    const phase = phaseOf(key);
    return phase === "other" ? top(session) : phaseId(phase);
  };
  return {
    trace,
    add(event, replayed) {
      remember(event);
      if (replayed) return [];
      const work = workOf(event, content);
      follow(event, work?.startMs ?? Date.parse(event.time));
      if (event.type === "run-ended") return closing(event, null);
      if (event.type === "faulted") return closing(event, event.value.message);
      if (work === null) return [];
      const id = hash(`${run}/${event.seq}/${event.key}`, 16);
      return [span(id, parentOf(event.key), work.name, work)];
    },
  };
}

type Work = Omit<Span, "id" | "parent" | "follows">;

/** The model call or execution of an event; null: none. */
function workOf(event: Event, content: boolean): Work | null {
  switch (event.type) {
    case "answered":
      return chat(event, event.value, content);
    case "unanswered":
      return chat(
        event,
        { ...event.value, model: event.value.tries.at(-1)?.model ?? null },
        content,
      );
    case "executed":
      return execution(event);
    default:
      return null;
  }
}

type Asked = Pick<EventValue<"unanswered">, "role" | "tokens" | "usd" | "seconds"> & {
  model: string | null;
  stop?: EventValue<"answered">["stop"];
  requestId?: string | null;
  prompt?: string;
  text?: string;
  why?: string;
};

function chat(event: Event, asked: Asked, content: boolean): Work {
  const { model, role, tokens, usd, stop, requestId, prompt, text, why } = asked;
  const input = tokens.input + tokens.cacheRead + tokens.cacheWrite;
  const messages = (role: string, text: string) =>
    JSON.stringify([{ role, parts: [{ type: "text", content: text }] }]);
  return {
    ...timesOf(event, asked.seconds),
    name: model === null ? "chat" : `chat ${model}`,
    kind: "client",
    error: why ?? null,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.agent.name": role,
      "gen_ai.provider.name": providerOf(model ?? ""),
      ...(model !== null && { "gen_ai.request.model": model, "gen_ai.response.model": model }),
      "gen_ai.usage.input_tokens": input,
      "gen_ai.usage.output_tokens": tokens.output,
      "gen_ai.usage.cache_read.input_tokens": tokens.cacheRead,
      "gen_ai.usage.cache_creation.input_tokens": tokens.cacheWrite,
      ...(stop !== undefined && { "gen_ai.response.finish_reasons": [FINISH[stop]] }),
      ...(requestId != null && { "mle_star.request_id": requestId }),
      ...(usd !== null && { "mle_star.cost.usd": usd }),
      "mle_star.key": event.key,
      ...(content && prompt !== undefined && { "gen_ai.input.messages": messages("user", prompt) }),
      ...(content &&
        text !== undefined && { "gen_ai.output.messages": messages("assistant", text) }),
      ...(why !== undefined && { "error.type": "unanswered" }),
    },
  };
}

const FINISH = { end: "stop", "max-tokens": "length", refusal: "content_filter" } as const;

function providerOf(model: string): string {
  if (model.startsWith("claude")) return "anthropic";
  return model === "playbook" || model.startsWith("replay:") ? "mle_star" : "unknown";
}

function execution(event: Event<"executed">): Work {
  const { solution, view, outcome, exitCode, peakMb, seconds } = event.value;
  const isFine = outcome === "finished";
  return {
    ...timesOf(event, seconds),
    name: "execute_tool python",
    kind: "internal",
    error: isFine ? null : outcome,
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "python",
      "gen_ai.tool.type": "function",
      "mle_star.solution": solution,
      "mle_star.view": view,
      "mle_star.outcome": outcome,
      "mle_star.key": event.key,
      ...(exitCode !== null && { "process.exit.code": exitCode }),
      ...(peakMb !== null && { "mle_star.peak_mb": peakMb }),
      ...(!isFine && { "error.type": outcome }),
    },
  };
}

function runAttributes(
  run: string,
  session: number,
  started: EventValue<"run-started"> | null,
  last: Event,
): Span["attributes"] {
  const { searchScore = null, sealedScore = null } = last.type === "run-ended" ? last.value : {};
  return {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "mle-star",
    "gen_ai.conversation.id": run,
    "mle_star.session": session,
    ...(started !== null && {
      "mle_star.competition": started.competition.id,
      "mle_star.model": started.model,
      "mle_star.sandbox": started.sandbox,
    }),
    ...(last.type === "run-ended" && { "mle_star.status": last.value.status }),
    ...(searchScore !== null && { "mle_star.score.search": searchScore }),
    ...(sealedScore !== null && { "mle_star.score.sealed": sealedScore }),
  };
}

/** An event is written when its work is over. */
function timesOf({ time }: Event, seconds: number): { startMs: number; endMs: number } {
  const endMs = Date.parse(time);
  return { startMs: endMs - Math.round(seconds * 1000), endMs };
}

type Rest = Pick<Span, "startMs" | "endMs" | "attributes"> & Partial<Span>;

function span(id: string, parent: string | null, name: string, rest: Rest): Span {
  return { kind: "internal", error: null, follows: null, ...rest, id, parent, name };
}

function hash(text: string, digits: number): string {
  return sha256(text).slice(0, digits);
}
