import type { ToolCall } from "../../../../runs/events/tools.ts";
import type { Message, Played, PlayedTurn, Step } from "../../../distill/tools/task.ts";
import { messagesOf } from "../../../distill/tools/task.ts";
import { answersAsText, callsIn, toolsAsText } from "../../../models/tool-text.ts";
import { clip, section } from "../../../roles/prompt/text.ts";
import { toolsFor } from "../../../tools/registry.ts";
import { specOf } from "../../../tools/tool.ts";
import type { ScratchCompetition } from "./making/competition.ts";

/** What a call came to, in the words that are the same whenever it is made. */
export type Outcome = { value: unknown; text: string; isError: boolean; ends: boolean };

/** Characters of an answer that stand in a conversation: small models read little. */
const MAX_ANSWER = 1200;

/** How a conversation begins: the tools in the words in which the drivers tell of them, and what is known. */
export function systemText(
  listed: readonly string[],
  { files, columns, target }: Pick<ScratchCompetition, "files" | "columns" | "target">,
  given: string,
): string {
  const tools = toolsFor("work", { hasWeb: false }).filter(({ name }) => listed.includes(name));
  return [
    "You work on a competition with tools, one question of the user after the other. Call what is asked for; where no tool can do it, or a value is missing, say so and call nothing.",
    toolsAsText(tools.map(specOf)),
    section(
      "Competition",
      `Target: ${target}. Columns: ${columns.join(", ")}. Files: ${files.join(", ")}.`,
    ) + section("Already there", given),
  ].join("\n\n");
}

/** A call in the form in which models write it. */
export function blockOf(call: { tool: string; arguments: Record<string, unknown> }): string {
  return `\`\`\`tool\n${JSON.stringify({ tool: call.tool, arguments: call.arguments })}\n\`\`\``;
}

/** What a reply calls. */
export function calledIn(said: string): ToolCall[] {
  return callsIn(said);
}

/** A reply with calls, and what came of them, as the next message tells it. */
export function stepOf(
  said: string,
  calls: readonly ToolCall[],
  outcomes: readonly Outcome[],
): Step {
  const answers = calls.map((call, index) => {
    const { text = "", isError = true } = outcomes[index] ?? {};
    return { call, text: clip(text, MAX_ANSWER), isError, pictures: [] };
  });
  return {
    said,
    calls: calls.map(({ name, arguments: text }, index) => ({
      tool: name,
      arguments: objectOf(text),
      isError: outcomes[index]?.isError ?? true,
      text: answers[index]?.text ?? "",
    })),
    answers: answersAsText({
      turn: { text: said, calls: [...calls], raw: null },
      answers,
      note: null,
    }),
  };
}

/** The messages up to the reply that is asked for. */
export function askedSoFar(
  system: string,
  before: readonly PlayedTurn[],
  now: Omit<PlayedTurn, "last">,
): Message[] {
  const open: Played = { system, turns: [...before, { ...now, last: "" }] };
  return messagesOf(open).slice(0, -1);
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}
