import type { Sandbox } from "../../../sandbox/contract.ts";
import { withRun } from "../../../sandbox/with-run.ts";
import type { Progress } from "./progress.ts";

/** A sandbox that tells of its executions while they run: the journal has them only when they have ended. */
export function watchedSandbox(sandbox: Sandbox, progress: Pick<Progress, "began">): Sandbox {
  return withRun(sandbox, async (job, signal) => {
    const ended = progress.began(job.at);
    try {
      return await sandbox.run(job, signal);
    } finally {
      ended();
    }
  });
}
