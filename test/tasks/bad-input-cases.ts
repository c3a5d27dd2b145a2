/** Names and contents of a folder. */
export type Files = Record<string, string | Uint8Array>;

const edit =
  (file: string, from: string | RegExp, to: string) =>
  (files: Files): Files => ({ ...files, [file]: String(files[file]).replace(from, to) });
/** Puts another content in the place of a file. */
export const put =
  (file: string, content: string | Uint8Array) =>
  (files: Files): Files => ({ ...files, [file]: content });
/** Leaves a file out. */
export const drop = (file: string) => (files: Files) =>
  Object.fromEntries(Object.entries(files).filter(([name]) => name !== file));
const task = (from: string | RegExp, to: string) => edit("task.yaml", from, to);

/** What is wrong, how it is made from a good folder, and the whole message. */
export const cases: [string, (files: Files) => Files, string][] = [
  ["a missing table", drop("train.csv"), "train.csv: no such file"],
  ["an empty table", put("test.csv", ""), "test.csv: the file is empty"],
  [
    "a table of a header alone",
    put("train.csv", "id,size,town,price\n"),
    "train.csv: only a header, no rows",
  ],
  [
    "a target that train lacks",
    edit("train.csv", "price", "cost"),
    'train.csv:1: no target column "price"; known: id, size, town, cost',
  ],
  [
    "a target misspelled in the task",
    task("target_columns: [price]", "target_columns: [prices]"),
    'train.csv:1: no target column "prices"; did you mean "price"?',
  ],
  [
    "a target that is empty everywhere",
    (files) => put("train.csv", String(files["train.csv"]).replaceAll(/,[\d.]+$/gmu, ","))(files),
    "train.csv: the target price is empty in every row",
  ],
  [
    "a target that is text under a metric of numbers",
    edit("train.csv", "919.5", "cheap"),
    'train.csv:2: rmse needs numbers, but price is "cheap": mend the cell, or name another metric (--metric, or metric in task.yaml)',
  ],
  [
    "a negative target under rmsle",
    (files) => task("rmse", "rmsle")(edit("train.csv", "919.5", "-3")(files)),
    "train.csv:2: rmsle needs values of 0 or more, but price is -3",
  ],
  [
    "a duplicated id in test",
    edit("test.csv", /^43,/mu, "41,"),
    'test.csv:4: id "41" is duplicated; it stands on line 2 too',
  ],
  [
    "a target that test has too",
    (files) => put("test.csv", String(files["test.csv"]).replace("size", "price"))(files),
    'test.csv:1: has the target column "price"; remove it, or name another target',
  ],
  [
    "a sample submission with another id",
    edit("sample_submission.csv", /^60,/mu, "99,"),
    'sample_submission.csv:21: id "99" is not in test.csv; both must hold the same ids: add the missing rows, or take the further ones away',
  ],
  [
    "a sample submission that lacks a row",
    edit("sample_submission.csv", /^41,0\n/mu, ""),
    'test.csv:2: id "41" is not in sample_submission.csv; both must hold the same ids: add the missing rows, or take the further ones away',
  ],
  [
    "a sample submission without the prediction column",
    edit("sample_submission.csv", "price", "cost"),
    'sample_submission.csv:1: no prediction column "price"; known: id, cost',
  ],
  [
    "a sample submission without the id column",
    edit("sample_submission.csv", "id", "key"),
    'sample_submission.csv:1: no id column "id"; known: key, price',
  ],
  [
    "a sample submission of other length when rows have no id",
    (files) =>
      task(
        "id_column: id",
        "id_column: null",
      )(edit("sample_submission.csv", /^60,0\n/mu, "")(files)),
    "sample_submission.csv: 19 rows, but test.csv has 20",
  ],
  [
    "a ragged row",
    edit("train.csv", /^5,/mu, "5,5,"),
    "train.csv:6: 5 fields, but the header names 4",
  ],
  [
    "a header name twice",
    edit("train.csv", "size", "town"),
    'train.csv:1: column "town" stands twice in the header; rename one of them',
  ],
  [
    "a quote that never closes",
    edit("train.csv", "40,", '"40,'),
    "train.csv:41: a quoted field opens here and never closes",
  ],
  [
    "a byte that is not UTF-8",
    put("test.csv", Buffer.from("id,size,town\n41,50,K\xf6ln\n", "latin1")),
    "test.csv:2: byte 20 is not UTF-8; save the file as UTF-8",
  ],
  [
    "a character cut off at the end",
    put("test.csv", Buffer.from([105, 100, 10, 0xc3])),
    "test.csv:2: byte 3 is not UTF-8; save the file as UTF-8",
  ],
  [
    "a UTF-16 file",
    put("test.csv", Buffer.from("\uFEFFid,size,town\n", "utf16le")),
    "test.csv: the file is UTF-16; save it as UTF-8",
  ],
  [
    "a binary file",
    put("train.csv", Buffer.from([80, 75, 3, 4, 0, 0])),
    "train.csv: this is a binary file, not CSV; unpack or convert it first",
  ],
  [
    "semicolons",
    put("train.csv", "id;size;town;price\n1;2;3;4\n"),
    'train.csv: columns are separated by ";"; save the table with commas',
  ],
  [
    "a folder where a sample submission should be",
    (files) => put("sample_submission.csv/x", "")(drop("sample_submission.csv")(files)),
    "sample_submission.csv: expected a CSV file, found something else",
  ],
  [
    "an unknown metric",
    task("rmse", "rsme"),
    'task.yaml:4:17: unknown metric "rsme"; did you mean "rmse"?',
  ],
  [
    "an unknown key",
    task("title:", "titel:"),
    'task.yaml:2:1: unknown key "titel"; did you mean "title"?',
  ],
  [
    "an unknown key inside",
    task("direction: minimize", "direction: minimize, kk: 2"),
    'task.yaml:4:44: unknown key "kk"',
  ],
  ["a missing key", task(/^type.*\n/mu, ""), "task.yaml:1:1: type is missing"],
  [
    "broken YAML",
    task("[price]\np", "[price\np"),
    "task.yaml:7:1: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  [
    "a further file that is not there",
    task(/$/u, "files: { other: [towns.csv] }\n"),
    "towns.csv: no such file, though task.yaml names it",
  ],
  [
    "a custom metric without its file",
    task("rmse", "custom"),
    "houses: metric custom needs metric_file, a Python file with score(submission, answers)",
  ],
  [
    "a named description that is not there",
    task(/$/u, "files: { description: about.md }\n"),
    "about.md: no such file; task.yaml names it as description",
  ],
];
