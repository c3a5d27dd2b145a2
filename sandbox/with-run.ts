import type { Sandbox } from "./contract.ts";

/** A sandbox that is the given one in all but how it runs a job. */
export function withRun(sandbox: Sandbox, run: Sandbox["run"]): Sandbox {
  const { name, describe, protectsFiles, packages, slots } = sandbox;
  return { name, describe, protectsFiles, packages, slots, run, close: () => sandbox.close() };
}
