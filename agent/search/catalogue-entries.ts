import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import * as z from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import { MetricName, TaskType } from "../../tasks/competition.ts";

/** What a row of a competition can carry. `entity-history`: rows are meetings of entities that recur over time. */
const Modality = z.enum([
  "tabular",
  "text",
  "image",
  "audio",
  "time-series",
  "entity-history",
  "recommendation",
  "segmentation",
  "seq2seq",
]);

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/u);

/** One entry of the shipped catalogue, a file each: what it is, when it pays, and how its library is called. */
export const CatalogueEntry = z.strictObject({
  id: Name,
  title: z.string().min(1),
  /** Two entries of one family make similar mistakes: tracks take different families. */
  family: Name,
  kind: z.enum(["model", "feature", "ensembling", "validation"]).default("model"),
  taskTypes: z.array(TaskType).min(1),
  modalities: z.array(Modality).min(1),
  /** Metrics it is made for; empty: any. */
  metrics: z.array(MetricName).default([]),
  /** Training rows it is worth trying on; null: no upper end. */
  rows: z.tuple([z.number().int().min(0), z.number().int().positive().nullable()]),
  /** The Python distribution it is called from, and the version it was written for. */
  library: z.string().min(1),
  version: z.string().min(1),
  /** Further distributions the example imports. */
  requires: z.array(z.string()).default([]),
  /** What training costs on ten thousand rows, on one GPU where it needs one. */
  cost: z.enum(["seconds", "minutes", "hours"]),
  needsGpu: z.boolean().default(false),
  /** Starts from pretrained weights, which a sandbox without a network must find on disk. */
  needsWeights: z.boolean().default(false),
  /** How often it is a winning choice where it fits, 0..1. */
  prior: z.number().min(0).max(1),
  when: z.string().min(1),
  /** Five to fifteen lines for the first modality and the first task type; the README of the folder lists the names it may use. */
  example: z.string().refine((code) => {
    const lines = code.split("\n").filter((line) => line.trim() !== "").length;
    return lines >= 5 && lines <= 15;
  }, "an example has 5 to 15 lines"),
  citation: z.strictObject({ title: z.string().min(1), url: z.url() }),
});
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;

/** Folder of the catalogue that is shipped with the program. */
export function shippedCatalogue(): string {
  return fileURLToPath(new URL("./catalogue", import.meta.url));
}

/** Reads every entry of a catalogue folder, at any depth; a broken one is named by its file. */
export async function readCatalogue(folder: string): Promise<CatalogueEntry[]> {
  const found = await readdir(folder, { recursive: true });
  const names = found.filter((name) => name.endsWith(".yaml")).sort();
  const entries = await Promise.all(names.map((name) => readEntry(path.join(folder, name))));
  const seen = new Set<string>();
  for (const { id } of entries) {
    if (seen.has(id)) throw new ConfigInvalid(`${folder}: two catalogue entries are called ${id}`);
    seen.add(id);
  }
  return entries;
}

async function readEntry(file: string): Promise<CatalogueEntry> {
  const entry = CatalogueEntry.safeParse(parseYaml(file, await readFile(file, "utf8")));
  if (entry.success) return entry.data;
  const [issue] = entry.error.issues;
  const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
  throw new ConfigInvalid(`${file}: ${where}`);
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ConfigInvalid(`${file}: ${why}`, { cause: error });
  }
}
