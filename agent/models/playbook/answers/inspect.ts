import type { RoleInputs } from "../../../roles/inputs.ts";
import { parseScript } from "../script.ts";
import { type Context, fenced } from "./context.ts";
import { safeScript } from "./write.ts";

/** Lines that fit something on training and test rows together. */
const jointFit =
  /^.*\.fit(?:_transform)?\(\s*(?:pd\.concat|np\.concatenate|np\.vstack)\(\s*[[(].*test.*$/mu;

/** Whether a script leaks, and the line that does; its own scripts keep folds apart by construction. */
export function checkLeakage(input: RoleInputs["leakage-checker"]): string {
  const isOurs = parseScript(input.code) !== null;
  const line = isOurs ? null : (jointFit.exec(input.code)?.[0] ?? null);
  const answer =
    line === null
      ? { leaky: false, block: "", why: "" }
      : {
          leaky: true,
          block: line,
          why: input.findings[0] ?? "a transformer is fitted on training and test rows together",
        };
  return JSON.stringify(answer);
}

/** The block with its transformer fitted on the training rows only. */
export function correctLeakage(input: RoleInputs["leakage-corrector"]): string {
  const corrected = input.block.replace(
    /(?:pd\.concat|np\.concatenate|np\.vstack)\(\s*[[(]\s*([\w.[\]"']+)\s*,[^)\]]*[\])][^)]*\)/gu,
    (_, first: string) => first,
  );
  return fenced(corrected);
}

const sampling = /^[ \t]*(\w+)\s*=\s*\1(?:\.sample\(|\.head\(|\[:\s*\d).*$/mu;

/** The line that thins the training rows, word for word, or null. */
export function findSubsample(input: RoleInputs["subsample-finder"]): string {
  const line = sampling.exec(input.code)?.[0] ?? null;
  return JSON.stringify({ block: line });
}

/** The same block with all rows kept. */
export function removeSubsample(input: RoleInputs["subsample-remover"]): string {
  const kept = input.block.replace(
    new RegExp(sampling.source, "gmu"),
    (line: string, name: string) => `${/^[ \t]*/u.exec(line)?.[0] ?? ""}${name} = ${name}`,
  );
  return fenced(kept);
}

/** A script that writes the submission: the given one if it does already, else the playbook's plainest. */
export function writeTest(input: RoleInputs["test-writer"], context: Context): string {
  const writes = /(?<!sample_)submission\.csv/u.test(input.code);
  return fenced(writes ? input.code : safeScript(context));
}
