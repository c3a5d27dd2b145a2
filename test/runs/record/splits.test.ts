import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSplits } from "../../../runs/record/splits.ts";
import { freshFolder } from "../journal-fixture.ts";

async function splitsOf(text: string) {
  const file = join(await freshFolder(), "splits.yaml");
  await writeFile(file, text);
  return readSplits(file);
}

test("a file of splits says where a competition belongs, and where the others do", async () => {
  const splits = await splitsOf("default: dev\ntrain: [a]\ntest: [b, c]\n");
  expect(["a", "b", "c", "d"].map(splits.of)).toEqual(["train", "test", "test", "dev"]);
});

test("without a file every competition is there to learn from", async () => {
  expect((await readSplits(null)).of("anything")).toBe("train");
});

test.each([
  ["train: [a]\ntest: [a]\n", /a is in train and in test; remove one/u],
  ["tset: [a]\n", /tset|expected lists named train, dev and test/u],
  ["train: a\n", /train .*expected lists named train, dev and test/u],
  ["train: [a\n", /splits\.yaml: /u],
])("a file of splits that cannot be used is refused in one line: %j", async (text, message) => {
  await expect(splitsOf(text)).rejects.toThrow(message);
});

test("a file of splits that is not there is refused", async () => {
  await expect(readSplits("/nowhere/splits.yaml")).rejects.toThrow(
    /cannot be read; check the path/u,
  );
});
