import { open } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { untrusted } from "../roles/prompt/text.ts";
import { searchViews } from "../run/execute.ts";
import { defineTool, Refused, SolutionId } from "./tool.ts";

const MAX_CHARACTERS = 8000;

/** What a script printed when it was run. */
export const readLog = defineTool({
  name: "read_log",
  description: "Read the end of what a scored or failed solution printed when it was run.",
  use: "look",
  isRepeated: false,
  after: null,
  input: z.strictObject({
    solution: SolutionId,
    characters: z.int().min(100).max(MAX_CHARACTERS).default(3000),
  }),
  output: z.object({ solution: SolutionId, bytes: z.number() }),
  async run({ solution, characters }, { run }) {
    const [view = "fold-0"] = searchViews(run);
    // By what was evaluated, never by a path that a model wrote.
    const known = run.journal.recorded("executed", `${solution}/${view}/run`);
    if (known === null) return new Refused(`no solution ${JSON.stringify(solution)} has been run`);
    const path = join(run.folder, "attempts", known.solution, `${view}.log`);
    const { text, bytes } = await endOf(path, characters);
    const shown = text.trim() === "" ? "(it printed nothing)" : untrusted(text);
    return { value: { solution, bytes }, text: shown };
  },
});

/** The end of a file that may be very large; nothing of one that is gone. */
async function endOf(path: string, most: number): Promise<{ text: string; bytes: number }> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return { text: "", bytes: 0 };
  try {
    const { size } = await file.stat();
    const block = Buffer.alloc(Math.min(size, most));
    await file.read(block, 0, block.length, size - block.length);
    return { text: block.toString("utf8"), bytes: size };
  } finally {
    await file.close();
  }
}
