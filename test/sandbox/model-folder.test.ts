import { link, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Execution, Job, Sandbox } from "../../sandbox/contract.ts";
import { filesIn, withModels } from "../../sandbox/model-folder.ts";
import { freshFolder } from "../runs/journal-fixture.ts";

/** A sandbox whose script does something to its working directory. */
function doing(script: (workspace: string) => Promise<void>): Sandbox {
  return {
    name: "process",
    describe: "",
    protectsFiles: false,
    packages: [],
    slots: 1,
    async run({ workspace }) {
      await script(workspace);
      return {} as Execution;
    },
    close: async () => undefined,
  };
}

async function ran(script: (workspace: string) => Promise<void>, given: string | null = null) {
  const [workspace, kept] = [await freshFolder(), join(await freshFolder(), "kept")];
  const folders = { given: given === null ? null : () => given, kept: () => kept };
  const sandbox = withModels(doing(script), folders);
  await sandbox.run({ at: "one/final", workspace } as Job, new AbortController().signal);
  return kept;
}

test("what a script left in ./model/ is kept, folders and all, and is there for the next", async () => {
  const kept = await ran(async (workspace) => {
    await mkdir(join(workspace, "model", "deep"), { recursive: true });
    await writeFile(join(workspace, "model", "deep", "a.bin"), "weights");
    await writeFile(join(workspace, "submission.csv"), "id\n");
  });
  expect(await filesIn(kept)).toEqual(["deep/a.bin"]);
  let found = "";
  await ran(async (workspace) => {
    found = await readFile(join(workspace, "model", "deep", "a.bin"), "utf8");
  }, kept);
  expect(found).toBe("weights");
});

test("links in ./model/, and a link in its place, bring nothing out", async () => {
  const secret = await freshFolder();
  await writeFile(join(secret, "answers.csv"), "hidden");
  const links = await ran(async (workspace) => {
    await mkdir(join(workspace, "model"));
    await symlink(join(secret, "answers.csv"), join(workspace, "model", "soft"));
    await link(join(secret, "answers.csv"), join(workspace, "model", "hard"));
    await symlink(secret, join(workspace, "model", "folder"));
  });
  expect(await filesIn(links)).toEqual([]);
  const instead = await ran((workspace) => symlink(secret, join(workspace, "model")));
  expect(await filesIn(instead)).toEqual([]);
});

test("a script without ./model/ leaves nothing", async () => {
  expect(await filesIn(await ran(async () => undefined))).toEqual([]);
});
