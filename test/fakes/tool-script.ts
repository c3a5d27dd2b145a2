import type { Request } from "../../agent/models/model.ts";
import type { ScriptedAnswer } from "../../agent/models/scripted.ts";

/** A call of a tool, as a test writes it. */
export type Call = [tool: string, given: Record<string, unknown> | string];

/** A reply of these calls, all at once. */
export function calling(...calls: Call[]): ScriptedAnswer {
  return {
    text: "",
    turn: {
      text: "",
      calls: calls.map(([name, given], index) => ({
        id: `call-${index + 1}`,
        name,
        arguments: typeof given === "string" ? given : JSON.stringify(given),
      })),
      raw: null,
    },
  };
}

/** Replies of the agent in turn, by the turns that it has had; the last one stays. */
export function agentPlays(replies: readonly ScriptedAnswer[]) {
  return ({ role, at }: Request): ScriptedAnswer | null => {
    if (role !== "agent") return null;
    const turn = Number(/turn-(\d+)\/ask$/u.exec(at)?.[1] ?? 1);
    return replies[Math.min(turn, replies.length) - 1] ?? null;
  };
}

/** A script of the made-up world that scores this much. */
export const scriptOf = (quality: number): string => `import pandas as pd\nquality = ${quality}\n`;

/** Writes a script and has it scored. */
export function attempting(name: string, quality: number): ScriptedAnswer {
  return calling(
    ["write_script", { script: name, code: scriptOf(quality) }],
    ["score", { script: name }],
  );
}
