import type { Row } from "../row.ts";
import { type Message, messagesOf, type Played, type Source, type ToolTask } from "./task.ts";

/** A conversation with tools as a row: all words of the agent are learned, nothing that it was told or answered. */
export type ToolRow = Row & {
  /** Where the value of each argument comes from, by call. */
  sources: { call: number; tool: string; sources: Source[] }[];
};

/** Of which run and model, and under which terms. */
export type Made = { run: string; model: string; license: string };

export function toolRow(task: ToolTask, played: Played, { run, model, license }: Made): ToolRow {
  const { id, competition, split, turns } = task;
  return {
    id: `tools/${competition}/${id}`,
    role: "agent",
    split,
    provenance: { competition, run, step: id, model, license },
    parts: [{ name: "turns", messages: messagesOf(played) }],
    measured: { gain: null, noise: null, planScore: null },
    sources: turns.flatMap(({ calls }) =>
      calls.map(({ id: call, tool, sources }) => ({ call, tool, sources })),
    ),
  };
}

/** A right conversation and a wrong one on the same questions, as DPO compares them; what was wrong is named. */
export function pairRow(
  { sources: _, ...row }: ToolRow,
  rejected: Message[],
  errors: readonly string[],
): Row & { errors: readonly string[] } {
  const [chosen] = row.parts;
  const parts = [
    { name: "chosen", messages: chosen?.messages ?? [] },
    { name: "rejected", messages: rejected },
  ];
  return { ...row, id: row.id.replace(/^tools/u, "tools-pair"), parts, errors };
}
