import { inferTask } from "../../../tasks/infer/infer.ts";
import { seeded, toCsv } from "../made-competition.ts";
import { madeFolder } from "../made-folder.ts";

/** A cell of a made table. */
export type Cell = string | number;

/** A table of `rows` rows, each column by a function of the row's number. */
function table(rows: number, columns: Record<string, (row: number) => Cell>, from = 0): string {
  const lines = Array.from({ length: rows }, (_, index) =>
    Object.values(columns)
      .map((cell) => cell(from + index))
      .join(","),
  );
  return `${Object.keys(columns).join(",")}\n${lines.join("\n")}\n`;
}

/** A whole competition: features are shared, targets stand in train, predictions in the sample submission. */
export function competition(parts: {
  features: Record<string, (row: number) => Cell>;
  targets: Record<string, (row: number) => Cell>;
  predictions: Record<string, (row: number) => Cell>;
}): Record<string, string> {
  const id = { id: (row: number): Cell => row };
  return {
    "train.csv": table(200, { ...id, ...parts.features, ...parts.targets }),
    "test.csv": table(50, { ...id, ...parts.features }, 200),
    "sample_submission.csv": table(50, { ...id, ...parts.predictions }, 200),
  };
}

/** A feature that says nothing. */
export const x = { x: (row: number): Cell => (row * 7) % 13 };

/** Infers the task of a folder with these files. */
export async function infer(files: Record<string, string | Uint8Array>) {
  await using folder = await madeFolder(files);
  return await inferTask(folder.path);
}

/** Three rows a sequence, the answers in a table of their own. */
export function sequences(): Record<string, string> {
  const next = seeded(5);
  const steps = (id: number) =>
    [0, 1, 2].map((step) => ({ sequence: `s${id}`, step: String(step), v: next().toFixed(4) }));
  const ids = Array.from({ length: 150 }, (_, id) => id);
  const state = (id: number) => ({ sequence: `s${id}`, state: String((id * 7) % 2) });
  const [train, test_] = [ids.slice(0, 120), ids.slice(120)];
  return {
    "train.csv": toCsv(train.flatMap(steps)),
    "test.csv": toCsv(test_.flatMap(steps)),
    "train_labels.csv": toCsv(train.map(state)),
    "sample_submission.csv": toCsv(test_.map((id) => ({ sequence: `s${id}`, state: "0.5" }))),
  };
}

/** Tokens of sentences, whose submission ids are made of two columns. */
export function tokens(): Record<string, string> {
  const next = seeded(9);
  const rows = Array.from({ length: 60 }, (_, sentence) =>
    Array.from({ length: 3 + (sentence % 3) }, (_unused, token) => ({
      sentence_id: String(sentence),
      token_id: String(token),
      before: next().toFixed(4),
      after: String(token % 2),
    })),
  );
  const test_ = rows.slice(45).flat();
  return {
    "train.csv": toCsv(rows.slice(0, 45).flat()),
    "test.csv": toCsv(test_, ["sentence_id", "token_id", "before"]),
    "sample_submission.csv": toCsv(
      test_.map((row) => ({ id: `${row.sentence_id}_${row.token_id}`, after: "0" })),
    ),
  };
}
