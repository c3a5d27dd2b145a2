import { join } from "node:path";
import type { Competition } from "./competition.ts";
import { linkAll } from "./new-rows.ts";
import { scanCsv } from "./tables/csv.ts";
import { writeTable } from "./tables/write-csv.ts";

/** A competition in a folder of its own whose training answers are shuffled among the rows, always alike; all else is linked. */
export async function withShuffledAnswers(
  competition: Competition,
  folder: string,
): Promise<Competition> {
  const { files, labels_file: labels, target_columns: targets } = competition;
  const table = labels ?? files.train;
  const rows: string[][] = [];
  const visit = (values: readonly string[]) => void rows.push([...values]);
  const { header } = await scanCsv(
    join(competition.folder, table),
    visit,
    Number.POSITIVE_INFINITY,
  );
  const places = targets.map((name) => header.indexOf(name)).filter((place) => place !== -1);
  const order = shuffled(rows.length);
  const mixed = rows.map((row, at) =>
    row.map((cell, place) =>
      places.includes(place) ? (rows[order[at] ?? at]?.[place] ?? cell) : cell,
    ),
  );
  await linkAll(competition.folder, folder, [table]);
  await writeTable(join(folder, table), header, mixed);
  return { ...competition, folder };
}

/** Numbers below `count` in an order of chance that is always the same (Fisher and Yates, Park and Miller). */
function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  let state = 20_261_130;
  for (let last = count - 1; last > 0; last--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (last + 1);
    [order[last], order[other]] = [order[other] ?? last, order[last] ?? other];
  }
  return order;
}
