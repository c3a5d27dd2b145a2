import { AUC, fromRows, type Row, seeded, toCsv } from "../tasks/made-competition.ts";

const TRAIN_ROWS = 480;
const TEST_ROWS = 120;
const TOWNS = ["ash", "birch", "cedar", "elm", "fir", "larch", "oak", "pine"];
const STREETS = 150;

/** Whether a house is sold: told by size and age up to noise, by street, day, town and id not at all. */
export function madeSales() {
  const random = seeded(23);
  const pick = (count: number): number => Math.floor(random() * count);
  const rows = Array.from({ length: TRAIN_ROWS + TEST_ROWS }, (_, day): Row => {
    const [size, age] = [random(), random()];
    const sold = random() < 1 / (1 + Math.exp(-(5 * size - 4 * age - 0.5)));
    return {
      id: `r${String((day * 389) % 600).padStart(4, "0")}`,
      size: size.toFixed(4),
      age: age.toFixed(4),
      town: TOWNS[pick(TOWNS.length)] ?? "ash",
      street: `street ${pick(STREETS)}`,
      day: `${day + 1}`,
      sold: sold ? "1" : "0",
    };
  });
  const metric = { name: "log_loss", direction: "minimize" };
  const task = { ...AUC, metric, target_columns: ["sold"], prediction_columns: ["sold"] };
  const competition = fromRows(rows, task, { testRows: TEST_ROWS });
  return { competition, answers: toCsv(rows, ["id", "sold"]) };
}
