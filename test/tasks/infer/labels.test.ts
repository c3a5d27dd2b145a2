import { expect, test } from "vitest";
import { toCsv } from "../made-competition.ts";
import { infer } from "./made-tables.ts";

test("of several tables of labels the one with what is to be predicted has the answers", async () => {
  const ids = Array.from({ length: 60 }, (_, place) => `s${place}`);
  const rows = (cell: (place: number) => Record<string, string>, part: string[]) =>
    toCsv(part.map((id, place) => ({ id, ...cell(place) })));
  const x = (place: number) => ({ x: String((place * 7) % 13) });
  const [train, tested] = [ids.slice(0, 40), ids.slice(40)];
  const flag = (by: number) => (place: number) => String(Number(place % by === 0));
  const scored = (place: number) => ({ a: flag(2)(place), b: flag(3)(place) });
  const { task } = await infer({
    "train_features.csv": rows(x, train),
    "test_features.csv": rows(x, tested),
    "train_targets_nonscored.csv": rows((place) => ({ c: flag(4)(place) }), train),
    "train_targets_scored.csv": rows(scored, train),
    "sample_submission.csv": rows(() => ({ a: "0.5", b: "0.5" }), tested),
  });
  expect(task).toMatchObject({
    labels_file: "train_targets_scored.csv",
    target_columns: ["a", "b"],
    files: { other: ["train_targets_nonscored.csv"] },
  });
});
