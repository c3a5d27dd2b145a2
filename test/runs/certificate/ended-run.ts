import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { certify } from "../../../runs/certificate/certificate.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { openJournal } from "../../../runs/record/journal.ts";
import { end, execution, handClock, reply, start, verdict } from "../journal-fixture.ts";

const code = "print('submission')\n";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const submission = "id,y\n1,2\n";

/** The history of the run below. */
export const history = { read: async () => code, diff: async () => "" };

/** A run that has ended, small but with every kind of file that a certificate covers. */
export async function endedRun(
  folder: string,
  started: Parameters<typeof start>[0] = {},
): Promise<string> {
  const files = runFiles(folder);
  const journal = await openJournal(files.journal, { clock: handClock() });
  const id = "track-1/init-1";
  await journal.append("run-started", "run-started", start(started));
  await journal.append("answered", `${id}/initializer/1`, reply());
  await journal.append("executed", `${id}/fold-0/run`, execution(id, { codeHash: sha256(code) }));
  await journal.append("evaluated", `${id}/evaluated`, verdict(id, null, 0.5));
  const finalists = [{ solution: id, search: 0.5, corrected: 0.5, expected: 0, spread: 0 }];
  await journal.append("sealed-intended", "finalize/sealed-intended", {
    finalists,
    solutions: [id],
  });
  const written = {
    solution: id,
    sha256: sha256(submission),
    why: "chosen",
    unchecked: [],
    isBest: true,
    isSample: false,
  };
  await journal.append("submission-written", "publish/final", written);
  await journal.append("run-ended", "run-ended", { ...end, solution: id });
  await journal.close();
  await writeFile(files.submission, submission);
  await writeFile(files.solution, code);
  const hidden = ["labels/fold-0.npz", "bank/track-1%2Finit-1/fold-0.npz"];
  for (const name of [...hidden, "split.json", "sealed.json"]) {
    await mkdir(join(files.referee, name, ".."), { recursive: true });
    await writeFile(join(files.referee, name), `content of ${name}`);
  }
  await certify(folder);
  return folder;
}

/** The files of that run that a certificate vouches for, itself among them. */
export const covered = [
  "journal.jsonl",
  "certificate.json",
  "submission.csv",
  "solution.py",
  "referee/bank/track-1%2Finit-1/fold-0.npz",
  "referee/labels/fold-0.npz",
  "referee/split.json",
  "referee/sealed.json",
];
