import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { topics, topicText } from "../../../../agent/cli/help/topics.ts";
import { mleStar } from "../../../end-to-end/program.ts";

test.each(Object.entries(topics))(
  "the topic %s is told from the documentation",
  async (_, topic) => {
    const text = await topicText(topic);
    const [heading = ""] = text.split("\n");
    expect(heading).toBe(topic.sections[0]?.[1].toUpperCase());
    expect(text.length).toBeGreaterThan(200);
    // Marks of Markdown are for pages.
    expect(text).not.toMatch(/\]\(|\*\*|```|^\|/mu);
  },
);

test("help tells a topic, the options of a command, and what there is", async () => {
  const exit = await mleStar(["help", "exit-codes"]);
  expect(exit.stdout).toMatch(/^2 +bad usage or input, said in one line$/mu);
  expect((await mleStar(["help", "runs", "export"])).stdout).toContain("--with-data");
  const all = await mleStar(["help"]);
  expect(all.stdout).toContain("finish");
  expect(all.stdout).toMatch(/^ {2}exit-codes +what the exit codes mean$/mu);
  const { stdout } = await mleStar(["help", "limits", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ topic: "limits" });
});

test("an unknown topic is refused in one line that names those that there are", async () => {
  const { code, stderr } = await mleStar(["help", "nonsense"]);
  expect(code).toBe(2);
  expect(stderr).toBe(
    'error: no topic or command "nonsense"; topics: scores, limits, layouts, task.yaml, metrics, settings, resume, exit-codes\n',
  );
});

test("every option that the documentation names is one of a command", async () => {
  const { stdout } = await mleStar(["completion", "bash"]);
  const known = new Set([...optionsIn(stdout), "--requeue"]); // of sbatch
  const pages = (await readdir("docs")).filter((name) => /\.md$/u.test(name));
  // Commands of the benchmark stand in the figures.
  const files = [
    "README.md",
    ...pages.filter((name) => name !== "figures.md").map((name) => join("docs", name)),
  ];
  for (const file of files) {
    const unknown = optionsIn(await readFile(file, "utf8")).filter((option) => !known.has(option));
    expect(unknown, file).toEqual([]);
  }
});

function optionsIn(text: string): string[] {
  return text.match(/--[a-z][a-z-]*[a-z]/gu) ?? [];
}
