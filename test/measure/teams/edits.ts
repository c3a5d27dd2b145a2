import { allRoles } from "../../../agent/roles/all.ts";
import { promptText, Unreadable } from "../../../agent/roles/role.ts";
import type { Questions } from "./played.ts";

/** Small changes of a block, and what it then is, blanks aside; `or`: other ways that are right. */
const EDITS: readonly { block: string; plan: string; becomes: string; or?: string[] }[] = [
  { block: "rate = 0.1", plan: "Set the rate to 0.05.", becomes: "rate = 0.05" },
  { block: "seed = 1", plan: "Set the seed to 7.", becomes: "seed = 7" },
  { block: "trees = 100", plan: "Use 500 trees.", becomes: "trees = 500" },
  { block: "y = x + 1", plan: "Subtract 1 instead of adding it.", becomes: "y = x - 1" },
  { block: "y = x * 2", plan: "Multiply by 3 instead of 2.", becomes: "y = x * 3" },
  {
    block: 'name = "ridge"',
    plan: 'Change the name to "lasso".',
    becomes: 'name = "lasso"',
  },
  { block: "folds = 5", plan: "Use ten folds.", becomes: "folds = 10" },
  {
    block: "values = [1, 2, 3]",
    plan: "Add 4 to the end of the list.",
    becomes: "values = [1, 2, 3, 4]",
    or: ["values = [1, 2, 3]\nvalues.append(4)"],
  },
  {
    block: "depth = 3\nrate = 0.1",
    plan: "Set the depth to 6 and leave the rate.",
    becomes: "depth = 6\nrate = 0.1",
  },
  { block: "total = a", plan: "Add b to the total.", becomes: "total = a + b" },
  { block: "use_log = False", plan: "Turn use_log on.", becomes: "use_log = True" },
  {
    block: "model = Ridge(alpha=1.0)",
    plan: "Set alpha to 10.0.",
    becomes: "model = Ridge(alpha=10.0)",
  },
];

/** Questions to the coder whose right answer is known without running anything. */
export function editQuestions(): Questions {
  const { coder } = allRoles;
  return {
    role: coder.name,
    prompts: EDITS.map(({ block, plan }) => promptText(coder.prompt({ block, plan }))),
    isRight(text, item) {
      const read = coder.reply.read(text);
      const edit = EDITS[item];
      if (read instanceof Unreadable || edit === undefined) return false;
      return [edit.becomes, ...(edit.or ?? [])].some((each) => plain(each) === plain(read));
    },
  };
}

/** Code without comments, blank lines and what is only a matter of taste. */
function plain(code: string): string {
  return code
    .split("\n")
    .map((line) => line.replace(/#.*$/u, "").replaceAll("'", '"').replace(/\s+/gu, ""))
    .filter((line) => line !== "")
    .join("\n");
}
