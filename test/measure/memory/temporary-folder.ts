import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone when its block ends. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "mle-star-memory-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
