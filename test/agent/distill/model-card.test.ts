import { expect, test } from "vitest";
import type { Manifest } from "../../../agent/distill/data-set.ts";
import { modelCard } from "../../../agent/distill/model-card.ts";
import type { TrainingResult } from "../../../agent/distill/training.ts";
import { madeSettings } from "./made-training.ts";

const data: Manifest = {
  schema: 1,
  kind: "plan",
  options: { mode: "m2" },
  rows: { train: 40, dev: 0 },
  dropped: { "no gain": 7 },
  runsLeftOut: 1,
  asked: { brief: true, from: null, ownFrames: false, patch: false },
  competitions: { train: ["cats", "houses"], dev: [] },
  models: ["playbook"],
  licenses: ["MIT (mle-star)"],
  files: { "train.jsonl": "aa" },
};

const result: TrainingResult = {
  parameters: 1000,
  trainable: 100,
  rows: { train: 38, dev: 0 },
  tooLong: 2,
  device: "CPU",
  steps: 3,
  stepsPlanned: 5,
  bestStep: 3,
  trainLoss: { first: 2, last: 1.5 },
  reward: { first: null, last: null },
  devLoss: { before: null, after: null },
  versions: { torch: "2.13.0" },
};

test("a card says what a model was trained on, how, what was seen, and under which terms it stands", () => {
  const record = {
    schema: 1 as const,
    settings: madeSettings({ method: "full" }),
    baseLicense: "Apache 2.0",
    seen: { firstLoss: 2, firstReward: null, devBefore: null },
    result,
  };
  expect(modelCard(record, result, data)).toMatchInlineSnapshot(`
    "---
    base_model: "/models/tiny"
    library_name: transformers
    pipeline_tag: text-generation
    tags: [mle-star, distill-plan]
    ---

    # Model trained by mle-star distill plan

    ## Trained on

    - 38 rows of 2 competitions, 0 of 0 for dev (2 rows left out: too long)
    - written by playbook (rule-based, no language model)
    - train.jsonl: sha256 aa
    - options: \`{"mode":"m2"}\`
    - dropped:
      - 7: no gain

    ## How

    - full fine-tuning; 100 of 1000 parameters
    - loss: cross-entropy of the answers alone, the mean over the parts of the rows of a step
    - AdamW, learning rate 0.0002, cosine, warm-up over 0 of the steps, 1 epoch, 8 rows a step, seed 0
    - on CPU, torch 2.13.0

    ## What was seen

    - 3 of 5 steps, stopped early; the weights are those of step 3
    - loss of the first step 2.0000, of the last 1.5000
    - no rows for dev: nothing says how it does on other competitions

    ## Terms and limits

    - Base: \`/models/tiny\`, Apache 2.0.
    - Texts of the data set: MIT (mle-star).
    - Trained to play one role of mle-star. A lower loss is no proof that it plays it better.
    "
  `);
});
