import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Interpreter, openInterpreter } from "../../agent/tools/scratch/interpreter.ts";
import type { EngineName, Execution, Limits, Sandbox } from "../../sandbox/contract.ts";
import { attack, type Bench, limits, makeBench, open, seed } from "./engines.ts";

/** A sandbox and a bench that are open as long as the tests of the block last in which this is called. */
export function opened(name: EngineName): {
  readonly sandbox: Sandbox;
  readonly bench: Bench;
  attack(code: string, change?: Partial<Limits>, signal?: AbortSignal): Promise<Execution>;
} {
  let parts: { sandbox: Sandbox; bench: Bench } | null = null;
  const here = (): { sandbox: Sandbox; bench: Bench } => {
    if (parts === null) throw new Error(`${name} is not open here`);
    return parts;
  };
  beforeAll(async () => {
    parts = { sandbox: await open(name), bench: await makeBench() };
  });
  afterAll(async () => {
    const { sandbox, bench } = here();
    await sandbox.close();
    await bench[Symbol.asyncDispose]();
  });
  return {
    get sandbox() {
      return here().sandbox;
    },
    get bench() {
      return here().bench;
    },
    attack: (code, change, signal) => {
      const { sandbox, bench } = here();
      return attack(sandbox, bench, code, change, signal);
    },
  };
}

/** An interpreter over the same bench, open as long; its isolation is attacked by cells, the rules only record. */
export function openedInterpreter(here: { readonly sandbox: Sandbox; readonly bench: Bench }): {
  attack(code: string): Promise<Pick<Execution, "outcome" | "log">>;
} {
  let parts: { interpreter: Interpreter; workFolder: string } | null = null;
  const never = new AbortController().signal;
  afterAll(async () => {
    await parts?.interpreter.close();
    if (parts !== null) await rm(parts.workFolder, { recursive: true, force: true });
  });
  return {
    async attack(code) {
      if (parts === null) {
        const workFolder = await mkdtemp(join(tmpdir(), "mle-star-cells-"));
        const { sandbox, bench } = here;
        const wanted = { sandbox, at: "attack", workFolder, input: bench.input, limits, seed };
        const options = { ...wanted, rules: "audit" as const, mostOutput: 400_000 };
        parts = { interpreter: await openInterpreter(options, never), workFolder };
      }
      const { text, isError } = await parts.interpreter.run(
        { code, seconds: 60, isOwn: false },
        never,
      );
      return { outcome: isError ? "error" : "finished", log: text };
    },
  };
}
