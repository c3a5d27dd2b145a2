import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of files that is gone when the test ends; its name ends in `name`. */
export async function madeFolder(
  files: Record<string, string | Uint8Array>,
  name = "houses",
): Promise<{ path: string } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), "mle-star-test-"));
  const path = join(root, name);
  await mkdir(path);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

/** Three small tables that fit together: price is predicted from size and town. */
export function houses(): Record<string, string> {
  const towns = ["Ulm", "Kiel", "Jena"];
  const row = (id: number): string => `${id},${40 + ((id * 37) % 90)},${towns[id % 3]}`;
  const ids = Array.from({ length: 60 }, (_, index) => index + 1);
  return {
    "train.csv": `id,size,town,price\n${ids
      .slice(0, 40)
      .map((id) => `${row(id)},${(id * 7919) % 1000}.5`)
      .join("\n")}\n`,
    "test.csv": `id,size,town\n${ids.slice(40).map(row).join("\n")}\n`,
    "sample_submission.csv": `id,price\n${ids
      .slice(40)
      .map((id) => `${id},0`)
      .join("\n")}\n`,
  };
}

/** The task of those tables, as a person would write it. */
export const HOUSES_TASK = `id: houses
title: What does a house cost?
type: regression
metric: { name: rmse, direction: minimize }
id_column: id
target_columns: [price]
prediction_columns: [price]
`;
