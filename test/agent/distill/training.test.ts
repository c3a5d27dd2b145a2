import { expect, test } from "vitest";
import { differences, eventText, type TrainerEvent } from "../../../agent/distill/training.ts";
import { madeSettings } from "./made-training.ts";

const at = { step: 20, steps: 120 };

test.for<[TrainerEvent, string | null]>([
  [
    {
      event: "loaded",
      parameters: 134_515_008,
      trainable: 884_736,
      rows: { train: 214, dev: 31 },
      tooLong: 3,
      device: "CPU",
    },
    "134.5M parameters, 0.9M of them trained, on CPU; 214 rows to train on, 31 for dev, 3 rows left out: too long",
  ],
  [
    {
      event: "step",
      ...at,
      epoch: 0.5,
      loss: 1.23456,
      reward: null,
      acceptance: null,
      learningRate: 0.0002,
      tokensPerSecond: 512.4,
      secondsLeft: 754,
    },
    "step 20/120  loss 1.2346  learning rate 2.00e-4  512 tokens/s  12m 34s left",
  ],
  [
    {
      event: "step",
      ...at,
      epoch: 0.5,
      loss: 0.5,
      reward: null,
      acceptance: 0.877,
      learningRate: null,
      tokensPerSecond: 9,
      secondsLeft: null,
    },
    "step 20/120  loss 0.5000  accepted 87.7 %  9 tokens/s",
  ],
  [{ event: "note", text: "schedule: prompt 1 of 64" }, "schedule: prompt 1 of 64"],
  [
    { event: "dev", ...at, loss: 2, best: true, parts: { answer: 2 } },
    "step 20/120: dev loss 2.0000, the best so far",
  ],
  [
    { event: "dev", step: 0, steps: 120, loss: 2, best: false, parts: { forward: 1, backward: 3 } },
    "before the first step: dev loss 2.0000 (forward 1.0000, backward 3.0000)",
  ],
  [
    { event: "done", ...at, bestStep: 10, devLoss: 1, versions: {} },
    "stopped early after step 20 of 120: dev loss no longer falls",
  ],
  [{ event: "done", step: 120, steps: 120, bestStep: 10, devLoss: 1, versions: {} }, null],
])("what the trainer tells is one line: %#", ([event, line]) => {
  expect(eventText(event)).toBe(line);
});

test("two trainings differ in the settings that differ, whatever is equal", () => {
  expect(differences(madeSettings(), madeSettings())).toEqual([]);
  const other = madeSettings({ seed: 1, data: { "train.jsonl": "other" } });
  expect(differences(madeSettings(), other)).toEqual(["data", "seed"]);
});
