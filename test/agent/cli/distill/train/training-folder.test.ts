import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  openTraining,
  readTraining,
  writeTraining,
} from "../../../../../agent/cli/distill/train/training-folder.ts";
import { freshFolder } from "../../../../runs/journal-fixture.ts";
import { madeSettings } from "../../../distill/made-training.ts";

const options = { baseLicense: "MIT", fresh: false };

test("the same training goes on with its record, another one is refused, and fresh begins anew", async () => {
  const folder = join(await freshFolder(), "planner");
  const first = await openTraining(folder, madeSettings(), options);
  await writeTraining(folder, {
    ...first,
    seen: { firstLoss: 3, firstReward: null, devBefore: 4 },
  });
  const again = await openTraining(folder, madeSettings(), options);
  expect(again.seen).toEqual({ firstLoss: 3, firstReward: null, devBefore: 4 });
  await writeFile(join(folder, "checkpoint"), "");
  const other = madeSettings({ learningRate: 1, epochs: 9 });
  await expect(openTraining(folder, other, options)).rejects.toThrow(
    /was trained with another learningRate, epochs: name another --out, or begin anew with --fresh$/,
  );
  expect(existsSync(join(folder, "checkpoint"))).toBe(true);
  await openTraining(folder, other, { ...options, fresh: true });
  expect(existsSync(join(folder, "checkpoint"))).toBe(false);
  expect((await readTraining(folder))?.settings).toEqual(other);
});

test("what another version wrote is refused, and fresh begins anew there, too", async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, "training.json"), '{"schema":0}');
  await expect(openTraining(folder, madeSettings(), options)).rejects.toThrow(
    /was written by another version of mle-star: name another --out, or begin anew with --fresh$/,
  );
  const record = await openTraining(folder, madeSettings(), { ...options, fresh: true });
  expect(record.result).toBeNull();
});

test("a folder that holds a model of another origin is never written to", async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, "config.json"), "{}");
  for (const fresh of [false, true])
    await expect(openTraining(folder, madeSettings(), { baseLicense: "", fresh })).rejects.toThrow(
      /holds a model that was not trained here: name another --out$/,
    );
});
