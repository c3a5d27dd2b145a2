import type { Brief } from "../../agent/brief.ts";
import type { Request } from "../../agent/models/model.ts";

/** A small brief of a made-up competition. */
export function someBrief(overrides: Partial<Brief> = {}): Brief {
  return {
    text: "# Toy\nPredict `target` from `x`.\n",
    competition: {
      id: "toy",
      title: "Toy",
      type: "regression",
      metric: { name: "rmse", direction: "minimize", k: null },
      id_column: "id",
      target_columns: ["target"],
      prediction_columns: ["target"],
      group_column: null,
      time_column: null,
      media_columns: [],
      files: {
        train: "train.csv",
        test: "test.csv",
        sample_submission: "sample_submission.csv",
        description: "description.md",
        other: [],
      },
    },
    profile: {
      trainRows: 100,
      testRows: 20,
      columns: [],
      trainOnly: [],
      classes: null,
      classShares: null,
      target: { min: 0, max: 1, mean: 0.5, skew: 0, integer: false },
      testIsLater: false,
      other: [],
      media: null,
      duplicateRows: 0,
    },
    split: { kind: "holdout", strategy: "random", trainRows: 80, testRows: 20, subsample: null },
    packages: ["numpy==2.4.6", "pandas==2.3.3", "scikit-learn==1.9.1"],
    limits: { seconds: 60, memoryMb: 1024, cpus: 1, gpus: 0 },
    seed: 1,
    ...overrides,
  };
}

/** A request to a model, with anything overridden. */
export function someRequest(overrides: Partial<Request> = {}): Request {
  const { prompt = "Write the first solution." } = overrides;
  return {
    at: "track-1/init-1/initialiser/1",
    role: "initialiser",
    brief: someBrief(),
    prompt,
    parts: { rules: "", script: "", rest: prompt },
    schema: null,
    input: null,
    webSearch: false,
    blockedDomains: [],
    effort: null,
    maxOutputTokens: 1000,
    ...overrides,
  };
}
