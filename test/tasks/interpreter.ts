import { readEnvironment } from "../../agent/cli/environment.ts";
import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";

const { cacheDir, python: override } = readEnvironment();

/** The interpreter that the product itself would use. */
export const { python } = await pythonEnvironment({
  cacheDir,
  override,
  report: (line) => process.stderr.write(`${line}\n`),
});
