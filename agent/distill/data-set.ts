import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { sha256 } from "../../runs/sha256.ts";
import { Asked, IN_FULL } from "./asked.ts";
import type { Judged, Row } from "./row.ts";

const SCHEMA = 1;
type Part = "train" | "dev";

/** What a data set is, beside its rows: nothing in it depends on when or where it was made. */
export const Manifest = z.object({
  schema: z.literal(SCHEMA),
  kind: z.string(),
  options: z.record(z.string(), z.unknown()),
  /** How the student was asked in its rows, and is to be asked when it answers. */
  asked: Asked,
  rows: z.object({ train: z.number(), dev: z.number() }),
  /** Candidates that became no row, by reason, the most frequent first. */
  dropped: z.record(z.string(), z.number()),
  /** Runs of competitions that are tested on: none of their calls was a candidate. */
  runsLeftOut: z.number(),
  competitions: z.object({ train: z.array(z.string()), dev: z.array(z.string()) }),
  models: z.array(z.string()),
  licenses: z.array(z.string()),
  /** sha256 of the files of rows. */
  files: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

/** Candidates as they were judged. */
export type Sifted = { rows: Row[]; dropped: ReadonlyMap<string, number> };

export function sift(judged: readonly Judged[]): Sifted {
  const dropped = new Map<string, number>();
  const rows: Row[] = [];
  for (const each of judged) {
    if ("row" in each) rows.push(each.row);
    else dropped.set(each.dropped, (dropped.get(each.dropped) ?? 0) + 1);
  }
  return { rows: rows.sort((a, b) => (a.id < b.id ? -1 : 1)), dropped };
}

/**
 * Writes `train.jsonl`, `dev.jsonl`, what else belongs to the set (by the name of its file, one object a line), and
 * `dataset.json`; the same calls and options give the same bytes.
 */
export async function writeDataSet(
  folder: string,
  { rows, dropped }: Sifted,
  about: Pick<Manifest, "kind" | "options" | "runsLeftOut"> & Partial<Pick<Manifest, "asked">>,
  more: Readonly<Record<string, readonly object[]>> = {},
): Promise<Manifest> {
  await mkdir(folder, { recursive: true });
  const of = (part: Part) => rows.filter(({ split }) => split === part);
  const files: Record<string, string> = {};
  const contents = { "train.jsonl": of("train"), "dev.jsonl": of("dev"), ...more };
  for (const [name, objects] of Object.entries(contents)) {
    const text = objects.map((each) => `${JSON.stringify(each)}\n`).join("");
    files[name] = sha256(text);
    await writeFileAtomic(join(folder, name), text);
  }
  const competitions = (part: Part) =>
    distinct(of(part).map(({ provenance }) => provenance.competition));
  const manifest: Manifest = {
    schema: SCHEMA,
    kind: about.kind,
    options: about.options,
    asked: about.asked ?? IN_FULL,
    rows: { train: of("train").length, dev: of("dev").length },
    dropped: Object.fromEntries([...dropped].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
    runsLeftOut: about.runsLeftOut,
    competitions: { train: competitions("train"), dev: competitions("dev") },
    models: distinct(rows.map(({ provenance }) => provenance.model)),
    licenses: distinct(rows.map(({ provenance }) => provenance.license)),
    files,
  };
  await writeFileAtomic(join(folder, "dataset.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
