import { join } from "node:path";
import type { EngineName } from "../../../../sandbox/contract.ts";
import type { SkdRow } from "../../../distill/skd/skd-rows.ts";
import { allRoles } from "../../../roles/all.ts";
import { Unreadable } from "../../../roles/role.ts";
import { askOne } from "../eval/ask-model.ts";
import { openExecutor, runsBelow } from "../reverse/executor.ts";

/** Of one execution. */
const SECONDS = 120;

export type Tries = {
  rows: readonly SkdRow[];
  students: readonly { name: string; folder: string }[];
  /** Folder of the runs that the rows are from. */
  from: string;
  /** Where answers and executions are kept. */
  place: string;
  maxTokens: number;
  sandbox: "auto" | EngineName;
  cwd: string;
  report: (line: string) => void;
};

/** Whether the first answers of students to a debugger's questions run on the data of the runs: by student, by row. */
export async function firstTries(tries: Tries): Promise<Map<string, Map<string, boolean>>> {
  const { rows, students, from, place, maxTokens, sandbox, cwd, report } = tries;
  const asked = rows.filter(({ role }) => role === "debugger");
  const questions = asked.map(({ id, parts }) => ({
    id,
    messages: parts[0]?.messages.slice(0, -1) ?? [],
  }));
  const runs = await runsBelow(from);
  await using executor = await openExecutor({
    find: runs.find,
    file: join(place, "executions.jsonl"),
    sandbox,
    trustedCode: false,
    seconds: SECONDS,
    report,
  });
  const found = new Map<string, Map<string, boolean>>();
  for (const { name, folder } of students) {
    const file = join(place, "answers.jsonl");
    const answers = await askOne(questions, { model: name, file, maxTokens, report, folder, cwd });
    const ran = new Map<string, boolean>();
    for (const { id, provenance } of asked) {
      const code = allRoles.debugger.reply.read(answers.get(id) ?? "");
      const isDone = !(code instanceof Unreadable) && (await executor.run(provenance, code)).isDone;
      ran.set(id, isDone);
    }
    found.set(name, ran);
  }
  return found;
}
