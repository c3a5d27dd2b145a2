import { readFile } from "node:fs/promises";
import { Refused } from "./tool.ts";
import type { ToolContext } from "./tool-context.ts";

/** Calls a function of ours over the training rows; what it printed, or why it could not. */
export async function lookAt(
  { scratch }: ToolContext,
  name: "preview" | "profile",
  given: Readonly<Record<string, unknown>>,
): Promise<string | Refused> {
  const own = await readFile(new URL("./python/look.py", import.meta.url), "utf8");
  // JSON of JSON is a Python string, whatever stands in it.
  const text = JSON.stringify(JSON.stringify(given));
  const { text: printed, isError } = await scratch.look(
    `${own}\n\n${name}(**json.loads(${text}))\n`,
  );
  return isError ? new Refused(printed.trim().split("\n").at(-1) ?? "it failed") : printed.trim();
}
