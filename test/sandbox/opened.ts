import { afterAll, beforeAll } from "vitest";
import type { EngineName, Execution, Limits, Sandbox } from "../../sandbox/contract.ts";
import { attack, type Bench, makeBench, open } from "./engines.ts";

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
