import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { verifyFolder } from "../../../runs/certificate/verify.ts";
import { covered, history } from "./ended-run.ts";

/** A way to change a file, by name, and the contents it leaves: each must be found. */
type Tampering = { file: string; how: string; bytes: Buffer };

/** How many changes were tried, and which of them `verify` did not find. */
export type Detection = { tried: number; missed: string[] };

/** The places of all bytes of a file, or of at most so many that are spread over it. */
export function spread(length: number, most: number): number[] {
  const step = Math.max(1, length / most);
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => Math.floor(index * step));
}

/** One byte after the other with one bit turned; all bits take turns. */
function* byteChanges(
  file: string,
  whole: Buffer,
  places: readonly number[],
): Generator<Tampering> {
  for (const [index, at] of places.entries()) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (index % 8));
    yield { file, how: `byte ${at}, bit ${index % 8}`, bytes };
  }
}

/** What else may happen to a file: cut at any place, made longer, emptied, lines lost, doubled or swapped. */
function* coarseChanges(file: string, whole: Buffer): Generator<Tampering> {
  for (const share of [0, 0.25, 0.5, 0.9]) {
    const cut = Math.floor(share * whole.length);
    yield { file, how: `cut at ${cut}`, bytes: whole.subarray(0, cut) };
  }
  yield { file, how: "cut by one", bytes: whole.subarray(0, -1) };
  for (const more of ["x", "\n", "{}\n", '{"v":1}\n'])
    yield {
      file,
      how: `${JSON.stringify(more)} appended`,
      bytes: Buffer.concat([whole, Buffer.from(more)]),
    };
  const lines = whole.toString("latin1").split("\n").slice(0, -1);
  const joined = (list: readonly string[]) =>
    Buffer.from(list.map((line) => `${line}\n`).join(""), "latin1");
  for (const [at, line] of lines.entries()) {
    yield { file, how: `line ${at + 1} removed`, bytes: joined(lines.toSpliced(at, 1)) };
    yield { file, how: `line ${at + 1} doubled`, bytes: joined(lines.toSpliced(at, 0, line)) };
    const next = lines[at + 1];
    if (next !== undefined && next !== line)
      yield {
        file,
        how: `line ${at + 1} swapped`,
        bytes: joined(lines.toSpliced(at, 2, next, line)),
      };
  }
}

/**
 * Changes the covered files of an ended run one by one, each put back afterwards, and asks `verify` every time;
 * `placesOf` chooses the bytes of a file of this length that are changed.
 */
export async function tamper(
  folder: string,
  placesOf: (length: number) => readonly number[],
): Promise<Detection> {
  const found: Detection = { tried: 0, missed: [] };
  for (const file of covered) {
    const path = join(folder, file);
    const whole = await readFile(path);
    for (const changes of [
      byteChanges(file, whole, placesOf(whole.length)),
      coarseChanges(file, whole),
    ])
      for (const { how, bytes } of changes) {
        if (bytes.equals(whole)) continue;
        await writeFile(path, bytes);
        found.tried += 1;
        const findings = await verifyFolder(folder, history);
        if (findings.every(({ ok }) => ok !== false)) found.missed.push(`${file}: ${how}`);
      }
    await writeFile(path, whole);
  }
  return found;
}
