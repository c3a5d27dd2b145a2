import { access, chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Check } from "../../agent/cli/doctor/check.ts";
import { pythonEnvironment } from "../../sandbox/environment/python-environment.ts";
import { saying, startMessagesServer } from "../fakes/servers/messages-server.ts";
import { cacheDir, presentEngines, report } from "../sandbox/engines.ts";
import { mleStar } from "./program.ts";

let root: string;
let python: string;
/** Settings under which no container engine answers, whatever this machine has, and nothing of it is changed. */
let isolated: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-doctor-"));
  const hidden = { DOCKER_HOST: `unix://${root}/none.sock`, CONTAINER_HOST: "" };
  const override = process.env.MLE_STAR_PYTHON ?? null;
  ({ python } = await pythonEnvironment({ cacheDir, override, report }));
  const ready = { MLE_STAR_PYTHON: python, MLE_STAR_CACHE: join(root, "cache") };
  isolated = { ...hidden, ...ready, HOME: root, CUDA_VISIBLE_DEVICES: "" };
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What doctor finds, by name of the line. */
async function doctor(args: readonly string[], extra: Record<string, string>) {
  const runs = ["--runs-dir", join(root, "runs")];
  const ended = await mleStar(["doctor", "--json", ...runs, ...args], extra);
  const { ok, checks }: { ok: boolean; checks: Check[] } = JSON.parse(ended.stdout);
  const found = new Map(checks.map((check) => [check.what.trim(), check]));
  return { code: ended.code, ok, found, states: new Set(checks.map(({ state }) => state)) };
}

test("a machine that can run is described line by line, and nothing is left behind", async () => {
  const { code, ok, found } = await doctor(["--sandbox", "process"], isolated);
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  const what = [
    "Node",
    "git",
    "disk for runs",
    "disk for cache",
    "memory",
    "GPUs",
    "keys",
    "model",
  ];
  for (const each of [...what, "Python", "runs"]) expect(found.get(each)?.state).toBe("ok");
  expect(found.get("Python")?.result).toContain("core packages import");
  expect(found.get("keys")?.result).toContain("is not set");
  const left = await readdir(join(root, "cache"));
  expect(left.filter((name) => /test|probe/u.test(name))).toEqual([]);
  await expect(access(join(root, "runs"))).rejects.toThrow("ENOENT");
});

/** What a test engine is found by, and what its image is made from. */
function engineVariables(): Record<string, string> {
  const names = ["MLE_STAR_BASE_IMAGE", "MLE_STAR_WHEELS"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

const engines = (await presentEngines()).filter((name) => name !== "process");

test.skipIf(engines.length === 0).each(engines)("what %s promises holds here", async (name) => {
  const { code, found } = await doctor(["--sandbox", name], {
    ...engineVariables(),
    CUDA_VISIBLE_DEVICES: "",
    MLE_STAR_PYTHON: python,
  });
  expect(code).toBe(0);
  expect(found.get("sandbox")?.result).toContain(`a run uses ${name}`);
  for (const what of [
    "network closed",
    "system and input read-only",
    "files of this machine hidden",
    "memory limited",
    "processes limited",
  ])
    expect([what, found.get(what)?.state]).toEqual([what, "ok"]);
});

/** What is set, the line that fails, and what to do about it. */
const failures: readonly [string, string[], Record<string, string>, string, RegExp][] = [
  ["an engine that is not there", ["--sandbox", "docker"], {}, "sandbox", /--sandbox docker: /u],
  [
    "an interpreter that is not there",
    [],
    { MLE_STAR_PYTHON: "/no/python" },
    "Python",
    /MLE_STAR_PYTHON=\/no\/python does not work/u,
  ],
  ["a misspelt setting", [], { MLE_STAR_SEEED: "1" }, "settings", /MLE_STAR_SEEED/u],
  ["a model without its key", ["--model", "anthropic"], {}, "model", /ANTHROPIC_API_KEY/u],
  [
    "a model that does not answer",
    [],
    { ANTHROPIC_API_KEY: "sk-not-shown", ANTHROPIC_BASE_URL: "http://127.0.0.1:9" },
    "model",
    /127\.0\.0\.1:9|connect/iu,
  ],
  [
    "GPUs that are not there",
    ["--gpus-per-execution", "1"],
    {},
    "GPU inside",
    /no GPU can be seen/u,
  ],
];

test.each(failures)("%s makes it end with 1 and say what to do", async (...given) => {
  const [, args, extra, what, fix] = given;
  const process = args.includes("--sandbox") ? [] : ["--sandbox", "process"];
  const { code, ok, found } = await doctor([...process, ...args], { ...isolated, ...extra });
  expect({ code, ok }).toEqual({ code: 1, ok: false });
  expect(found.get(what)).toMatchObject({ state: "fail", fix: expect.stringMatching(fix) });
  expect(JSON.stringify([...found])).not.toContain("sk-not-shown");
});

test("a model that answers is named, its key is not", async () => {
  await using server = await startMessagesServer(() => saying("hello"));
  const env = { ANTHROPIC_API_KEY: "sk-not-shown", ANTHROPIC_BASE_URL: server.url };
  const { code, found } = await doctor(["--sandbox", "process"], { ...isolated, ...env });
  expect(code).toBe(0);
  expect(found.get("keys")?.result).toBe("ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL are set");
  expect(found.get("model")).toMatchObject({
    state: "ok",
    result: expect.stringContaining("answered in"),
  });
  expect(JSON.stringify([...found])).not.toContain("sk-not-shown");
});

test("Python that is not set up yet is said, not set up", async () => {
  const { code, found } = await doctor(["--sandbox", "process"], {
    ...isolated,
    MLE_STAR_PYTHON: "",
    MLE_STAR_CACHE: join(root, "fresh"),
  });
  expect(code).toBe(0);
  expect(found.get("Python")).toMatchObject({
    state: "warn",
    fix: expect.stringContaining("doctor --fix"),
  });
  expect(found.get("sandbox")?.result).toBe("not tested without Python");
  await expect(access(join(root, "fresh"))).rejects.toThrow("ENOENT");
});

test("an engine that is not there is a failure also before there is a Python to try one with", async () => {
  const fresh = { ...isolated, MLE_STAR_PYTHON: "", MLE_STAR_CACHE: join(root, "fresh") };
  const { code, found } = await doctor(["--sandbox", "docker"], fresh);
  expect(code).toBe(1);
  expect(found.get("sandbox")).toMatchObject({
    state: "fail",
    fix: "install Docker and start it, or set DOCKER_HOST",
  });
});

test("GPUs of this machine are looked for from inside the sandbox", async () => {
  const folder = await mkdtemp(join(root, "gpus-"));
  const program = join(folder, "nvidia-smi");
  const id = "GPU-00000000-0000-0000-0000-000000000000";
  await writeFile(
    program,
    `#!/bin/sh\ncase "$*" in\n-L) echo "GPU 0: Made-Up (UUID: ${id})" ;;\n*) echo "${id}, 0, Made-Up, 1000" ;;\nesac\n`,
  );
  await chmod(program, 0o755);
  const seen = { ...isolated, CUDA_VISIBLE_DEVICES: "0", PATH: `${folder}:${process.env.PATH}` };
  const { code, found } = await doctor(["--sandbox", "process"], seen);
  expect(code).toBe(1);
  expect(found.get("GPUs")?.result).toContain("0 Made-Up 1000 MB");
  expect(found.get("GPU inside")?.fix).toContain("--set gpusPerExecution=0");
  const without = ["--sandbox", "process", "--gpus-per-execution", "0"];
  expect((await doctor(without, seen)).code).toBe(0);
});

test("ordinary processes are checked too, and what they do not protect is listed with the next step", async () => {
  const { stdout, code } = await mleStar(["doctor", "--sandbox", "process"], isolated);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ok +Node +v\d/mu);
  expect(stdout).toMatch(/^ok +memory limited /mu);
  expect(stdout).toMatch(/^ok +processes limited /mu);
  if (stdout.includes("files of this user are NOT protected")) {
    const lacking =
      /^warn +files of this machine hidden +a script read .*secret\n +→ .*ordinary .*install Docker/mu;
    expect(stdout).toMatch(lacking);
    // Writing to the system is not tried where it could succeed.
    expect(stdout).not.toContain("system and input read-only");
  } else {
    expect(stdout).toMatch(/^ok +files of this machine hidden /mu);
    expect(stdout).toMatch(/^ok +system and input read-only /mu);
  }
});
