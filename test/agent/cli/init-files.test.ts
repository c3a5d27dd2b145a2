import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { initCommand } from "../../../agent/cli/init.ts";
import type { Doubt } from "../../../tasks/infer/infer.ts";
import { loadCompetition, SHIPPED_FOLDER } from "../../../tasks/load.ts";
import { scratch, toCsv } from "../../tasks/made-competition.ts";
import {
  everyFile,
  folderOf,
  plainFiles,
  preparerIn,
  runPython,
  shop,
} from "../../tasks/prepare/shop.ts";

const made = shop(9);
const noPlan = () => Promise.resolve(null);

/** Runs the command and loads what it left, with one cache for both. */
async function begin(
  folder: string,
  flags: string[],
  ask: ((doubt: Doubt) => string) | null = null,
) {
  let output = "";
  const preparer = preparerIn(scratch());
  const asked = ask === null ? null : (doubt: Doubt) => Promise.resolve(ask(doubt));
  const command = initCommand({
    ask: asked,
    out: (text) => (output += text),
    preparer,
    plan: noPlan,
  });
  await command.parseAsync([folder, ...flags], { from: "user" });
  const lines: string[] = [];
  const competition = await loadCompetition(folder, {
    tasksDir: SHIPPED_FOLDER,
    report: (line) => lines.push(line),
    preparer,
  });
  return { output, lines, competition, starts: preparer.starts() };
}

test("a folder of other formats is begun and loaded from one copy", async () => {
  const folder = folderOf(
    everyFile(
      made,
      (text) => text.replaceAll(",", ";"),
      (it) => `data/${it}`,
    ),
  );
  const { output, lines, competition, starts } = await begin(folder, ["--yes"]);
  expect(output).toContain("columns are separated by semicolons");
  expect(output).toContain("target: back (binary)");
  expect(lines.filter((line) => line.startsWith("data: "))).toHaveLength(1);
  expect(competition).toMatchObject({ id: "shop", target_columns: ["back"], type: "binary" });
  expect(competition.folder).not.toBe(folder);
  expect(starts).toBe(1);
});

test("a task that speaks of the original files and columns is read for the copy", async () => {
  const renamed = toCsv(made.train).replace("spent", " Spent ");
  const folder = folderOf({ ...plainFiles(made), "train.csv": renamed });
  runPython(folder, "import os; os.rename('train.csv', 'customers.tsv')");
  runPython(
    folder,
    "t = open('customers.tsv').read().replace(',', '\\t'); open('customers.tsv', 'w').write(t)",
  );
  const task = [
    "id: shop",
    "title: Shop",
    "type: binary",
    "metric: { name: roc_auc, direction: maximize }",
    "id_column: id",
    "target_columns: [back]",
    "prediction_columns: [back]",
    "drop_columns: [' Spent ']",
    "files: { train: customers.tsv }",
    "",
  ].join("\n");
  runPython(folder, `open("task.yaml", "w").write(${JSON.stringify(task)})`);
  const preparer = preparerIn(scratch());
  const competition = await loadCompetition(folder, { tasksDir: SHIPPED_FOLDER, preparer });
  expect(competition.files.train).toBe("customers.csv");
  expect(competition.drop_columns).toEqual(["Spent"]);
});

test("train alone: a person is asked which column is predicted, and the task remembers", async () => {
  const folder = folderOf({ "train.csv": toCsv(made.train) });
  const questions: string[] = [];
  const { competition, output } = await begin(folder, [], ({ question, guess }) => {
    questions.push(question);
    return question.includes("only") ? "back" : guess;
  });
  expect(questions[0]).toBe("There is only train.csv. Which column is to be predicted?");
  expect(output).toContain("22 of its 112 rows are kept back as test rows");
  expect(competition).toMatchObject({ target_columns: ["back"], id_column: "id" });
});

test("a target whose name has a comma is named whole", async () => {
  const name = "back, within a year";
  const comma = (text: string) => text.replace("back", `"${name}"`);
  const folder = folderOf(everyFile(made, comma));
  const { competition } = await begin(folder, ["--yes", "--target", name]);
  expect(competition.target_columns).toEqual([name]);
});

test("what is refused names the file of the person's folder", async () => {
  const folder = folderOf({
    ...plainFiles(made),
    "train.csv": "id; back\n1;2\n2;2\n",
  });
  const preparer = preparerIn(scratch());
  const command = initCommand({ ask: null, out: () => undefined, preparer, plan: noPlan });
  const refused = command.parseAsync([folder, "--type", "binary"], { from: "user" });
  await expect(refused).rejects.toThrow(`${join(folder, "train.csv")}: back is "2" in every row`);
  expect(readFileSync(join(folder, "train.csv"), "utf8")).toContain(";");
});

test("several rows for an id of train are said, and stay together", async () => {
  const rows = made.train.map((row, i) => ({ ...row, id: `c${i % 40}` }));
  const folder = folderOf({ ...plainFiles(made), "train.csv": toCsv(rows) });
  const { competition, output } = await begin(folder, ["--yes"]);
  expect(competition.group_column).toBe("id");
  expect(output).toContain(
    "id names 40 different things in 112 rows of train: the rows of one stay together in the split",
  );
});

test("folders of classes need no task.yaml, and it is said how they are run", async () => {
  const train = ["cat", "dog"].flatMap((label) =>
    Array.from({ length: 12 }, (_, place) => [`train/${label}/${place}.png`, label]),
  );
  const folder = folderOf({ ...Object.fromEntries(train), "test/0.png": "cat" });
  await expect(begin(folder, [])).rejects.toThrow(
    `shop lacks a training or a test table, and needs no task.yaml: its tables are made of its files when it is run (mle-star run `,
  );
});
