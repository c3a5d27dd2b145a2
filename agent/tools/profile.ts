import * as z from "zod";
import { untrusted } from "../roles/prompt/text.ts";
import { lookAt } from "./look-code.ts";
import { ColumnName, defineTool, FileName, Refused } from "./tool.ts";

/** What the columns of a table are like. */
export const profile = defineTool({
  name: "profile",
  description:
    "Profile columns of a table of the training rows: missing, distinct, range or commonest values, correlation with the target. Without a file: the training table.",
  use: "look",
  isRepeated: false,
  after: null,
  input: z.strictObject({
    file: FileName.optional(),
    columns: z.array(ColumnName).max(60).default([]).describe("none: the first 60"),
  }),
  output: z.object({ file: FileName, columns: z.array(ColumnName) }),
  async run({ file, columns }, context) {
    const { files, target_columns } = context.run.competition;
    const of = file ?? files.train;
    const target = target_columns[0] ?? "";
    const shown = await lookAt(context, "profile", { file: of, columns, target });
    if (shown instanceof Refused) return shown;
    return { value: { file: of, columns }, text: untrusted(shown) };
  },
});
