import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { distillCommand } from "../../../../../agent/cli/distill/distill.ts";
import { sift, writeDataSet } from "../../../../../agent/distill/data-set.ts";
import { freshFolder } from "../../../../runs/journal-fixture.ts";
import { madeRows } from "../../../distill/made-rows.ts";

/** A folder with a model's settings and a data set; what is refused is refused before anything is installed. */
async function prepared(): Promise<{
  cwd: string;
  train: (...args: string[]) => Promise<unknown>;
}> {
  const cwd = await freshFolder();
  await mkdir(join(cwd, "tiny"));
  await writeFile(join(cwd, "tiny", "config.json"), "{}");
  const sifted = sift(madeRows({ train: 2, dev: 0 }).map((row) => ({ row })));
  const about = { kind: "plan", options: {}, runsLeftOut: 0 };
  await writeDataSet(join(cwd, "distill", "plan"), sifted, about);
  const write = () => undefined;
  const command = distillCommand({ write, isTerminal: false, cwd, path: "", env: {} });
  const train = (...args: string[]) =>
    command.parseAsync(["plan", "train", ...args], { from: "user" });
  return { cwd, train };
}

test("what cannot be trained is one clear line", async () => {
  const { cwd, train } = await prepared();
  await expect(train("--base", "nothing")).rejects.toThrow(
    "there is no model nothing: expected a folder with config.json, a .gguf file, or hf:<org/model> of `cache add`",
  );
  await expect(train("--base", "distill")).rejects.toThrow(
    "distill is no model: expected a folder",
  );
  await expect(train("--base", "hf:nobody/has-it")).rejects.toThrow(
    "hf:nobody/has-it is not in the cache of weights: mle-star cache add hf:nobody/has-it",
  );
  await expect(train("--base", "tiny", "--micro-batch", "3")).rejects.toThrow(
    "--batch 8 cannot be dealt out: it must be a multiple of --micro-batch 3 times --processes 1",
  );
  await expect(train("--base", "tiny", "--data", "tiny")).rejects.toThrow(
    /there is no data set in .*tiny: make it with mle-star distill … data/,
  );
  await appendFile(join(cwd, "distill", "plan", "train.jsonl"), "{}\n");
  await expect(train("--base", "tiny")).rejects.toThrow(
    /train\.jsonl has changed since it was made/,
  );
});
