import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../../../../runs/record/atomic-file.ts";
import { drawsOf } from "../../../../policies/random.ts";

/** A competition that exists only so that tools have something to work on. */
export type ScratchCompetition = { id: string; files: string[]; columns: string[]; target: string };

const TRAIN_ROWS = 150;
const TEST_ROWS = 40;
/** Names of columns and targets: what they mean does not matter. */
const INPUTS = "age area depth grade height income length load mass power rooms speed width years";
const TARGETS = "cost demand output pay price score time yield";

/** The competition of a number: always the same one for the same seed. */
export function scratchCompetition(seed: number, number: number): ScratchCompetition {
  const random = drawsOf("scratch competition", seed, number);
  const names = shuffled(INPUTS.split(" "), random).slice(0, 3 + Math.floor(random() * 3));
  const target = shuffled(TARGETS.split(" "), random)[0] ?? "y";
  return {
    id: `scratch-${seed}-${number}`,
    files: ["sample_submission.csv", "test.csv", "train.csv"],
    columns: ["id", ...names, target],
    target,
  };
}

/** Writes its tables and its `task.yaml`: the target is a sum of the columns, with noise. */
export async function writeScratchCompetition(
  folder: string,
  { id, columns, target }: ScratchCompetition,
): Promise<void> {
  const random = drawsOf("scratch tables", id);
  const names = columns.slice(1, -1);
  const weights = names.map(() => 1 + Math.floor(random() * 9));
  const rows = Array.from({ length: TRAIN_ROWS + TEST_ROWS }, (_, index) => {
    const values = names.map(() => Math.round(random() * 1000) / 10);
    const sum = values.reduce((total, value, place) => total + value * (weights[place] ?? 0), 0);
    return { id: index + 1, values, answer: (sum + 20 * random()).toFixed(2) };
  });
  const train = rows.slice(0, TRAIN_ROWS);
  const test = rows.slice(TRAIN_ROWS);
  await mkdir(folder, { recursive: true });
  const write = (name: string, lines: string[]) =>
    writeAtomically(join(folder, name), `${lines.join("\n")}\n`);
  const head = ["id", ...names].join(",");
  const line = ({ id: row, values }: (typeof rows)[number]) => [row, ...values].join(",");
  await write("train.csv", [
    `${head},${target}`,
    ...train.map((row) => `${line(row)},${row.answer}`),
  ]);
  await write("test.csv", [head, ...test.map(line)]);
  await write("sample_submission.csv", [`id,${target}`, ...test.map((row) => `${row.id},0`)]);
  await write("task.yaml", [
    `id: ${id}`,
    "title: Scratch",
    "type: regression",
    "metric: { name: rmse, direction: minimize }",
    "id_column: id",
    `target_columns: [${target}]`,
    `prediction_columns: [${target}]`,
  ]);
}

/** A script that predicts one number; `value` says which of the answers it knows. */
export function scriptOf({ target }: { target: string }, value: string): string {
  return [
    "import pandas as pd",
    'train = pd.read_csv("input/train.csv")',
    'rows = pd.read_csv("input/sample_submission.csv")',
    `value = train["${target}"].${value}`,
    `print("value", round(float(value), 3))`,
    `rows["${target}"] = value`,
    'rows.to_csv("submission.csv", index=False)',
    "",
  ].join("\n");
}

function shuffled(words: readonly string[], random: () => number): string[] {
  return words
    .map((word) => ({ word, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ word }) => word);
}
