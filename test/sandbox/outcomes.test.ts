import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Ended, judgeExecution } from "../../sandbox/outcomes.ts";
import { jobOn } from "./engines.ts";

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), "mle-outcomes-"));
  await writeFile(join(workspace, "run.log"), "");
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const killed: Ended = { exitCode: 137, signal: null, seconds: 1, oomKilled: false, peakMb: null };

test.for([
  ["killed when its time was up", { seconds: 2 }, "timed-out"],
  ["killed then, by a clock that rounds down", { seconds: 1.993 }, "timed-out"],
  ["killed earlier", { seconds: 1.5 }, "error"],
  ["killed when its time was up, for memory", { seconds: 2, oomKilled: true }, "out-of-memory"],
  ["ended by itself when its time was up", { seconds: 2, exitCode: 0 }, "finished"],
  ["killed with all its memory in use", { oomKilled: null, peakMb: 380 }, "out-of-memory"],
  ["killed with little memory in use", { oomKilled: null, peakMb: 20 }, "error"],
  ["failed when its time was up", { seconds: 2, exitCode: 1 }, "error"],
] as const)("a script that was %s", async ([, change, outcome]) => {
  const job = jobOn({ folder: workspace, workspace, input: workspace }, { seconds: 2 });
  const { execution } = await judgeExecution(job, { ...killed, ...change }, null);
  expect(execution.outcome).toBe(outcome);
});

const TRACEBACK = 'Traceback (most recent call last):\n  File "solution.py", line 3, in <module>\n';
const FULL = [
  "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 1.00 GiB",
  "RuntimeError: CUDA error: out of memory",
  "cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 8,000,000,000 bytes",
  "xgboost.core.XGBoostError: [09:00:00] dmlc/../device_helpers.cuh:430: Memory allocation error on worker 0: cudaErrorMemoryAllocation: out of memory",
  "lightgbm.basic.LightGBMError: [CUDA] out of memory cuda_utils.hpp 92",
  "_catboost.CatBoostError: cuda_base.h:281: CUDA error 2: out of memory",
  "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
];

async function judgeOnGpu(log: string, gpus: string[], exitCode = 1) {
  await writeFile(join(workspace, "run.log"), log);
  const job = { ...jobOn({ folder: workspace, workspace, input: workspace }), gpus };
  return judgeExecution(job, { ...killed, exitCode }, null);
}

test.for(FULL)("a GPU whose memory is all taken is told apart from a bug: %s", async (error) => {
  const { execution, lackedMemory } = await judgeOnGpu(`${TRACEBACK}${error}\n`, ["GPU-0"]);
  expect(execution).toMatchObject({
    outcome: "out-of-memory",
    warning: "the memory of its GPU was all taken",
  });
  // That the machine lacked memory would be a reason to run it once more.
  expect(lackedMemory).toBe(false);
});

test("what a script survived, or says without a GPU, is no lack of memory of a GPU", async () => {
  const [error = ""] = FULL;
  const bug = `${TRACEBACK}${error}\n\nDuring handling of the above exception, another exception occurred:\n\n${TRACEBACK}NameError: x\n`;
  expect((await judgeOnGpu(bug, ["GPU-0"])).execution.outcome).toBe("error");
  expect((await judgeOnGpu(`${TRACEBACK}${error}\n`, [])).execution.outcome).toBe("error");
  expect((await judgeOnGpu(error, ["GPU-0"], 0)).execution.outcome).toBe("finished");
});

test("what statements took is read of the notes, whatever a script has written among them", async () => {
  const notes = [
    "started",
    "at 1 0.00",
    "at 7 0.02",
    "at 9 1.50",
    "at x 3",
    "at 12 99999.00",
    "at 13 1.00",
  ];
  await writeFile(join(workspace, ".trace"), `${notes.join("\0")}\0`);
  const job = jobOn({ folder: workspace, workspace, input: workspace }, { seconds: 2 });
  const { execution } = await judgeExecution(job, { ...killed, seconds: 2 }, null);
  expect(execution.spent).toEqual([
    { line: 7, seconds: 1.5 },
    { line: 9, seconds: 2 },
    { line: 13, seconds: 1 },
  ]);
});
