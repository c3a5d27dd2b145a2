import { appendFile, cp, mkdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { sha256 } from "../../../../runs/sha256.ts";
import { openSandbox } from "../../../../sandbox/choose.ts";
import type { Sandbox } from "../../../../sandbox/contract.ts";
import { pythonEnvironment } from "../../../../sandbox/environment/python-environment.ts";
import { readMachine, shareMachine } from "../../../../sandbox/machine.ts";
import { copyInput, prepareWorkspace, takeSubmission } from "../../../../sandbox/workspace.ts";

const Kept = z.object({ key: z.string(), ran: z.boolean() });
const LIMITS = { pids: 64, outputMb: 8, diskMb: 512, gpus: 0, seconds: 60 };

/** Runs scripts of a model on made competitions, each once, in a sandbox. */
export type Scripts = AsyncDisposable & {
  /** Whether a script leaves a submission with the header and as many rows as the sample. */
  run(competition: string, code: string): Promise<boolean>;
};

export async function openScripts(place: string): Promise<Scripts> {
  const file = join(place, "executions.jsonl");
  const known = new Map<string, boolean>();
  for (const line of (await readFile(file, "utf8").catch(() => "")).split("\n")) {
    const kept = Kept.safeParse(parseJson(line)).data;
    if (kept !== undefined) known.set(kept.key, kept.ran);
  }
  let sandbox: Promise<Sandbox> | null = null;
  return {
    async run(competition, code) {
      const key = sha256(JSON.stringify([competition, code]));
      const before = known.get(key);
      if (before !== undefined) return before;
      sandbox ??= open();
      const ran = await runIn(await sandbox, place, competition, code);
      await appendFile(file, `${JSON.stringify({ key, ran })}\n`);
      known.set(key, ran);
      return ran;
    },
    async [Symbol.asyncDispose]() {
      await (await sandbox)?.close();
    },
  };
}

async function open(): Promise<Sandbox> {
  const cacheDir = process.env.MLE_STAR_CACHE ?? join(homedir(), ".cache", "mle-star");
  const report = (line: string) => console.error(line);
  const override = process.env.MLE_STAR_PYTHON ?? null;
  const environment = { cacheDir, override, report, signal: undefined };
  const { python, packages } = await pythonEnvironment(environment);
  return await openSandbox({
    ...{ wanted: "auto", trustedCode: false, cacheDir, python, packages, report },
    ...{ baseImage: null, wheels: null, root: "rootless", podmanHost: null, run: "measure-skd" },
    sharedMounts: { readOnly: [], environment: {}, sockets: [] },
  });
}

async function runIn(sandbox: Sandbox, place: string, competition: string, code: string) {
  const folder = join(place, "box");
  await rm(folder, { recursive: true, force: true });
  const [workspace, input] = [join(folder, "work"), join(folder, "input")];
  await mkdir(folder, { recursive: true });
  await prepareWorkspace(workspace, code);
  const data = join(place, competition, "input");
  await cp(data, join(folder, "data"), { recursive: true });
  await copyInput(join(folder, "data"), input);
  const { limits } = shareMachine(await readMachine(), null);
  const execution = await sandbox.run(
    {
      ...{ at: "measure/script", workspace, input, script: "solution.py", gpus: [], seed: 0 },
      ...{ limits: { ...limits, ...LIMITS }, rules: "enforced" as const },
    },
    new AbortController().signal,
  );
  if (execution.outcome !== "finished") return false;
  const taken = await takeSubmission(workspace, join(folder, "submission.csv"));
  if (taken.path === null) return false;
  const [own, sample] = await Promise.all(
    [taken.path, join(data, "sample_submission.csv")].map((path) => readFile(path, "utf8")),
  );
  return shapeOf(own ?? "") === shapeOf(sample ?? "");
}

/** Header and number of rows. */
function shapeOf(text: string): string {
  const lines = text.trim().split(/\r?\n/u);
  return `${lines[0]} ${lines.length}`;
}
