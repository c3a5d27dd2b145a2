import { expect, test } from "vitest";
import { firstOf } from "./conversation.ts";
import { briefOf, draws, type Made, type Row, runScript } from "./modalities/modalities-data.ts";

const timeout = 240_000;

/** Rows of which `x` tells the class, with ids and labels that pandas would rewrite. */
function made(labels: readonly string[], type: "binary" | "multiclass"): Made {
  const next = draws(3);
  const rows = Array.from({ length: 300 }, (_, row): Row => {
    const code = Math.floor(next() * labels.length);
    const id = String(row).padStart(6, "0");
    return { id, x: code + 0.2 * next(), z: next(), y: labels[code] ?? "" };
  });
  const test_ = rows
    .slice(220)
    .map(({ id, x, z }): Row => ({ id: id ?? "", x: x ?? "", z: z ?? "" }));
  return {
    task: [
      `type: ${type}`,
      "metric: { name: accuracy, direction: maximize }",
      "id_column: id",
      "target_columns: [y]",
      "prediction_columns: [y]",
    ],
    train: rows.slice(0, 220),
    test: test_,
    sample: test_.map(({ id }): Row => ({ id: id ?? "", y: labels[0] ?? "" })),
    answers: rows.slice(220).map(({ id, y }): Row => ({ id: id ?? "", y: y ?? "" })),
    files: {},
  };
}

test.each([
  ["class codes with zeros before", ["011", "012", "021"], "multiclass"],
  ["TRUE and FALSE", ["FALSE", "TRUE"], "binary"],
] as const)(
  "the playbook's script keeps ids and labels letter by letter: %s",
  async (_title, labels, type) => {
    const competition = made(labels, type);
    const { brief, competition: loaded } = await briefOf(competition);
    const ran = await runScript(loaded, await firstOf(brief, "linear"));
    expect(ran.exit, ran.log).toBe(0);
    const [, ...lines] = ran.submission.trim().split("\n");
    expect(lines).toEqual(competition.answers.map(({ id, y }) => `${id},${y}`));
  },
  timeout,
);

test.each([
  ["no", "yes"],
  ["FALSE", "TRUE"],
  ["0", "1"],
])(
  "and the words of several targets: %s, %s",
  async (no, yes) => {
    const plain = made(["0", "1", "2", "3"], "multiclass");
    const word = (y: Row[string] | undefined, bit: number) =>
      (Number(y) >> bit) % 2 === 1 ? yes : no;
    const pair = ({ y, ...row }: Row): Row => ({ ...row, p: word(y, 0), q: word(y, 1) });
    const competition: Made = {
      ...plain,
      task: [
        "type: multilabel",
        "metric: { name: f1_macro, direction: maximize }",
        "id_column: id",
        "target_columns: [p, q]",
        "prediction_columns: [p, q]",
      ],
      train: plain.train.map(pair),
      sample: plain.sample.map(pair),
      answers: plain.answers.map(pair),
    };
    const { brief, competition: loaded } = await briefOf(competition);
    const ran = await runScript(loaded, await firstOf(brief, "random-forest"));
    expect(ran.exit, ran.log).toBe(0);
    const [, ...lines] = ran.submission.trim().split("\n");
    const right = competition.answers.map(({ id, p, q }) => `${id},${p},${q}`);
    const wrong = lines.filter((line, place) => line !== right[place]);
    expect(wrong.length).toBeLessThan(4);
    for (const line of lines) expect([no, yes]).toContain(line.split(",")[1]);
  },
  timeout,
);

test.each([
  [
    ["class_1", "class_2", "class_3"],
    ["Class 3", "Class 1", "Class 2"],
  ],
  [
    ["low", "mid", "top"],
    ["pTop", "pLow", "pMid"],
  ],
])(
  "and finds the column of each of the classes %s among %s",
  async (labels, columns) => {
    const plain = made(labels, "multiclass");
    const spelling = (text: string) => text.toLowerCase().replace(/^p(?=top|low|mid)/u, "");
    const columnOf = (label: Row[string] | undefined) =>
      columns.find((column) => spelling(column).replace(" ", "_") === label) ?? "";
    const shares = Object.fromEntries(columns.map((column): [string, string] => [column, "0.3"]));
    const competition: Made = {
      ...plain,
      task: [
        "type: multiclass",
        "metric: { name: log_loss, direction: minimize }",
        "id_column: id",
        "target_columns: [y]",
        `prediction_columns: [${columns.join(", ")}]`,
      ],
      sample: plain.sample.map(({ id }): Row => ({ id: id ?? "", ...shares })),
    };
    const { brief, competition: loaded } = await briefOf(competition);
    const ran = await runScript(loaded, await firstOf(brief, "linear"));
    expect(ran.exit, ran.log).toBe(0);
    const [head = "", ...lines] = ran.submission.trim().split("\n");
    const [, ...names] = head.split(",");
    const likeliest = lines.map((line) => {
      const chances = line.split(",").slice(1).map(Number);
      return names[chances.indexOf(Math.max(...chances))];
    });
    expect(likeliest).toEqual(plain.answers.map(({ y }) => columnOf(y)));
  },
  timeout,
);
