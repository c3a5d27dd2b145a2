import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { readKeptLines } from "../../../../runs/record/json-lines.ts";
import {
  type AcceptanceCurve,
  acceptanceCurve,
  Judgement,
  Schedule,
} from "../../../distill/skd/acceptance.ts";

/** Writes `acceptance.json` of a trained model, from what each process of its training kept. */
export async function keepAcceptance(folder: string): Promise<AcceptanceCurve | null> {
  const kept = join(folder, "acceptance");
  const names = (await readdir(kept)).filter((name) => name.endsWith(".jsonl")).sort();
  const judgements: Judgement[] = [];
  for (const name of names) judgements.push(...(await readKeptLines(join(kept, name), Judgement)));
  const chosen = await readFile(join(folder, "schedule", "chosen.json"), "utf8").catch(() => "");
  const schedule = Schedule.safeParse(parseJson(chosen)).data ?? null;
  const curve = acceptanceCurve(judgements, schedule);
  if (curve !== null)
    await writeFileAtomic(join(folder, "acceptance.json"), `${JSON.stringify(curve, null, 2)}\n`);
  return curve;
}
