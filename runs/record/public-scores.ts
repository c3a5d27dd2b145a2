import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { writeAtomically } from "./atomic-file.ts";

/** What a leaderboard said of a submission of a run: a note that nothing reads but people. */
export const PublicScore = z.object({
  competition: z.string(),
  message: z.string(),
  /** Of the file that was sent. */
  sha256: z.string(),
  at: z.string(),
  /** `pending` until the leaderboard has scored it. */
  status: z.enum(["pending", "complete", "error"]),
  score: z.string().nullable(),
});
export type PublicScore = z.infer<typeof PublicScore>;

const NAME = "public-scores.json";

/** The notes of a run, oldest first; none where there are none. */
export async function readPublicScores(folder: string): Promise<PublicScore[]> {
  const text = await readFile(join(folder, NAME), "utf8").catch(() => null);
  return text === null ? [] : z.array(PublicScore).parse(JSON.parse(text));
}

/** Adds a note, in the place of an older one of the same message. */
export async function notePublicScore(folder: string, score: PublicScore): Promise<void> {
  const others = (await readPublicScores(folder)).filter(
    ({ message }) => message !== score.message,
  );
  await writeAtomically(join(folder, NAME), `${JSON.stringify([...others, score], null, 1)}\n`);
}
