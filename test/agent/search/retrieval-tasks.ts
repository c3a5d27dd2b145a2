import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

const Task = z.strictObject({
  text: z.string(),
  taskType: z.string(),
  modality: z.string(),
  metric: z.string(),
  rows: z.number(),
  good: z.array(z.string()).min(1),
});

/** A made-up task and the families that a practitioner would want to be told of. */
export type RetrievalTask = z.infer<typeof Task>;

export async function readRetrievalTasks(): Promise<RetrievalTask[]> {
  const file = new URL("./retrieval-tasks.yaml", import.meta.url);
  return z.array(Task).parse(parse(await readFile(file, "utf8")));
}
