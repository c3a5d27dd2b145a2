import { ablate } from "./ablate.ts";
import { editBlock } from "./edit-block.ts";
import { listFiles } from "./list-files.ts";
import { preview } from "./preview.ts";
import { profile } from "./profile.ts";
import { readLog } from "./read-log.ts";
import { remember } from "./remember.ts";
import { runPython } from "./run-python.ts";
import { score } from "./score.ts";
import { searchWeb } from "./search-web.ts";
import { submit } from "./submit.ts";
import type { Tool } from "./tool.ts";
import { writeScript } from "./write-script.ts";

/** Every tool that a model can call, in the order in which models are told of them. */
const tools: readonly Tool[] = [
  listFiles,
  preview,
  profile,
  runPython,
  readLog,
  writeScript,
  editBlock,
  score,
  ablate,
  searchWeb,
  remember,
  submit,
];

/** The tools for a use; without providers to search there is no search. */
export function toolsFor(use: Tool["use"], { hasWeb }: { hasWeb: boolean }): Tool[] {
  return tools.filter(
    (tool) => (use === "work" || tool.use === "look") && (hasWeb || tool.name !== "search_web"),
  );
}
