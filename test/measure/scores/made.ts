import { access } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Competition } from "../../../tasks/competition.ts";
import { loadCompetition } from "../../../tasks/load.ts";

/** Kinds of data of which there are made-up competitions, each with a recipe written by hand to be beaten. */
export const MADE_KINDS = ["plain", "ratings", "texts", "panel"] as const;

/** Made-up competitions of each kind: the same number, the same rows. */
export const MADE_OF_A_KIND = 5;

/** Whether a competition is one of them. */
export function isMade({ id }: Pick<Competition, "id">): boolean {
  return id.startsWith("made-");
}

/** The first `count` made-up competitions of every kind, written into the cache where they are not there yet. */
export async function madeCompetitions(
  count: number,
  { python, cacheDir }: { python: string; cacheDir: string },
): Promise<Competition[]> {
  const script = fileURLToPath(new URL("../python/families.py", import.meta.url));
  const found: Competition[] = [];
  for (const kind of MADE_KINDS) {
    for (let number = 0; number < Math.min(count, MADE_OF_A_KIND); number++) {
      const folder = join(cacheDir, "measure-made", `made-${kind}-${number}`);
      const isThere = await access(join(folder, "task.yaml")).then(
        () => true,
        () => false,
      );
      if (!isThere) await execa(python, [script, kind, `${number}`, folder]);
      found.push(await loadCompetition(folder));
    }
  }
  return found;
}
