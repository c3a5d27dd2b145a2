import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigInvalid } from "../../runs/errors.ts";
import { MetricName, TaskType } from "../../tasks/competition.ts";

/** What a row of a competition can carry. `entity-history`: rows are meetings of entities that recur over time. */
const Modality = z.enum(["tabular", "text", "image", "time-series", "entity-history"]);

/** One model of the shipped catalogue: what it is, when it pays, and how its library is called. */
export const CatalogueEntry = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/u),
  title: z.string().min(1),
  /** Two entries of one family make similar mistakes: tracks take different families. */
  family: z.string().regex(/^[a-z0-9][a-z0-9-]*$/u),
  kind: z.literal("model"),
  taskTypes: z.array(TaskType).min(1),
  modalities: z.array(Modality).min(1),
  /** Metrics it is made for; empty: any. */
  metrics: z.array(MetricName).default([]),
  /** Training rows it is worth trying on; null: no upper end. */
  rows: z.tuple([z.number().int().min(0), z.number().int().positive().nullable()]),
  /** The Python distribution it is called from. */
  library: z.string().min(1),
  /** Further distributions the example imports. */
  requires: z.array(z.string()).default([]),
  /** Starts from pretrained weights, which a sandbox without a network must find on disk. */
  needsWeights: z.boolean().default(false),
  /** How often it is a winning choice where it fits, 0..1. */
  prior: z.number().min(0).max(1),
  when: z.string().min(1),
  /** A whole script for the first modality and the first task type: reads ./input/, writes ./submission.csv. */
  example: z.string().min(1),
  citation: z.strictObject({ title: z.string().min(1), url: z.url() }),
});
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;

/** Folder of the catalogue that is shipped with the program. */
export function shippedCatalogue(): string {
  return fileURLToPath(new URL("./catalogue", import.meta.url));
}

/** Reads every YAML file of a catalogue folder; a broken entry is named by file and id. */
export async function readCatalogue(folder: string): Promise<CatalogueEntry[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const files = await Promise.all(names.map((name) => readEntries(path.join(folder, name))));
  const entries = files.flat();
  const seen = new Set<string>();
  for (const { id } of entries) {
    if (seen.has(id)) throw new ConfigInvalid(`${folder}: two catalogue entries are called ${id}`);
    seen.add(id);
  }
  return entries;
}

async function readEntries(file: string): Promise<CatalogueEntry[]> {
  const parsed = parseYaml(file, await readFile(file, "utf8"));
  if (!Array.isArray(parsed)) throw new ConfigInvalid(`${file}: expected a list of entries`);
  return parsed.map((raw: unknown, index) => {
    const entry = CatalogueEntry.safeParse(raw);
    if (entry.success) return entry.data;
    const issue = entry.error.issues[0];
    const where = issue === undefined ? "" : `${issue.path.join(".")}: ${issue.message}`;
    throw new ConfigInvalid(`${file}: entry ${index + 1} (${nameOf(raw)}): ${where}`);
  });
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ConfigInvalid(`${file}: ${why}`, { cause: error });
  }
}

function nameOf(raw: unknown): string {
  return typeof raw === "object" && raw !== null && "id" in raw ? String(raw.id) : "no id";
}
