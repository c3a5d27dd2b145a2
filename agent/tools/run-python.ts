import * as z from "zod";
import { untrusted } from "../roles/prompt/text.ts";
import { defineTool } from "./tool.ts";

/** Longest that a cell may take, in seconds, whatever one execution may: it is for a look, not for training. */
const MAX_SECONDS = 120;

/** What `run_python` answers; the journal has it, and by it a later session knows which cells to run again. */
export const CellAnswer = z.object({ isAlive: z.boolean(), seconds: z.number() });

/** A few lines in an interpreter that keeps its variables. */
export const runPython = defineTool({
  name: "run_python",
  description:
    "Run a few lines in a Python interpreter that keeps its variables between calls. It sees the training rows at ./input (no test rows, no answers of validation rows) and installed packages; no network, no programs. The value of a last expression is shown.",
  use: "look",
  isRepeated: false,
  after: null,
  input: z.strictObject({
    code: z.string().min(1).max(20_000),
    seconds: z.int().min(1).max(MAX_SECONDS).default(60).describe("time limit of this cell"),
  }),
  output: CellAnswer,
  async run({ code, seconds }, { scratch, run, seconds: left }) {
    const limits = [seconds, run.brief.limits.seconds, left ?? seconds];
    const most = Math.max(1, Math.ceil(Math.min(...limits)));
    const { text, isAlive, seconds: took, isError } = await scratch.run(code, most);
    const said = text.trim() === "" ? "(nothing was printed)" : untrusted(text);
    const state = isAlive ? "" : "\nIts variables are made again from the cells before it.";
    const head = isError ? "The cell failed.\n" : "";
    return { value: { isAlive, seconds: took }, text: `${head}${said}${state}` };
  },
});
