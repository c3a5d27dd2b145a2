import type { ToolTask } from "../../../../distill/tools/task.ts";
import { drawsOf } from "../../../../policies/random.ts";
import { blockOf } from "../conversation.ts";
import type { Responder } from "./play.ts";
import { rightHints } from "./positive.ts";

/** Says the calls of the reference: what a conversation comes to whose every call is right. */
export function referenceResponder(task: ToolTask): Responder {
  const hints = rightHints(task);
  return async (_, { turn, step }) => {
    const calls = hints.of(turn, step);
    return calls.length === 0 ? "Done." : calls.map(blockOf).join("\n");
  };
}

/** Calls one tool that is listed, drawn blindly, with values that stand in the question: what chance comes to. */
export function chance(task: ToolTask): Responder {
  const random = drawsOf("chance", task.competition, task.id);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  return async (_, { turn, step }) => {
    if (step > 0) return "Done.";
    const words = (task.turns[turn]?.question ?? "").match(/[\w./-]+/gu) ?? [];
    const given = Object.fromEntries(
      ["file", "script", "solution"].map((name) => [name, pick(words)]),
    );
    const tool = pick(task.tools);
    const kept = ["preview", "profile"].includes(tool)
      ? { file: given.file }
      : ["score"].includes(tool)
        ? { script: given.script }
        : ["read_log"].includes(tool)
          ? { solution: given.solution }
          : {};
    return blockOf({ tool, arguments: kept });
  };
}
