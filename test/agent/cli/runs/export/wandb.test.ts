import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createRun, runFiles } from "../../../../../runs/record/folder.ts";
import { mleStar } from "../../../../end-to-end/program.ts";
import { freshFolder, journalRun } from "../../../../runs/journal-fixture.ts";
import { python } from "../../../../tasks/interpreter.ts";

/** Reads what the client wrote as the client's own protocol has it: records in blocks, as in logs of LevelDB. */
const READER = `
import json, sys
from wandb.proto import wandb_internal_pb2 as pb

data = open(sys.argv[1], "rb").read()
at, part, told = 7, b"", {"history": [], "config": {}, "summary": {}, "run": None, "files": []}
while at + 7 <= len(data):
    if 32768 - at % 32768 < 7:
        at += 32768 - at % 32768
        continue
    size, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
    part += data[at + 7 : at + 7 + size]
    at += 7 + size
    if kind not in (1, 4):
        continue
    record = pb.Record()
    record.ParseFromString(part)
    part = b""
    which = record.WhichOneof("record_type")
    if which == "run":
        told["run"] = [record.run.project, record.run.display_name, record.run.run_id, record.run.run_group]
        told["config"].update({item.key: json.loads(item.value_json) for item in record.run.config.update})
    if which == "config":
        told["config"].update({item.key: json.loads(item.value_json) for item in record.config.update})
    if which == "history":
        told["history"].append({(item.key or item.nested_key[0]): json.loads(item.value_json) for item in record.history.item})
    if which == "summary":
        told["summary"].update({(item.key or item.nested_key[0]): json.loads(item.value_json) for item in record.summary.update})
print(json.dumps(told))
`;

test("a run, at work and ended, becomes an offline run that the client of Weights & Biases reads and would sync", async () => {
  const runs = join(await freshFolder(), "runs");
  const cache = await freshFolder();
  const { journal } = runFiles(await createRun(runs, "houses", "one"));
  await journalRun(journal, { base: "a", first: "b", second: "c", blend: "d" });
  const whole = await readFile(journal, "utf8");
  const export_ = async (out: string) => {
    const args = [
      "runs",
      "export",
      "one",
      "--runs-dir",
      runs,
      "--to",
      "wandb",
      "--out",
      out,
      "--json",
    ];
    const { code, stdout, stderr } = await mleStar(args, {
      MLE_STAR_CACHE: cache,
      MLE_STAR_PYTHON: python,
    });
    expect(code, stderr).toBe(0);
    const made = JSON.parse(stdout) as { folder: string; id: string; points: number };
    const own = join(cache, "wandb-client", "bin", "python");
    const file = join(made.folder, `run-${made.id}.wandb`);
    return {
      ...made,
      file,
      own,
      told: JSON.parse(execFileSync(own, ["-c", READER, file]).toString()),
    };
  };
  const out = await freshFolder();
  const ended = await export_(out);
  expect(ended.folder).toMatch(/\/wandb\/offline-run-\d{8}_\d{6}-[0-9a-f]{16}$/u);
  expect(ended.told.run).toEqual(["mle-star", "houses/one", ended.id, "houses"]);
  const scores = ended.told.history.map((row: { search_score: number }) => row.search_score);
  expect(scores.toSorted((a: number, b: number) => a - b)).toEqual([8, 9, 10, 11, 12]);
  const best = ended.told.history.map(
    (row: { best_search_score: number }) => row.best_search_score,
  );
  expect([Math.min(...best), best.includes(12)]).toEqual([8, false]);
  expect(ended.told.summary).toMatchObject({ sealed_score: 8.5 });
  expect(ended.told.config).toMatchObject({ seed: 1, metric: "rmse" });
  const wandb = join(cache, "wandb-client", "bin", "wandb");
  const env = { PATH: process.env.PATH ?? "", HOME: out };
  const would = await execa(wandb, ["sync", "--dry-run"], { cwd: out, env, extendEnv: false });
  expect(would.stderr).toContain(`run-${ended.id}.wandb`);
  const lines = whole.split(/(?<=\n)/u);
  await writeFile(journal, lines.slice(0, 12).join(""));
  const atWork = await export_(await freshFolder());
  expect(atWork.id).not.toBe(ended.id);
  expect(atWork.points).toBeLessThan(ended.points);
});
