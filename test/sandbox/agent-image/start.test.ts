import { chmod, mkdir, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { root } from "../engines.ts";

const SCRIPT = join(root, "sandbox", "agent-image", "start.sh");

/** A stand-in of the program: notes how it was called, and leaves a submission as a run does. */
const PROGRAM = `#!/bin/sh
printf '%s\\n' "$@" >"$CALLED"
while [ $# -gt 0 ] && [ "$1" != --runs-dir ]; do shift; done
mkdir -p "$2/any/one" && ln -s one "$2/any/latest" && printf 'id,y\\n1,2\\n' >"$2/any/one/submission.csv"
exit 3
`;

/** What `start.sh` asks of the program, and what it leaves, in folders like those of MLE-bench. */
async function started(environment: Record<string, string>, ...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "mle-star-start-"));
  const place = (name: string) => join(folder, name);
  for (const name of ["data", "submission", "logs", "code", "agent", "bin"])
    await mkdir(place(name));
  await writeFile(place("bin/mle-star"), PROGRAM);
  await chmod(place("bin/mle-star"), 0o755);
  const env = {
    PATH: `${place("bin")}:${dirname(process.execPath)}:${process.env.PATH}`,
    MLE_STAR_APP: root,
    MLE_STAR_CACHE: place("cache"),
    DATA_DIR: place("data"),
    SUBMISSION_DIR: place("submission"),
    LOGS_DIR: place("logs"),
    CODE_DIR: place("code"),
    AGENT_DIR: place("agent"),
    CALLED: place("called"),
    ...environment,
  };
  const { exitCode, stderr } = await execa("sh", [SCRIPT, ...args], { env, reject: false });
  const called = (await readFile(place("called"), "utf8")).trim().split("\n");
  const submission = await readFile(place("submission/submission.csv"), "utf8");
  return {
    place,
    called,
    exitCode,
    stderr,
    submission,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test("a competition that MLE-bench names runs by its id, on the data given, without pages about it", async () => {
  const id = "leaf-classification";
  await using agent = await started({ COMPETITION_ID: id, TIME_LIMIT_SECS: "1200" }, "--quick");
  const { called, place } = agent;
  expect(called.slice(0, 2)).toEqual(["run", `mle-bench:${id}`]);
  const dataDir = called[called.indexOf("--data-dir") + 1] ?? "";
  expect(await readlink(join(dataDir, id, "prepared", "public"))).toBe(place("data"));
  expect(called).toEqual(expect.arrayContaining(["--benchmark", "--quick"]));
  expect(called[called.indexOf("--time-limit") + 1]).toBe(String(1200 - 24 - 10));
  expect(agent.submission).toBe("id,y\n1,2\n");
  expect(agent.exitCode).toBe(3);
}, 60_000);

test("a competition that is in no table, or has no id, is read as the folder that it lies in", async () => {
  for (const id of ["leaf", ""]) {
    await using agent = await started({ COMPETITION_ID: id });
    expect(agent.called.slice(0, 2)).toEqual(["run", agent.place("data")]);
    expect(agent.called).toContain("--benchmark");
  }
}, 60_000);
