import { type Cell, draws, type Made, type Row } from "./modalities-data.ts";

type Columns = Record<string, (draw: () => number, row: Row) => Cell>;
type Shape = {
  type: string;
  metric: string;
  direction?: string;
  k?: number;
  targets: string[];
  predictions?: string[];
  rows?: number;
  testRows?: number;
  hasId?: boolean;
};

const pick = (values: readonly Cell[], at: number) =>
  values[Math.floor(at * values.length)] ?? null;

/** Makes a competition from columns that are drawn row by row; the sample predicts `fill`. */
function made(shape: Shape, columns: Columns, answers: Columns, fill: Cell): Made {
  const { rows = 260, testRows = 60, hasId = true } = shape;
  const draw = draws(rows + shape.metric.length);
  const all = Array.from({ length: rows + testRows }, (_, index) => {
    const row: Row = hasId ? { id: index + 1 } : {};
    for (const [name, value] of Object.entries(columns)) row[name] = value(draw, row);
    const answer: Row = {};
    for (const [name, value] of Object.entries(answers)) answer[name] = value(draw, row);
    return { row, answer };
  });
  const predictions = shape.predictions ?? shape.targets;
  const test = all.slice(rows).map(({ row }) => row);
  const filled = Object.fromEntries(predictions.map((name) => [name, fill]));
  return {
    task: [
      `type: ${shape.type}`,
      `metric: { name: ${shape.metric}, direction: ${shape.direction ?? "maximize"}, k: ${shape.k ?? "null"} }`,
      `id_column: ${hasId ? "id" : "null"}`,
      `target_columns: ${JSON.stringify(shape.targets)}`,
      `prediction_columns: ${JSON.stringify(predictions)}`,
    ],
    train: all.slice(0, rows).map(({ row, answer }) => ({ ...row, ...answer })),
    test,
    sample: test.map((row) => (hasId ? { id: row.id ?? null, ...filled } : filled)),
    answers: [],
    files: {},
  };
}

const plain: Columns = {
  size: (draw) => Math.round(draw() * 1000) / 10,
  "größe in m²": (draw) => (draw() < 0.2 ? null : Math.round(draw() * 500)),
  "color or none": (draw) => pick(["red", "None", "blue", "NA", "green"], draw()),
  shop: (draw) => `shop ${Math.floor(draw() ** 2 * 60)}`,
  open: (draw) => pick(["True", "False"], draw()),
  day: (draw) => `2020-${pick(["01", "05", "11"], draw())}-1${Math.floor(draw() * 10)}`,
  same: () => "x",
  nothing: () => null,
};

const level = (row: Row) => Number(row.size) / 10 + (row["color or none"] === "red" ? 5 : 0);

/** Small competitions with the oddities of real tables. */
export const madeTables: Record<string, Made> = {
  "regression with gaps, dates and odd names": made(
    { type: "regression", metric: "rmse", direction: "minimize", targets: ["price in €"] },
    plain,
    { "price in €": (draw, row) => level(row) + draw() },
    0,
  ),
  "a skewed target under rmsle": made(
    { type: "regression", metric: "rmsle", direction: "minimize", targets: ["count"] },
    plain,
    { count: (draw, row) => Math.round(Math.exp(level(row) / 3 + draw())) },
    1,
  ),
  "four classes with a column each": made(
    {
      type: "multiclass",
      metric: "log_loss",
      direction: "minimize",
      targets: ["kind"],
      predictions: ["very low", "low", "high", "odd"],
    },
    plain,
    {
      kind: (draw, row) =>
        draw() < 0.03 ? "odd" : pick(["very low", "low", "high"], (level(row) + draw()) / 17),
    },
    0.25,
  ),
  "a boolean target answered by a label": made(
    { type: "binary", metric: "accuracy", targets: ["late"] },
    plain,
    { late: (draw, row) => (level(row) + 3 * draw() > 9 ? "True" : "False") },
    "False",
  ),
  "string labels under the Matthews coefficient": made(
    { type: "binary", metric: "mcc", targets: ["verdict"] },
    plain,
    { verdict: (draw, row) => (level(row) + 3 * draw() > 12 ? "guilty" : "free") },
    "free",
  ),
  "two targets at once": made(
    { type: "multi-target", metric: "rmse", direction: "minimize", targets: ["a", "b"] },
    plain,
    { a: (draw, row) => level(row) + draw(), b: (draw, row) => -2 * level(row) + draw() },
    0,
  ),
  "several labels a row": made(
    { type: "multilabel", metric: "roc_auc_columns", targets: ["hot", "wet"] },
    plain,
    {
      hot: (draw, row) => Number(level(row) + draw() > 8),
      wet: (draw, row) => Number(row.shop === "shop 1" || draw() < 0.2),
    },
    0.5,
  ),
  "ordered grades under quadratic kappa": made(
    { type: "multiclass", metric: "quadratic_kappa", targets: ["grade"] },
    plain,
    { grade: (draw, row) => Math.floor((level(row) + draw()) / 4) },
    1,
  ),
  "the best three of many classes": made(
    { type: "multiclass", metric: "map_at_k", k: 3, targets: ["place"] },
    plain,
    { place: (draw, row) => `p${Math.floor((level(row) + draw()) / 2)}` },
    "p1 p2 p3",
  ),
  "no id column": made(
    { type: "regression", metric: "mae", direction: "minimize", targets: ["y"], hasId: false },
    { u: (draw) => draw(), v: (draw) => pick(["a", "b"], draw()) },
    { y: (draw, row) => Number(row.u) * 10 + draw() },
    0,
  ),
  "forty rows and constant columns": made(
    { type: "binary", metric: "roc_auc", targets: ["y"], rows: 40, testRows: 12 },
    { u: (draw) => draw(), one: () => 1, w: (draw) => pick([null, "only"], draw()) },
    { y: (draw, row) => Number(Number(row.u) + 0.3 * draw() > 0.7) },
    0.5,
  ),
  "names that are all different": made(
    { type: "binary", metric: "f1", targets: ["y"] },
    {
      name: (draw) => `${pick(["alpha", "beta", "Gamma"], draw())}-${Math.floor(draw() * 1e9)}`,
      remark: (draw) =>
        `${pick(["good", "bad"], draw())} parcel number ${Math.floor(draw() * 1e6)} came`,
    },
    { y: (_, row) => Number(String(row.remark).startsWith("bad")) },
    0,
  ),
};
