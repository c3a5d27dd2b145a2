import { describe, expect, test } from "vitest";
import { loadCompetition } from "../../../tasks/load.ts";
import { renderTask } from "../../../tasks/render-task.ts";
import { parseTaskFile } from "../../../tasks/task-file.ts";
import { houses, madeFolder } from "../made-folder.ts";
import { competition, infer, x } from "./made-tables.ts";

describe("what a folder tells besides the target", () => {
  test.each([
    [
      "days",
      (row: number) =>
        `2020-${String(1 + Math.floor(row / 28)).padStart(2, "0")}-${String(1 + (row % 28)).padStart(2, "0")}`,
      "when",
    ],
    [
      "days before months",
      (row: number) => `${1 + (row % 28)}/${1 + Math.floor(row / 28)}/2020`,
      "when",
    ],
    ["a counter named so", (row: number) => row, "week"],
  ])("a time column is seen when test lies later: %s", async (_title, value, name) => {
    const { task } = await infer(
      competition({
        features: { ...x, [name]: value },
        targets: { y: (row) => row * 1.5 },
        predictions: { y: () => 0 },
      }),
    );
    expect(task.time_column).toBe(name);
  });

  test("dates that mix on both sides are no time column", async () => {
    const { task } = await infer(
      competition({
        features: { day: (row) => `2020-01-${String(1 + ((row * 7) % 28)).padStart(2, "0")}` },
        targets: { y: (row) => row * 1.5 },
        predictions: { y: () => 0 },
      }),
    );
    expect(task.time_column).toBeNull();
  });

  test("where test has no ids, those of train are no target", async () => {
    const files = competition({
      features: x,
      targets: { y: (row) => row * 1.5 },
      predictions: { y: () => 0 },
    });
    const lines = String(files["test.csv"]).split("\n");
    const bare = lines.map((line) => line.replace(/^[^,]*,/u, "")).join("\n");
    const { task } = await infer({ ...files, "test.csv": bare });
    expect(task).toMatchObject({ id_column: "id", target_columns: ["y"], type: "regression" });
  });

  test("groups that were held out whole are seen, unique values are no groups", async () => {
    const grouped = competition({
      features: { patient: (row) => `p${Math.floor(row / 5)}`, serial: (row) => `s${row}` },
      targets: { y: (row) => (row * 31) % 83 },
      predictions: { y: () => 0 },
    });
    expect((await infer(grouped)).task.group_column).toBe("patient");
  });

  test("file names may vary and tables may lie in a subfolder", async () => {
    const {
      "train.csv": train = "",
      "test.csv": test = "",
      "sample_submission.csv": sample = "",
    } = houses();
    const { task } = await infer({
      "data/Train.csv": train,
      "data/test.csv": test,
      "data/sampleSubmission.csv": sample,
      "data/towns.csv": "town,people\nUlm,120000\n",
      "overview.txt": "Predict prices.",
    });
    expect(task.files).toEqual({
      train: "data/Train.csv",
      test: "data/test.csv",
      sample_submission: "data/sampleSubmission.csv",
      description: "overview.txt",
      other: ["data/towns.csv"],
    });
  });

  test("the tables of another competition further down are not taken for one's own", async () => {
    const below = Object.entries(houses()).map(([name, content]) => [`older/${name}`, content]);
    await using folder = await madeFolder({ "notes.txt": "x", ...Object.fromEntries(below) });
    await expect(loadCompetition(folder.path)).rejects.toThrow("is not a competition");
  });

  test("an answer sheet that lies about is never given to a solution", async () => {
    const { "sample_submission.csv": sample = "" } = houses();
    const { task, notes } = await infer({
      ...houses(),
      "answers.csv": sample,
      "leaked.csv": sample.replace("id,price", "id,price"),
      "towns.csv": "town,people\nUlm,120000\n",
    });
    expect(task.files.other).toEqual(["towns.csv"]);
    expect(notes.join("\n")).toContain("leaked.csv is left out");
  });

  test("columns of paths to files that are there are media columns", async () => {
    const files = competition({
      features: { image: (row) => `images/${row % 4}.png` },
      targets: { label: (row) => `c${row % 3}` },
      predictions: { label: () => "c0" },
    });
    const images = Object.fromEntries([0, 1, 2, 3].map((each) => [`images/${each}.png`, "x"]));
    const { task } = await infer({ ...files, ...images });
    expect(task.media_columns).toEqual(["image"]);
    expect(task.files.other).toEqual(["images"]);
  });

  test.each([
    ["the name without its ending", (row: number) => `p${row}`, "p", ["picture"]],
    ["the bare name", (row: number) => `p${row}.png`, "p", ["picture"]],
    ["the number that is the id", () => "same", "", ["id"]],
    ["nothing at all", (row: number) => row, "q", []],
  ])("media are found in folders beside the tables by %s", async (_title, picture, stem, media) => {
    const images: Record<string, string> = {};
    for (let row = 0; row < 250; row++) {
      const folder = row < 200 ? "train_images" : "test_images";
      images[`${folder}/${stem}${row}.png`] = "x";
    }
    const tables = competition({
      features: { picture },
      targets: { label: (row) => `c${row % 3}` },
      predictions: { label: () => "c0" },
    });
    await using folder = await madeFolder({ ...tables, ...images });
    const loaded = await loadCompetition(folder.path);
    expect(loaded.media_columns).toEqual(media);
    expect(loaded.files.other).toEqual(["test_images", "train_images"]);
  });

  test.each([
    ["sample_submission.csv", "for example id,price"],
    ["test.csv", "with the columns id,size,town"],
  ])("a folder without %s says what to put there", async (file, advice) => {
    const { [file]: _, ...rest } = houses();
    await expect(infer(rest)).rejects.toThrow(advice);
    await expect(infer(rest)).rejects.toThrow(file);
  });

  test("packed tables are told to be unpacked", async () => {
    const { "train.csv": train = "", ...rest } = houses();
    await expect(infer({ ...rest, "train.csv.zip": train })).rejects.toThrow(
      "train.csv.zip is packed; unpack it",
    );
  });

  test("a folder of plain tables loads as it is and stays untouched", async () => {
    await using folder = await madeFolder(houses());
    const loaded = await loadCompetition(folder.path);
    expect(loaded).toMatchObject({ id: "houses", folder: folder.path, target_columns: ["price"] });
    expect(loaded.description).toContain("Predict `price`");
    await expect(loadCompetition(`${folder.path}/task.yaml`)).rejects.toThrow("no competition");
  });

  test("a written task reads back the same", async () => {
    const { task, notes } = await infer({ ...houses(), "map.csv": "a\n1\n" });
    const names = { prediction_columns: ["yes", "1", "a, b", "c\nd"], id_column: "row\r\nid" };
    const odd = { ...task, ...names, title: 'Houses: "#1" [new]' };
    expect(parseTaskFile(renderTask(odd, notes), "task.yaml")).toEqual(odd);
  });
});

test("a folder around the folder of a competition is refused with the one to give", async () => {
  const files = competition({
    features: x,
    targets: { y: (row) => row },
    predictions: { y: () => 0 },
  });
  const around = Object.entries(files).map(([name, text]) => [`mine/data/${name}`, text]);
  await expect(infer(Object.fromEntries(around))).rejects.toThrow(
    /has no training table; .*mine has one: give that folder$/u,
  );
});
