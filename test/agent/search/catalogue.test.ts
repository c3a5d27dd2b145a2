import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { catalogueSearch } from "../../../agent/search/catalogue.ts";
import { readCatalogue, shippedCatalogue } from "../../../agent/search/catalogue-entries.ts";
import type { SearchQuery } from "../../../agent/search/search.ts";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { recallOf } from "../../measure/retrieval.ts";
import { mean } from "../../measure/timing.ts";

const CORE = ["numpy==2.4.6", "pandas==2.3.3", "scipy==1.17.1", "scikit-learn==1.9.1"];
const BOOSTERS = [...CORE, "lightgbm==4.7.0", "xgboost_cpu==3.1.1", "catboost==1.2.8"];

const PLAYBOOK_FAMILIES = [
  "lightgbm",
  "xgboost",
  "catboost",
  "hist-gradient-boosting",
  "extra-trees",
  "random-forest",
  "linear",
  "mlp",
  "svm",
  "knn",
  "gaussian-process",
  "tfidf-linear",
  "nb-svm",
  "calendar-ridge",
  "lag-boosting",
  "team-history",
  "pixel-svm",
  "image-boosting",
];

async function families(overrides: Partial<SearchQuery> = {}): Promise<string[]> {
  const hits = await catalogueSearch(shippedCatalogue()).find({
    text: "predict the target from the columns",
    taskType: "regression",
    modalities: ["tabular"],
    metric: "rmse",
    rows: 5000,
    packages: BOOSTERS,
    wanted: "models",
    limit: 30,
    ...overrides,
  });
  return hits.map((hit) => hit.family);
}

async function folderWith(...yaml: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "catalogue-"));
  await mkdir(path.join(folder, "deeper"));
  for (const [index, text] of yaml.entries())
    await writeFile(path.join(folder, "deeper", `entry-${index + 1}.yaml`), text);
  return folder;
}

const ENTRY = `id: one
title: One
family: one
kind: model
taskTypes: [regression]
modalities: [tabular]
rows: [1, null]
library: numpy
version: "2.4"
cost: seconds
prior: 0.5
when: Always.
example: "a = 1\\nb = 2\\nc = 3\\nd = 4\\nprediction = a"
citation: { title: A paper, url: "https://example.org" }
`;

test("every family that the playbook plays is in the shipped catalogue", async () => {
  const known = new Set((await readCatalogue(shippedCatalogue())).map((entry) => entry.family));
  expect(PLAYBOOK_FAMILIES.filter((family) => !known.has(family))).toEqual([]);
});

test("a table asks boosting first and hears of no model that is not installed", async () => {
  const found = await families();
  expect(found.slice(0, 3)).toEqual(["lightgbm", "catboost", "xgboost"]);
  expect(found).not.toContain("tabpfn");
  expect(await families({ packages: CORE })).not.toContain("lightgbm");
  expect(await families({ packages: [] })).toContain("tabpfn");
});

test("each family comes once before any comes twice", async () => {
  const found = await families();
  const distinct = new Set(found).size;
  expect(found.length).toBeGreaterThan(distinct);
  expect(new Set(found.slice(0, distinct)).size).toBe(distinct);
});

test("the number of rows decides what is worth trying", async () => {
  expect(await families({ rows: 100 })).toContain("gaussian-process");
  expect(await families({ rows: 100 })).not.toContain("lightgbm");
  expect(await families({ rows: 100_000 })).not.toContain("gaussian-process");
});

test("each modality finds its own models", async () => {
  const first = async (modality: string, taskType: string): Promise<string | undefined> =>
    (await families({ modalities: [modality], taskType }))[0];
  expect(await first("text", "binary")).toBe("tfidf-linear");
  expect(await first("image", "multiclass")).toBe("pixel-svm");
  expect(await first("time-series", "regression")).toBe("calendar-ridge");
  expect(await first("entity-history", "multiclass")).toBe("team-history");
});

test("several modalities find the models of each, and none finds those of a plain table", async () => {
  const mixed = await families({ modalities: ["tabular", "text"], taskType: "binary" });
  expect(mixed).toEqual(expect.arrayContaining(["catboost", "nb-svm"]));
  expect(await families({ modalities: [] })).toEqual(await families());
});

test("a model made for one metric comes up for that metric only", async () => {
  const titles = async (metric: string): Promise<string[]> =>
    (
      await catalogueSearch(shippedCatalogue()).find({
        text: "grade",
        taskType: "multiclass",
        modalities: ["tabular"],
        metric,
        rows: 5000,
        packages: BOOSTERS,
        wanted: "models",
        limit: 30,
      })
    ).map((hit) => hit.title);
  expect((await titles("quadratic_kappa"))[0]).toBe(
    "Regression with fitted thresholds for ordered classes",
  );
  expect(await titles("log_loss")).not.toContain(
    "Regression with fitted thresholds for ordered classes",
  );
});

test("words of the query move entries that fit about as well", async () => {
  const plain = await families({ text: "table" });
  const worded = await families({ text: "many levels in many categories" });
  expect(worded.slice(0, 2)).toEqual(["catboost", "lightgbm"]);
  expect(plain.slice(0, 2)).toEqual(["lightgbm", "catboost"]);
});

test("every kind of task has an answer from scikit-learn alone, but for ranking", async () => {
  for (const taskType of ["regression", "binary", "multiclass", "multilabel", "multi-target"]) {
    expect((await families({ taskType, packages: CORE })).length).toBeGreaterThan(3);
  }
  expect(await families({ taskType: "ranking" })).toEqual(["lightgbm"]);
  expect((await families({ taskType: "other" })).length).toBeGreaterThan(10);
});

test("the same question has the same answer, cut at the limit", async () => {
  expect(await families()).toEqual(await families());
  expect(await families({ limit: 2 })).toEqual((await families()).slice(0, 2));
});

test("a hit carries when to use it, code and a page to cite", async () => {
  const search = catalogueSearch(await folderWith(ENTRY));
  const query = {
    text: "",
    taskType: "regression",
    modalities: [],
    metric: "mae",
    rows: 9,
    packages: ["numpy"],
    wanted: "models" as const,
    limit: 5,
  };
  expect(await search.find(query)).toEqual([
    {
      title: "One",
      url: "https://example.org",
      family: "one",
      text: "Always.",
      code: "a = 1\nb = 2\nc = 3\nd = 4\nprediction = a",
      library: "numpy 2.4",
      cost: "seconds",
      kind: "model",
    },
  ]);
});

test("a broken catalogue is named by file and reason", async () => {
  const other = ENTRY.replace("id: one", "id: two");
  for (const [yaml, said] of [
    [[ENTRY, other.replace("prior: 0.5", "prior: 5")], "entry-2.yaml: prior"],
    [
      [ENTRY, other.replace("b = 2", "b = 2\\n\\n").replace("c = 3\\n", "")],
      "an example has 5 to 15 lines",
    ],
    [[ENTRY, ENTRY], "two catalogue entries are called one"],
    [["- id: one"], "entry-1.yaml: "],
    [["a: ["], "entry-1.yaml: "],
  ] as const) {
    const reading = readCatalogue(await folderWith(...yaml));
    await expect(reading).rejects.toThrow(ConfigInvalid);
    await expect(reading).rejects.toThrow(said);
  }
});

test("the shipped catalogue is large, of every kind and modality", async () => {
  const entries = await readCatalogue(shippedCatalogue());
  expect(entries.length).toBeGreaterThanOrEqual(120);
  expect(new Set(entries.map(({ kind }) => kind)).size).toBe(4);
  expect(new Set(entries.flatMap(({ modalities }) => modalities)).size).toBe(9);
});

test("techniques are found beside models, never among them", async () => {
  const search = catalogueSearch(shippedCatalogue());
  const traits = { text: "categories of many levels", taskType: "binary", modalities: ["tabular"] };
  const asked = { ...traits, metric: "log_loss", rows: 5000, packages: BOOSTERS, limit: 40 };
  const models = await search.find({ ...asked, wanted: "models" });
  const techniques = await search.find({ ...asked, wanted: "techniques" });
  expect(new Set(models.map(({ kind }) => kind))).toEqual(new Set(["model"]));
  expect(techniques.map(({ kind }) => kind)).not.toContain("model");
  expect(techniques.map(({ title }) => title)).toContain("Target encoding out of fold");
});

test("made-up tasks are told of the families that they want: recall@4 of 0.8 at least", async () => {
  const recalled = await recallOf();
  expect(recalled.length).toBeGreaterThanOrEqual(40);
  expect(mean(recalled.map(({ recall }) => recall))).toBeGreaterThanOrEqual(0.8);
});
