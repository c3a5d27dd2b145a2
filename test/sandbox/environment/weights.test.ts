import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigInvalid } from "../../../runs/errors.ts";
import { findPython } from "../../../sandbox/environment/find-python.ts";
import {
  addWeights,
  listWeights,
  removeWeights,
  weightsMounts,
} from "../../../sandbox/environment/weights.ts";
import { COMMIT, type Hub, openHub } from "../../fakes/servers/hub.ts";
import { root } from "../engines.ts";

const execute = promisify(execFile);
const checkpoint = "not really a tensor";
const hash = createHash("sha256").update(checkpoint).digest("hex");

let folder: string;
let cacheDir: string;
let hub: Hub;
/** An interpreter with the hub's library; null where it cannot be had. */
let python: string | null = null;
let bare: string;
const lines: string[] = [];
const report = (line: string): void => void lines.push(line);
const endpoint = process.env.HF_ENDPOINT;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-weights-"));
  cacheDir = join(folder, "cache ünicode");
  hub = await openHub(
    {
      "acme/tiny": {
        "config.json": "{}",
        "model.safetensors": "weights",
        "pytorch_model.bin": "the same, pickled",
        "tf_model.h5": "the same again",
        "onnx/model.onnx": "and again",
      },
      "timm/net.a1_in1k": { "config.json": "{}", "model.safetensors": "timm weights" },
    },
    { [`net-${hash.slice(0, 8)}.pth`]: checkpoint, "liar-00000000.pth": checkpoint },
  );
  process.env.HF_ENDPOINT = hub.url;
  const { executable } = await findPython();
  bare = join(folder, "bare", "bin", "python");
  await execute(executable, ["-m", "venv", "--without-pip", join(folder, "bare")]);
  const env = join(folder, "env");
  await execute(executable, ["-m", "venv", env]);
  const wanted = ["huggingface-hub", "-c", join(root, "sandbox", "requirements-lock.txt")];
  const pip = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", ...wanted];
  try {
    await execute(join(env, "bin", "python"), pip);
    python = join(env, "bin", "python");
  } catch (error) {
    console.log(`the hub's library cannot be installed here: ${error}`);
  }
});
afterAll(async () => {
  if (endpoint === undefined) delete process.env.HF_ENDPOINT;
  else process.env.HF_ENDPOINT = endpoint;
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

describe("fetching from the hub", () => {
  test("a model is fetched once, in one format, and found offline by its name", async ({
    skip,
  }) => {
    if (python === null) return skip("the hub's library cannot be installed here");
    const added = await addWeights("hf:acme/tiny", { cacheDir, python, report });
    expect(added).toMatchObject({ name: "hf:acme/tiny", revision: COMMIT });
    expect(lines).toContainEqual(expect.stringContaining("downloading acme/tiny (2 files"));
    const { readOnly, environment } = await weightsMounts(cacheDir);
    expect(readOnly).toEqual([{ source: join(cacheDir, "weights"), target: "/weights" }]);
    expect(environment).toMatchObject({ HF_HUB_CACHE: "/weights/hf/hub" });
    expect(environment).not.toHaveProperty("TORCH_HOME");

    const code = `
import os
from huggingface_hub import snapshot_download
print(sorted(os.listdir(snapshot_download("acme/tiny"))))
`;
    const cache = join(cacheDir, "weights", "hf", "hub");
    const env = { HF_HUB_OFFLINE: "1", HF_HUB_CACHE: cache, HOME: folder };
    const { stdout } = await execute(python, ["-c", code], { env });
    expect(stdout.trim()).toBe("['config.json', 'model.safetensors']");
  });

  test("timm's name with its tag leads to timm's repository", async ({ skip }) => {
    if (python === null) return skip("the hub's library cannot be installed here");
    const added = await addWeights("timm:net.a1_in1k", { cacheDir, python, report });
    expect(added.place).toBe("hf/hub/models--timm--net.a1_in1k");
  });

  test("a model that the hub does not have is refused in one line and leaves no entry", async ({
    skip,
  }) => {
    if (python === null) return skip("the hub's library cannot be installed here");
    const failure = addWeights("hf:acme/none", { cacheDir, python, report });
    await expect(failure).rejects.toThrow(
      /^hf:acme\/none could not be fetched: the hub has no such model, or wants a token[^\n]*$/u,
    );
    await expect(failure).rejects.toBeInstanceOf(ConfigInvalid);
    expect((await listWeights(cacheDir)).map(({ name }) => name)).not.toContain("hf:acme/none");
  });

  test("a missing hub and a missing model give different messages", async ({ skip }) => {
    if (python === null) return skip("the hub's library cannot be installed here");
    process.env.HF_ENDPOINT = "http://127.0.0.1:9";
    const failure = addWeights("hf:acme/tiny", { cacheDir, python, report });
    await expect(failure).rejects.toThrow(/cannot be reached, check the network or HF_ENDPOINT/u);
    process.env.HF_ENDPOINT = hub.url;
  });

  test("without the library the missing package is named", async () => {
    const failure = addWeights("hf:acme/tiny", { cacheDir, python: bare, report });
    await expect(failure).rejects.toThrow(/needs the Python package huggingface-hub, which/u);
    const untagged = addWeights("timm:net", { cacheDir, python: bare, report });
    await expect(untagged).rejects.toThrow(/timm:net, without a tag .* needs .* timm, which/u);
    const named = addWeights("torch:resnet18", { cacheDir, python: bare, report });
    await expect(named).rejects.toThrow(/torch:resnet18, .* needs .* torchvision, which/u);
  });
});

describe("checkpoints, lists and removal", () => {
  test("a checkpoint lies where torch.hub looks for it, when its hash is right", async () => {
    const name = `torch:${hub.url}/files/net-${hash.slice(0, 8)}.pth`;
    const own = join(folder, "own");
    const mask = process.umask(0o077);
    const adding = addWeights(name, { cacheDir: own, python: bare, report });
    const added = await adding.finally(() => process.umask(mask));
    expect(added).toMatchObject({ revision: hash, files: 1, bytes: checkpoint.length });
    expect(await readFile(join(own, "weights", added.place), "utf8")).toBe(checkpoint);
    // Scripts run as another user than a root that keeps its files to itself.
    for (let path = added.place; path !== "."; path = dirname(path)) {
      expect((await stat(join(own, "weights", path))).mode & 0o004).toBe(0o004);
    }
    expect(added.place).toBe(`torch/hub/checkpoints/net-${hash.slice(0, 8)}.pth`);
    const { environment } = await weightsMounts(own);
    expect(environment).toMatchObject({ TORCH_HOME: "/weights/torch" });

    const liar = `torch:${hub.url}/files/liar-00000000.pth`;
    const failure = addWeights(liar, { cacheDir: own, python: bare, report });
    await expect(failure).rejects.toThrow(/does not have the hash that its name says/u);
    expect(await readdir(join(own, "weights", "torch", "hub", "checkpoints"))).toHaveLength(1);
  });

  test("what is removed is gone, and what is not there is said to be missing", async () => {
    const own = join(folder, "own");
    const [entry] = await listWeights(own);
    await removeWeights(entry?.name ?? "", { cacheDir: own, report });
    expect(await listWeights(own)).toEqual([]);
    expect(existsSync(join(own, "weights", entry?.place ?? ""))).toBe(false);
    await expect(removeWeights("hf:a/b", { cacheDir: own, report })).rejects.toThrow(
      /hf:a\/b is not in the cache of weights: it is empty/u,
    );
  });

  test("an empty cache is not mounted", async () => {
    const empty = { readOnly: [], environment: {}, sockets: [] };
    expect(await weightsMounts(join(folder, "nothing"))).toEqual(empty);
  });

  test.for([
    "",
    "acme/tiny",
    "hf:",
    "hf:a/b/c",
    "hf:../x",
    "timm:a/b",
    "torch:ftp://x/y.pth",
    "hf:a/b@x y",
    "torch:--help",
    "gguf:x",
  ])("%j names no weights", async (name) => {
    const failure = addWeights(name, { cacheDir, python: bare, report });
    await expect(failure).rejects.toThrow(/names no weights: write hf:<org\/model>, timm:/u);
  });
});
