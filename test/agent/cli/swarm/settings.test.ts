import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPool } from "../../../../agent/cli/swarm/settings.ts";
import { freshFolder } from "../../../runs/journal-fixture.ts";

async function poolOf(folder: string, member: string): Promise<string> {
  const file = join(folder, "pool.yaml");
  await writeFile(file, `pool:\n  far: openai:far\n  near: ${member}\n`);
  return file;
}

test("models of this machine are named from the root, so that a frozen graph is played from anywhere", async () => {
  const folder = await freshFolder();
  for (const name of ["base", "a", "b"]) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "config.json"), "{}");
  }
  const file = await poolOf(folder, "local:base?fuse=a,b");
  expect(await readPool(file, folder)).toMatchObject({
    far: { model: "openai:far" },
    near: { model: `local:${folder}/base?fuse=${folder}/a,${folder}/b` },
  });
});

test("a model that is not there is refused before anything is run", async () => {
  const folder = await freshFolder();
  const file = await poolOf(folder, "local:gone");
  await expect(readPool(file, folder)).rejects.toThrow(
    `--pool ${file}: member "near": model local:gone: there is no such folder`,
  );
});
