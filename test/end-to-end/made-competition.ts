import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A small table of numbers, the same every time: `pay` follows `years` and `grade` up to some noise. `isGraded`: its
 * answers lie beside it, where `mle-star grade` looks for them.
 */
export async function writeWages(folder: string, rows = 300, isGraded = false): Promise<string> {
  const random = numbers(11);
  const person = (id: number) => {
    const [years, grade] = [random() * 30, Math.floor(random() * 5)];
    const pay = 20 + 2 * years + 3 * grade + random() * 8;
    return { inputs: [id, years.toFixed(2), grade].join(","), answer: pay.toFixed(2) };
  };
  return writeTables(folder, "id,years,grade", "pay", rows, person, isGraded);
}

/** A small table with a category: whether a leaf is `oak` or `elm`, mostly determined by its measures. */
export async function writeLeaves(folder: string, rows = 300): Promise<string> {
  const random = numbers(7);
  const leaf = (id: number) => {
    const [length, width] = [random() * 10, random() * 5];
    const place = ["hill", "shore", "town"][Math.floor(random() * 3)];
    const isOak = length + 2 * width + (place === "hill" ? 4 : 0) + random() * 4 > 14;
    const inputs = [id, length.toFixed(3), width.toFixed(3), place].join(",");
    return { inputs, answer: isOak ? "oak" : "elm" };
  };
  return writeTables(folder, "id,length,width,place", "tree", rows, leaf);
}

async function writeTables(
  folder: string,
  columns: string,
  target: string,
  rows: number,
  make: (id: number) => { inputs: string; answer: string },
  isGraded = false,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const all = Array.from({ length: Math.ceil(rows * 1.25) }, (_, index) => make(index + 1));
  const train = all.slice(0, rows).map(({ inputs, answer }) => `${inputs},${answer}`);
  const test = all.slice(rows);
  const usual = all[0]?.answer ?? "";
  const sample = test.map(({ inputs }) => `${inputs.split(",")[0]},${usual}`);
  const write = (name: string, lines: string[]) =>
    writeFile(join(folder, name), `${lines.join("\n")}\n`);
  await write("train.csv", [`${columns},${target}`, ...train]);
  await write("test.csv", [columns, ...test.map(({ inputs }) => inputs)]);
  await write("sample_submission.csv", [`id,${target}`, ...sample]);
  const answers = test.map(({ inputs, answer }) => `${inputs.split(",")[0]},${answer}`);
  if (isGraded)
    await writeFile(`${folder}-answers.csv`, `${[`id,${target}`, ...answers].join("\n")}\n`);
  return folder;
}

/** Pseudo-random numbers in 0..1, the same for a seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
