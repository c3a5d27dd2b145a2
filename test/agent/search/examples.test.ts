import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import { readCatalogue, shippedCatalogue } from "../../../agent/search/catalogue-entries.ts";
import { sampled } from "../../sample.ts";
import { python } from "../../tasks/interpreter.ts";

const Outcome = z.object({
  id: z.string(),
  status: z.enum(["ran", "skipped", "invalid", "failed"]),
  why: z.string().nullable(),
  skill: z.number().nullable(),
});

const runner = fileURLToPath(new URL("./run-examples.py", import.meta.url));

test("examples whose library is installed run; models beat a constant, techniques keep the rows", {
  timeout: 400_000,
}, async () => {
  const entries = sampled(await readCatalogue(shippedCatalogue()), { size: 12, seed: 1 });
  const questions = entries.map((entry) => ({
    id: entry.id,
    kind: entry.kind,
    modality: entry.modalities[0],
    taskType: entry.taskTypes[0],
    packages: [entry.library, ...entry.requires],
    needsWeights: entry.needsWeights,
    example: entry.example,
  }));
  const { stdout } = await execa(python, [runner], {
    input: JSON.stringify(questions),
    env: { OMP_NUM_THREADS: "1" },
  });
  const outcomes = stdout.split("\n").map((line) => Outcome.parse(JSON.parse(line)));
  for (const { id, status, why } of outcomes) {
    if (status === "skipped") console.log(`skipped example ${id}: ${why}`);
  }
  const ran = outcomes.filter((outcome) => outcome.status !== "skipped");
  expect(outcomes.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
  // A technique that leaves no prediction has no skill to measure.
  expect(ran.filter(({ status, skill }) => status !== "ran" || (skill ?? 1) <= 0)).toEqual([]);
  expect(ran.length).toBeGreaterThan(entries.length / 10);
});
