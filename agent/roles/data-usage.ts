import type { RoleInputs, UnopenedFile } from "./inputs.ts";
import { code as codePart, compose, data } from "./prompt/compose.ts";
import { SCRIPT_RULES, scoring, WHOLE_SCRIPT } from "./prompt/paragraphs.ts";
import { named, section, some } from "./prompt/text.ts";
import { codeUnless } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const ALL_USED = "All the provided information is used.";

/** A_data: makes the first solution use what was given and never opened; null when nothing is left out. */
export const dataUsage: Role<RoleInputs["data-usage"], string | null> = {
  name: "data-usage",
  prompt: ({ code, unopened, mode }) =>
    compose("data-usage", {
      rules:
        section(
          "Task",
          "Does the solution below leave out given information that could improve it: a file, a table to be joined, a column, a hint of the description? If so, add it with as small a change as possible and keep the rest as it is.",
        ) +
        section("Rules", `${scoring(mode)}\n${SCRIPT_RULES}`) +
        section(
          "Answer",
          `${WHOLE_SCRIPT} If nothing useful is left out, answer with this sentence alone: ${ALL_USED}`,
        ),
      now: [
        codePart("Solution", code),
        data(
          "Files under ./input it never opened, and what they hold",
          unopened.length === 0 ? null : some(unopened, 100, describeFile).join("\n"),
          4000,
        ),
      ],
    }),
  reply: codeUnless(ALL_USED),
};

function describeFile({ name, kind, rows, columns, joins }: UnopenedFile): string {
  const size = rows === null ? "" : `, ${rows} rows`;
  const held = columns.length === 0 ? "" : `: ${some(columns, 40, named).join(", ")}`;
  const joined = joins.length === 0 ? "" : `; joins by ${some(joins, 5, named).join(", ")}`;
  return `${named(name)}, ${kind}${size}${held}${joined}`;
}
