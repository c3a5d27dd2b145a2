import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { Competition } from "../competition.ts";
import { runScript } from "../python-script.ts";
import { Profile } from "./profile.ts";
import { type Finding, Screening } from "./screen.ts";

const SCRIPT = fileURLToPath(new URL("./python/inspect_data.py", import.meta.url));

const Inspection = z.object({ profile: Profile, screening: Screening });

/** Profile and screen of the data by one Python process, which reads and holds the training table once. */
export async function inspectCompetition(
  competition: Competition,
  python: string,
  signal: AbortSignal | null = null,
): Promise<{ profile: Profile; findings: Finding[] }> {
  const { description: _, ...task } = competition;
  const found = await runScript({ python, signal }, SCRIPT, task, `inspecting ${task.id}`);
  const { profile, screening } = Inspection.parse(found);
  return { profile, findings: screening.findings };
}
