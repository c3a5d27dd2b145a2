import { readFile } from "node:fs/promises";
import { type Brief, buildBrief } from "../../agent/brief.ts";
import type { Request } from "../../agent/models/model.ts";
import { TaskFile } from "../../tasks/competition.ts";
import type { ColumnProfile } from "../../tasks/profile/profile.ts";

/** A small brief of a made-up competition. */
export function someBrief(overrides: Partial<Brief> = {}): Brief {
  return {
    text: "# Toy\nPredict `target` from `x`.\n",
    competition: {
      id: "toy",
      title: "Toy",
      type: "regression",
      metric: { name: "rmse", direction: "minimize", k: null, beta: null, quantile: null },
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
    split: {
      kind: "holdout",
      strategy: "random",
      folds: [],
      trainRows: 80,
      testRows: 20,
      subsample: null,
    },
    packages: ["numpy==2.4.6", "pandas==2.3.3", "scikit-learn==1.9.1"],
    limits: { seconds: 60, memoryMb: 1024, cpus: 1, gpus: 0 },
    seed: 1,
    ...overrides,
  };
}

/** The brief of a made-up competition with a dozen columns, with the packages that are really installed. */
export async function madeBrief(): Promise<Brief> {
  const lock = await readFile(
    new URL("../../sandbox/requirements-lock.txt", import.meta.url),
    "utf8",
  );
  const packages = lock.split("\n").flatMap((line) => /^[\w.-]+==[\w.+-]+/u.exec(line)?.[0] ?? []);
  const { profile, split, limits, seed } = someBrief();
  const task = TaskFile.parse({
    id: "world",
    title: "World",
    type: "regression",
    metric: { name: "r2", direction: "maximize" },
    id_column: "id",
    target_columns: ["y"],
    prediction_columns: ["y"],
  });
  const description =
    "A table of measured things, one per row. Predict `y` for the rows of the test table.";
  const columns = Array.from({ length: 12 }, (_, index) => column(`measure_${index + 1}`));
  return buildBrief(
    { ...task, folder: "/nowhere", description },
    { profile: { ...profile, columns }, split, packages, limits, seed },
  );
}

function column(name: string): ColumnProfile {
  return {
    name,
    dtype: "float64",
    kind: "numeric",
    missing: 0.02,
    unique: 512,
    examples: ["0.25", "1.5", "7.125"],
    min: 0,
    max: 10,
    mean: 4.2,
    skew: 0.3,
    words: null,
    isTarget: false,
    inTest: true,
  };
}

/** A request to a model, with anything overridden. */
export function someRequest(overrides: Partial<Request> = {}): Request {
  const { prompt = "Write the first solution." } = overrides;
  return {
    at: "track-1/init-1/initializer/1",
    role: "initializer",
    brief: someBrief(),
    prompt,
    parts: { rules: "", script: "", rest: prompt },
    schema: null,
    input: null,
    webSearch: false,
    conversation: null,
    memories: [],
    blockedDomains: [],
    effort: null,
    maxOutputTokens: 1000,
    ...overrides,
  };
}
