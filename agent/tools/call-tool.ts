import type { EventValue } from "../../runs/events/events.ts";
import type { ToolCall } from "../../runs/events/tools.ts";
import { clip, inline } from "../roles/prompt/text.ts";
import { wasStopped } from "../run/deadline.ts";
import { CellAnswer } from "./run-python.ts";
import { type Done, Refused, type Tool } from "./tool.ts";
import type { ToolContext } from "./tool-context.ts";

/** A call that counts: what the model is answered, and whether its work is over. */
export type Called = EventValue<"tool-called"> & { ends: boolean };

/** Most characters of an answer: what is larger would push out all else. */
const MAX_ANSWER = 20_000;
/** Most characters of arguments that are kept: a script may be long. */
const MAX_ARGUMENTS = 400_000;
/** Asked for before a call: only whether the run still has time. */
const NOTHING = { tokens: 0, usd: 0, executions: 0, seconds: 0 };
/** Tools whose answers say how much time is left. */
const TIMED = ["score", "ablate"];

/**
 * Does one call and journals it before its answer counts. A tool whose effects are steps of their own is gone through
 * again on a replay, and they are read back; of any other the answer is. Null: the run may not go on.
 */
export async function callTool(
  context: ToolContext,
  tools: readonly Tool[],
  call: ToolCall,
  at: string,
): Promise<Called | null> {
  const { run } = context;
  const reservation = await run.budget.reserve(at, NOTHING);
  if (typeof reservation === "string") return null;
  reservation.release();
  const { signal } = run;
  const tool = tools.find(({ name }) => name === call.name) ?? null;
  const isReadBack = tool?.isRepeated === false;
  try {
    let isNew = false;
    const began = performance.now();
    const early = isReadBack ? null : await doCall(context, tools, tool, call, at);
    const value = await run.journal.step("tool-called", at, async () => {
      isNew = true;
      const done = early ?? (await doCall(context, tools, tool, call, at));
      const seconds = (performance.now() - began) / 1000;
      return { ...recordOf(context, call, done), seconds };
    });
    if (!isNew) recallCell(context, value);
    return { ...value, ends: early?.ends === true };
  } catch (error) {
    if (await wasStopped(run, at, signal, error)) return null;
    throw error;
  }
}

async function doCall(
  context: ToolContext,
  tools: readonly Tool[],
  tool: Tool | null,
  call: ToolCall,
  at: string,
): Promise<Done<unknown> | Refused> {
  if (tool === null) {
    const names = tools.map(({ name }) => name).join(", ");
    return new Refused(
      `there is no tool ${JSON.stringify(inline(call.name, 60))}; there are ${names}`,
    );
  }
  if (call.arguments.length > MAX_ARGUMENTS)
    return new Refused(`the arguments have more than ${MAX_ARGUMENTS} characters`);
  const given = argumentsOf(call.arguments);
  return given instanceof Refused ? given : tool.call(given, context, at);
}

function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new Refused(`the arguments are not JSON: ${inline(error.message, 200)}`);
  }
}

function recordOf(
  { run, role }: ToolContext,
  call: ToolCall,
  done: Done<unknown> | Refused,
): Omit<EventValue<"tool-called">, "seconds"> {
  const isError = done instanceof Refused;
  const said = clip(isError ? done.why : done.text, MAX_ANSWER);
  const left = TIMED.includes(call.name) ? run.budget.secondsLeft() : null;
  return {
    role,
    tool: inline(call.name, 60),
    arguments: clip(call.arguments, MAX_ARGUMENTS),
    value: isError ? null : done.value,
    text:
      left === null
        ? said
        : `${said}\nTime left for the search: ${Math.max(0, left).toFixed(0)} s.`,
    isError,
    pictures: isError ? [] : (done.pictures ?? []),
  };
}

/** What a cell of an earlier session left has to be made again before the next one runs. */
function recallCell(
  { scratch }: ToolContext,
  { tool, value, arguments: text }: EventValue<"tool-called">,
) {
  if (tool !== "run_python" || value === null) return;
  const { isAlive, seconds } = CellAnswer.parse(value);
  const { code } = JSON.parse(text) as { code: string };
  if (isAlive) scratch.recall(code, Math.max(1, Math.ceil(seconds)));
}
