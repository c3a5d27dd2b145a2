/**
 * A service for trying `measure -- model` by hand: `tsx test/measure/model/scripted-endpoint.ts <folder>` makes a
 * competition in the folder, answers the questions of this program and of AIDE about it, and prints what to call.
 */
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWages } from "../../end-to-end/made-competition.ts";
import { answerTo } from "../../end-to-end/scripted-answers.ts";
import { saying, startMessagesServer } from "../../fakes/servers/messages-server.ts";

/** What AIDE is given for each of its questions: a line through all rows, its error printed. */
const AIDE_SCRIPT = `Fit a straight line.

\`\`\`python
import pandas as pd, numpy as np
train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")
cut = len(train) * 4 // 5
line = np.polyfit(train["years"][:cut], train["pay"][:cut], 1)
print("rmse", float(np.sqrt(np.mean((np.polyval(line, train["years"][cut:]) - train["pay"][cut:]) ** 2))))
test["pay"] = np.polyval(line, test["years"])
test[["id", "pay"]].to_csv("./working/submission.csv", index=False)
\`\`\`
`;

const review = { is_bug: false, summary: "It ran.", metric: 8.5, lower_is_better: true };

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: scripted-endpoint.ts <folder>\n");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const competition = await writeWages(join(folder, "wages"), 3000, true);
await writeFile(join(folder, "asked.txt"), "");
const server = await startMessagesServer(async ({ prompt, body }) => {
  await appendFile(join(folder, "asked.txt"), `${prompt.slice(0, 80).replaceAll("\n", " ")}\n`);
  const { tools = [], stream = false } = body as { tools?: { name: string }[]; stream?: boolean };
  const unstreamed = !stream;
  if (tools.some(({ name }) => name === "submit_review"))
    return saying("", {
      blocks: [{ type: "tool_use", id: "call_1", name: "submit_review", input: review }],
      stop: "tool_use",
      unstreamed,
    });
  return saying(/Kaggle grandmaster/iu.test(prompt) ? AIDE_SCRIPT : answerTo(prompt), {
    unstreamed,
  });
});
process.stdout.write(
  `npm run measure -- model --base-url ${server.url} --model anthropic:claude-scripted --on ${competition} --calls 12 --minutes 3\n`,
);
process.on("SIGTERM", () => void server.close().then(() => process.exit(0)));
