#!/usr/bin/env node
import { ensureDependencies } from "./set-up.mjs";

ensureDependencies();
try {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./main.ts");
} catch (error) {
  // The program could not even be loaded, so nothing of it can say this.
  if (error?.code !== "EMFILE" && error?.code !== "ENFILE") throw error;
  process.stderr.write(
    "error: mle-star: too many open files; raise their limit (`ulimit -n 4096`) and run the same command again\n",
  );
  process.exitCode = 1;
}
