import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Option } from "@commander-js/extra-typings";
import { diskError } from "../../../runs/errors.ts";
import { readSplits } from "../../../runs/record/splits.ts";
import type { Trajectory } from "../../../runs/report/across/trajectories.ts";
import { readTrajectories } from "../../../runs/report/across/trajectory-store.ts";
import type { CommandContext } from "../runs/context.ts";
import { subCommand } from "../runs/context.ts";

/** What an export wrote. */
type Exported = { file: string; rows: number; runs: number; passedOver: string[] };

/** `mle-star memory export`: one row for each call of a role, with what came of it, from the journals. */
export function exportCommand(context: CommandContext) {
  return subCommand("export", "one row for each call of a role, with what came of it", context)
    .addOption(
      new Option("--format <form>", "of the file")
        .choices(["jsonl", "parquet"] as const)
        .default("jsonl" as const),
    )
    .addOption(
      new Option(
        "--split <name>",
        "only competitions of this split; test is never exported",
      ).choices(["train", "dev"] as const),
    )
    .option("--splits <file>", "YAML lists of competitions: train, dev, test")
    .option("--out <file>", "where to write it", "trajectories.<format>")
    .action(async ({ runsDir, json, format, split, splits, out }) => {
      const file = resolve(context.cwd, out.replace("<format>", format));
      const passedOver: string[] = [];
      const count = { rows: 0, runs: new Set<string>() };
      const rows = readTrajectories(runsDir, {
        splits: await readSplits(splits ?? null),
        wanted: split === undefined ? ["train", "dev"] : [split],
        path: context.path,
        report: (line) => void passedOver.push(line),
      });
      const write = format === "jsonl" ? writeLines : (await import("./parquet.ts")).writeParquet;
      await write(file, counted(rows, count));
      const made: Exported = { file, rows: count.rows, runs: count.runs.size, passedOver };
      context.write(json ? `${JSON.stringify(made)}\n` : exportedText(made));
    });
}

async function* counted(
  rows: AsyncIterable<Trajectory>,
  count: { rows: number; runs: Set<string> },
): AsyncGenerator<Trajectory> {
  for await (const row of rows) {
    count.rows += 1;
    count.runs.add(`${row.competition}/${row.run}`);
    yield row;
  }
}

/** Writes rows as they come; the file appears whole or not at all. */
async function writeLines(file: string, rows: AsyncIterable<Trajectory>): Promise<void> {
  const draft = `${file}.part`;
  async function* lines() {
    for await (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  try {
    await pipeline(Readable.from(lines()), createWriteStream(draft));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw diskError(error, file);
  }
}

function exportedText({ file, rows, runs, passedOver }: Exported): string {
  const notes = passedOver.map((line) => `${line}\n`).join("");
  return `${notes}${file}: ${rows} rows of ${runs} runs\n`;
}
