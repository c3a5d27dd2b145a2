import { readEnvironment } from "../../agent/cli/environment.ts";
import { trainerPython } from "../../sandbox/environment/trainer-environment.ts";

const { cacheDir, trainerPython: override } = readEnvironment();
const report = (line: string): void => void process.stderr.write(`trainer: ${line}\n`);
const interrupt = new AbortController();
process.once("SIGTERM", () => interrupt.abort());
const { signal } = interrupt;
process.stdout.write(`${await trainerPython(override, { cacheDir, report, signal })}\n`);
