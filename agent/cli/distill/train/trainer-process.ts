import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault, Interrupted } from "../../../../runs/errors.ts";
import { parseJson } from "../../../../runs/record/journal-lines.ts";
import { findGpus } from "../../../../sandbox/gpu/devices.ts";
import { endGroup } from "../../../../sandbox/linux/processes.ts";
import { TrainerEvent } from "../../../distill/training.ts";
import { startProgram } from "../python-program.ts";

const room = fileURLToPath(new URL("../../../distill/trainer", import.meta.url));

export type TrainerJob = {
  python: string;
  /** File of the settings. */
  settings: string;
  /** Processes that train together, on as many GPUs. */
  processes: number;
  device: string;
  /** What libraries say goes there. */
  log: string;
  take: (event: TrainerEvent) => void;
  signal: AbortSignal;
};

/** Trains in a process of its own until it ends; what it tells is handed on. Throws where it ends without a last word. */
export async function runTrainer(job: TrainerJob): Promise<void> {
  const { python, log, take, signal } = job;
  const child = startProgram([python, ...(await argumentsOf(job))], { log, append: true });
  const end = (): void => endGroup(child.pid);
  signal.addEventListener("abort", end);
  let isLastWord = false;
  try {
    for await (const line of child.iterable()) {
      const event = TrainerEvent.safeParse(parseJson(line));
      if (!event.success) continue;
      isLastWord = event.data.event === "done" || event.data.event === "failed";
      take(event.data);
    }
    const ended = await child;
    if (signal.aborted) throw new Interrupted("interrupted: the same command goes on");
    if (!isLastWord) throw new Fault(await whyEnded(ended, log));
  } finally {
    signal.removeEventListener("abort", end);
    endGroup(child.pid);
  }
}

async function argumentsOf({ settings, processes, device }: TrainerJob): Promise<string[]> {
  // Nothing is written beside the program, which lies in the user's own copy.
  const program = [join(room, "train.py"), settings];
  if (processes === 1) return ["-B", ...program];
  const launch = ["-B", "-m", "accelerate.commands.launch", "--num_machines", "1"];
  const plain = ["--mixed_precision", "no", "--dynamo_backend", "no"];
  const onCpu = device === "cpu" || (await findGpus()).length === 0;
  const where = onCpu ? ["--cpu"] : ["--multi_gpu"];
  return [...launch, "--num_processes", String(processes), ...plain, ...where, ...program];
}

export async function whyEnded(
  { exitCode, signal }: { exitCode?: number | undefined; signal?: string | undefined },
  log: string,
): Promise<string> {
  if (signal === "SIGKILL")
    return "the trainer was killed, as the system does where memory is short: lower --micro-batch or --max-length";
  const lines = (await readFile(log, "utf8")).trim().split("\n");
  const last = lines.findLast((line) => /^[\w.]*(?:Error|Exception)\b/u.test(line)) ?? lines.at(-1);
  return `the trainer ended with ${signal ?? `code ${exitCode}`}: ${last ?? "it said nothing"} (log: ${log})`;
}
