import type { ToolCall } from "../../runs/events/tools.ts";
import type { Conversation, Exchange, Request, ToolSpec } from "./model.ts";

/** Words that open a call in the text of a reply, and the whole of one. */
const CALL = /^[ \t]*(`{3,}|~{3,})[ \t]*tool[ \t]*\n([\s\S]*?)\n?[ \t]*\1[ \t]*$/gmu;
/** What is inside of a call that cannot be read as JSON may still name its tool. */
const NAMED = /"tool"\s*:\s*"([\w-]+)"/u;
/** A picture costs about this many tokens, whatever its size in bytes: 1.2 megapixels by Anthropic's formula. */
const TOKENS_PER_PICTURE = 1600;

/** How a model without calls of its own is told of tools: each with its schema, and the form of a call. */
export function toolsAsText(tools: readonly ToolSpec[]): string {
  const listed = tools.map(
    ({ name, description, parameters }) =>
      `- ${name}: ${description}\n  arguments (JSON schema): ${JSON.stringify(parameters)}`,
  );
  return [
    "# Tools",
    ...listed,
    "",
    "To call a tool, write a block of exactly this form, one for each call, and end your reply after the last:",
    "```tool",
    '{"tool": "<name>", "arguments": {}}',
    "```",
    "",
  ].join("\n");
}

/** The calls in the text of a reply, in their order; one whose JSON is broken keeps its text, for the answer to say so. */
export function callsIn(text: string): ToolCall[] {
  return [...text.matchAll(CALL)].map(([, , body = ""], index) => {
    const id = `call-${index + 1}`;
    const parsed = objectIn(body);
    if (parsed === null) return { id, name: NAMED.exec(body)?.[1] ?? "", arguments: body };
    const { tool, name, arguments: given, ...rest } = parsed;
    return { id, name: String(tool ?? name ?? ""), arguments: JSON.stringify(given ?? rest) };
  });
}

/** The object that a text is as JSON; null: it is none. */
export function objectIn(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What a model said, in plain words: for one that did not say it itself, or that calls in its text. */
export function turnAsText({ turn }: Exchange): string {
  if (turn.raw === null && callsIn(turn.text).length > 0) return turn.text;
  const calls = turn.calls.map(
    ({ name, arguments: given }) =>
      `\`\`\`tool\n{"tool": "${name}", "arguments": ${given}}\n\`\`\``,
  );
  return [turn.text.trim(), ...calls].filter((part) => part !== "").join("\n") || "(no words)";
}

/** What a turn was answered, in one text. */
export function answersAsText({ answers, note }: Exchange): string {
  const parts = answers.map(
    ({ call, text, isError }) => `Answer of ${call.name}${isError ? " (error)" : ""}:\n${text}`,
  );
  return [...parts, ...(note === null ? [] : [note])].join("\n\n") || "Go on.";
}

/** All that a request sends besides brief and question, pictures left out: what its tokens are counted by. */
export function conversationText({ conversation }: Request): string {
  if (conversation === null) return "";
  const { tools, digest, exchanges } = conversation;
  const said = exchanges.map(({ turn, answers, note }) => [
    turn.raw?.message ?? turn.text,
    ...answers.map(({ call, text }) => [call.id, text]),
    note,
  ]);
  return JSON.stringify([tools, digest, said]);
}

/** Tokens of the pictures of a request. */
export function pictureTokens({ conversation }: Request): number {
  const shown = (conversation?.exchanges ?? []).flatMap(({ answers }) => answers);
  return TOKENS_PER_PICTURE * shown.reduce((sum, { pictures }) => sum + pictures.length, 0);
}

/** Whether the tools of a conversation are told of in text. */
export function isInText(conversation: Conversation | null, hasTools: boolean): boolean {
  return conversation !== null && (conversation.asText || !hasTools);
}
