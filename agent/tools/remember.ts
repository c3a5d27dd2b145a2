import * as z from "zod";
import { defineTool } from "./tool.ts";

/** A note that stays when the conversation is shortened, and for whoever goes on. */
export const remember = defineTool({
  name: "remember",
  description:
    "Keep a note: your plan (replaces the plan before), an open problem (replaces the one before), or a fact found out. Notes outlast a long conversation and are handed over to who works next.",
  use: "work",
  isRepeated: true,
  after: null,
  input: z.strictObject({
    kind: z.enum(["plan", "problem", "fact"]),
    text: z.string().min(1).max(1000),
  }),
  output: z.object({ notes: z.number() }),
  async run({ kind, text }, { workspace }) {
    const others = workspace.notes.filter((note) => kind === "fact" || note.kind !== kind);
    workspace.notes.splice(0, workspace.notes.length, ...others, { kind, text });
    return { value: { notes: workspace.notes.length }, text: "noted" };
  },
});
