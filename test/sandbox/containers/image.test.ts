import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { followBuild } from "../../../sandbox/containers/image-build.ts";
import {
  contextHash,
  type ImageTarget,
  stageContext,
} from "../../../sandbox/containers/image-context.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const base = await mkdtemp(join(tmpdir(), "mle-image-"));
afterAll(() => rm(base, { recursive: true }));

describe("what an image is made of", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(base, "root-"));
    for (const file of ["Dockerfile", "package.json", "package-lock.json", "tsconfig.json"])
      await cp(join(repository, file), join(root, file));
    for (const file of ["LICENSE", "README.md", "sandbox"])
      await cp(join(repository, file), join(root, file), { recursive: true });
    await mkdir(join(root, "agent"));
    await mkdir(join(root, "runs", "competition", "run-1"), { recursive: true });
    await mkdir(join(root, "runs", "record"));
    await mkdir(join(root, "tasks", "shipped", "answers"), { recursive: true });
    await writeFile(join(root, "agent", "a.ts"), "1");
    await writeFile(join(root, "runs", "ledger.ts"), "1");
    await writeFile(join(root, "runs", "record", "journal.ts"), "1");
    await writeFile(join(root, "runs", "competition", "run-1", "journal.jsonl"), "{}");
    await writeFile(join(root, "tasks", "shipped", "answers", "x.csv"), "id,y");
  });

  const sources = () => ({
    root,
    baseImage: null,
    wheels: null,
    modules: null,
    buildArguments: {},
  });
  const hashes = async () => {
    const targets: ImageTarget[] = ["cpu", "gpu", "agent"];
    return Promise.all(targets.map((target) => contextHash(target, sources())));
  };
  const changes = async (file: string): Promise<boolean[]> => {
    const before = await hashes();
    await writeFile(join(root, file), "changed");
    const after = await hashes();
    return after.map((hash, index) => hash !== before[index]);
  };

  test("a file changes the tags of the targets that it goes into, and of no other", async () => {
    expect(await changes("sandbox/python/runner.py")).toEqual([true, true, true]);
    expect(await changes("sandbox/requirements-gpu.txt")).toEqual([false, true, true]);
    expect(await changes("agent/a.ts")).toEqual([false, false, true]);
    expect(await changes("runs/record/journal.ts")).toEqual([false, false, true]);
    expect(await changes("runs/competition/run-1/journal.jsonl")).toEqual([false, false, false]);
    expect(await changes("tasks/shipped/answers/x.csv")).toEqual([false, false, false]);
  });

  test("another base or argument is another image; the same sources are the same", async () => {
    const plain = await contextHash("cpu", sources());
    expect(await contextHash("cpu", sources())).toBe(plain);
    expect(await contextHash("cpu", { ...sources(), baseImage: "other" })).not.toBe(plain);
    const named = { ...sources(), buildArguments: { STACK: "gpu" } };
    expect(await contextHash("cpu", named)).not.toBe(plain);
  });

  test("the agent's context has the program, but no runs and no answers", async () => {
    const context = join(base, "context");
    await stageContext("agent", context, sources());
    expect((await readdir(join(context, "runs"))).sort()).toEqual(["ledger.ts", "record"]);
    expect(await readdir(join(context, "runs", "record"))).toEqual(["journal.ts"]);
    expect((await readdir(context)).sort()).toEqual(
      ["Dockerfile", "LICENSE", "README.md", "agent", "package-lock.json", "package.json"].concat([
        "runs",
        "sandbox",
        "tsconfig.json",
      ]),
    );
  });

  test("a folder of wheels that is not there is named", async () => {
    const missing = { ...sources(), wheels: join(base, "nothing") };
    await expect(contextHash("cpu", missing)).rejects.toThrow(/no folder of wheels at .*nothing/u);
  });
});

describe("a build that is followed", () => {
  const dockerfile = "FROM a AS b\nCOPY x y\nRUN sh build-env.sh cpu\n";
  const follow = async (...items: object[]): Promise<string[]> => {
    const lines: string[] = [];
    const text = items.map((item) => JSON.stringify(item)).join("\r\n");
    // In pieces, as a stream comes.
    const pieces = [text.slice(0, 25), text.slice(25)];
    const report = (line: string): void => void lines.push(line);
    await followBuild(Readable.from(pieces), {
      what: "image",
      dockerfile,
      report,
    });
    return lines;
  };

  test("its steps and downloads are reported, its chatter is not", async () => {
    const lines = await follow(
      { stream: "Step 1/3 : FROM a AS b\n" },
      { stream: " ---> 0123\n" },
      { stream: "STEP 2/3: COPY x y\n" },
      { stream: "downloading torch (800 MB)\n" },
      { stream: "noise\n" },
      { status: "Pulling" },
    );
    expect(lines).toEqual([
      "Step 1/3 : FROM a AS b",
      "STEP 2/3: COPY x y",
      "downloading torch (800 MB)",
    ]);
  });

  const step = { stream: "Step 3/3 : RUN sh build-env.sh cpu\n" };
  const code = "The command '/bin/sh -c sh build-env.sh cpu' returned a non-zero code: 1";

  test.for([
    [
      "the complaint and the line it was made on",
      [step, { stream: "ERROR: no numpy\n" }, { stream: "after\n" }, { error: code }],
      /could not be built: no numpy \(at Dockerfile:3: RUN sh build-env\.sh cpu\); name a base image/u,
    ],
    [
      "the last output where nothing complained",
      [step, { stream: "sh: 1: broken\n" }, { error: code }],
      /could not be built: sh: 1: broken \(The command .*\) \(at Dockerfile:3/u,
    ],
    [
      "the base image before any step",
      [{ status: "Pulling" }, { error: "no such host" }],
      /could not be built: no such host \(at the base image\)/u,
    ],
  ] as const)("a failure names %s", async ([, items, expected]) => {
    await expect(follow(...items)).rejects.toThrow(expected);
    await expect(follow(...items)).rejects.toBeInstanceOf(ConfigInvalid);
  });
});
