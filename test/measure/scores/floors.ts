import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { caseFolder } from "../../fakes/generated/case-folder.ts";
import { CASES, type CaseName } from "../../fakes/generated/cases.ts";
import { python } from "../../tasks/interpreter.ts";

/** By hand: what a default LightGBM reaches on the hidden answers of the made cases, and two standard errors less. */
export async function measureFloors(): Promise<void> {
  const script = fileURLToPath(new URL("../python/floor.py", import.meta.url));
  for (const name of Object.keys(CASES) as CaseName[]) {
    const made = CASES[name]();
    await using folder = await caseFolder(made);
    const { stdout } = await execa(python, [script, folder.path, folder.answers, made.metric]);
    const [score, noise, floor] = stdout.split(" ");
    console.log(`${name}: ${made.metric} ${score} ± ${noise}, floor ${floor}`);
  }
}
