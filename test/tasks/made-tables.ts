import { inferTask } from "../../tasks/infer/infer.ts";
import { madeFolder } from "./made-folder.ts";

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
