import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { distillCommand } from "../../../../../agent/cli/distill/distill.ts";
import { freshFolder } from "../../../../runs/journal-fixture.ts";

test("a teacher that gives no probabilities, and settings that exclude each other, are one clear line", async () => {
  const cwd = await freshFolder();
  await mkdir(join(cwd, "tiny"));
  await writeFile(join(cwd, "tiny", "config.json"), "{}");
  const context = { write: () => undefined, isTerminal: false, cwd, path: "", env: {} };
  const train = (...args: string[]) =>
    distillCommand(context).parseAsync(["skd", "train", "--base", "tiny", ...args], {
      from: "user",
    });
  for (const teacher of ["anthropic", "openai:gpt-5", "https://api.example.org/v1", "playbook"])
    await expect(train("--teacher", teacher)).rejects.toThrow(
      `--teacher ${teacher} gives texts, not the probability of each token: name a model in a folder, or learn from its texts with distill plan or distill reverse`,
    );
  await expect(train("--teacher", "nothing")).rejects.toThrow("there is no model nothing");
  await expect(train()).rejects.toThrow(
    "--trainer skd needs a teacher: --teacher self, or a model as --base",
  );
  await expect(
    train("--trainer", "on-policy", "--schedule", "auto", "--teacher", "self"),
  ).rejects.toThrow("--schedule auto chooses the trainer: leave --trainer on-policy out");
  await expect(train("--teacher", "local:tiny")).rejects.toThrow(/there is no data set in/);
});
