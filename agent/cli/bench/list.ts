import { resolve } from "node:path";
import { Command } from "commander";
import { type DataState, dataState } from "../../../tasks/mle-bench/prepared.ts";
import {
  type BenchEntry,
  benchTable,
  type ListName,
  playbookWords,
  validationWords,
} from "../../../tasks/mle-bench/table.ts";
import { readEnvironment } from "../environment.ts";
import { table } from "../terminal/table.ts";
import { listNamed } from "./choose.ts";

/** A competition as the list shows it. */
type Row = BenchEntry & { data: DataState; validated: string; playbook: string };

/** `mle-star bench list`: the competitions of MLE-bench, which are prepared, and how runs on each are scored. */
export function listCommand() {
  return new Command("list")
    .description(
      "List the competitions of MLE-bench: which data are there, and whether the referee scores solutions on held-back rows (else why not).",
    )
    .argument("[list]", "low, medium, high, dev or all; without it all 82")
    .option("--data-dir <folder>", "data of MLE-bench")
    .option("--json", "print one JSON object")
    .action(async (list: string | undefined, options: { dataDir?: string; json?: true }) => {
      const dataDir = resolve(options.dataDir ?? readEnvironment().benchDataDir);
      const rows = await rowsOf(list === undefined ? null : listNamed(list), dataDir);
      const text =
        options.json === true
          ? `${JSON.stringify({ dataDir, competitions: rows })}\n`
          : lines(rows);
      process.stdout.write(text);
    });
}

async function rowsOf(list: ListName | null, dataDir: string): Promise<Row[]> {
  const all = await benchTable();
  const isIn = ({ split }: BenchEntry) =>
    list === null || (list === "all" ? split !== "dev" : split === list);
  return Promise.all(
    all.filter(isIn).map(async (entry) => ({
      ...entry,
      data: await dataState(dataDir, entry.id),
      validated: validationWords(entry),
      playbook: playbookWords(entry),
    })),
  );
}

function lines(rows: readonly Row[]): string {
  const head = ["competition", "split", "GB", "data", "layout", "validated by", "playbook"];
  const cells = rows.map((row) => [
    row.id,
    row.split,
    row.gigabytes === null ? "–" : String(row.gigabytes),
    row.data,
    row.layout,
    row.validated,
    row.playbook,
  ]);
  const scored = rows.filter(({ unsplit }) => unsplit === null).length;
  const issues = rows.filter(({ knownIssue }) => knownIssue !== null);
  return [
    ...table([head, ...cells], (column) => column === 2),
    "",
    `${rows.length} competitions: ${scored} by the referee, ${rows.length - scored} self-reported`,
    ...issues.map(({ id, knownIssue }) => `note: ${id}: ${knownIssue}`),
    "",
  ].join("\n");
}
