import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawsOf } from "../../../agent/policies/random.ts";

/** Words that columns are called by: each generated competition draws its own. */
const WORDS = [
  ...["age", "area", "depth", "dose", "floor", "grade", "height", "income", "length", "level"],
  ...["mass", "noise", "output", "pace", "price", "rain", "rent", "score", "size", "speed"],
  ...["steps", "tax", "time", "visits", "volume", "wage", "weight", "width", "wind", "years"],
];
const ROWS = { train: 120, test: 40 };

export type Made = { name: string; folder: string; id: string; target: string };

/** The n-th generated competition: a table of numbers with holes, whose target follows two of its columns. */
export async function writeGenerated(root: string, n: number): Promise<Made> {
  const random = drawsOf("distill", n);
  const words = [...WORDS];
  const draw = (): string => words.splice(Math.floor(random() * words.length), 1)[0] ?? "";
  const [target, ...columns] = Array.from({ length: 4 + (n % 3) }, draw);
  const id = n % 2 === 0 ? "id" : "row_id";
  const name = `distill-${String(n).padStart(3, "0")}`;
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  const row = (number: number) => {
    const values = columns.map(() => random() * 10);
    const answer = 3 * (values[0] ?? 0) - 2 * (values[1] ?? 0) + random();
    const shown = values.map((value) => (random() < 0.05 ? "" : value.toFixed(2)));
    return { inputs: [number, ...shown].join(","), answer: answer.toFixed(2) };
  };
  const rows = Array.from({ length: ROWS.train + ROWS.test }, (_, index) => row(index + 1));
  const [train, test] = [rows.slice(0, ROWS.train), rows.slice(ROWS.train)];
  const header = [id, ...columns].join(",");
  const write = (file: string, lines: string[]) =>
    writeFile(join(folder, file), `${lines.join("\n")}\n`);
  await write("train.csv", [
    `${header},${target}`,
    ...train.map(({ inputs, answer }) => `${inputs},${answer}`),
  ]);
  await write("task.yaml", [
    `id: ${name}`,
    // Two of one title would be copies of each other.
    `title: What is the ${target} of a row of ${name}?`,
    "type: regression",
    "metric: { name: rmse, direction: minimize }",
    `id_column: ${id}`,
    `target_columns: [${target}]`,
    `prediction_columns: [${target}]`,
    // What is learned are failures and plans, not scores: one fold for each script is enough.
    "split: { folds: 1 }",
  ]);
  await write("test.csv", [header, ...test.map(({ inputs }) => inputs)]);
  await write("sample_submission.csv", [
    `${id},${target}`,
    ...test.map(({ inputs }) => `${inputs.split(",")[0]},0`),
  ]);
  return { name, folder, id, target: target ?? "" };
}
