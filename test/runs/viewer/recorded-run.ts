import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { NOTHING_NAMED, openHistory } from "../../../runs/record/history.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";

/** A runs folder with a run as the program leaves it, history and all; `until` cuts its journal, `grow` goes on with it. */
export async function recordedRun(until: number | null = null) {
  const root = join(await freshFolder(), "runs");
  const folder = await createRun(root, "houses", "r1");
  const lines = await recordIn(folder);
  const { journal } = runFiles(folder);
  const cut = until ?? lines.length;
  await writeFile(journal, lines.slice(0, cut).join(""));
  const grow = () => appendFile(journal, lines.slice(cut).join(""));
  return { root, folder, grow };
}

/** Writes history and journal of a run into its folder; the lines of the journal. */
export async function recordIn(folder: string): Promise<string[]> {
  const { journal, history: directory } = runFiles(folder);
  const path = process.env.PATH ?? "";
  const options = { run: "r1", path, named: NOTHING_NAMED, report: () => undefined };
  const history = await openHistory(directory, options);
  const commit = (id: string, parents: string[], files: Record<string, string>) =>
    history.commit({
      id,
      parents,
      files,
      date: "2026-01-02T03:04:05Z",
      subject: id,
      body: null,
      trailers: {},
    });
  const base = await commit("base", [], { "solution.py": "a = 1\n" });
  const first = await commit("first", [base], { "solution.py": "a = 2\n" });
  const second = await commit("second", [base], { "solution.py": "a = 3\n" });
  const blend = await commit("blend", [base, second], { "blend.json": "{}\n" });
  await journalRun(journal, { base, first, second, blend });
  return (await readFile(journal, "utf8")).split(/(?<=\n)/u);
}
