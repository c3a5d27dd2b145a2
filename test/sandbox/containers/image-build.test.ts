import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Check } from "../../../agent/cli/doctor/check.ts";
import { mleStar } from "../../end-to-end/program.ts";
import { openPython, presentEngines } from "../engines.ts";

const { MLE_STAR_BASE_IMAGE: base = "", MLE_STAR_WHEELS: wheels = "" } = process.env;
const present = await presentEngines();
const why =
  present.includes("docker") && base !== "" && wheels !== ""
    ? ""
    : "no Docker with the base image and wheels of test/engine/up.sh";

/** Names that nobody else uses: what stands under them is built here, and removed. */
const NAME = `localhost/mle-star/test-${process.pid}`;
let folder: string;
let docker: Docker;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-build-"));
  docker = new Docker();
  environment = {
    MLE_STAR_PYTHON: (await openPython()).python,
    MLE_STAR_CACHE: join(folder, "cache"),
    MLE_STAR_BASE_IMAGE: `${NAME}:base`,
    CUDA_VISIBLE_DEVICES: "",
  };
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  if (why === "") await docker.getImage(`${NAME}:base`).remove();
});

/** What `doctor --fix` says while it builds, and finds in the end. */
async function fix(extra: Record<string, string>) {
  const args = ["doctor", "--fix", "--json", "--sandbox", "docker", "--runs-dir", folder];
  const { code, stdout, stderr } = await mleStar(args, { ...environment, ...extra });
  const { checks }: { checks: Check[] } = JSON.parse(stdout);
  return { code, stderr, sandbox: checks.find(({ what }) => what === "sandbox") };
}

test("doctor --fix builds an image that is not there, tells how far it is, and proves it", async ({
  skip,
}) => {
  skip(why !== "", why);
  await docker.getImage(base).tag({ repo: NAME, tag: "base" });
  // A folder of links to wheels is as good as one of wheels.
  const linked = join(folder, "wheels");
  await mkdir(linked);
  for (const name of await readdir(wheels)) await symlink(join(wheels, name), join(linked, name));
  const { code, stderr, sandbox } = await fix({ MLE_STAR_WHEELS: linked });
  expect(sandbox).toMatchObject({ state: "ok" });
  const [tag = ""] = /localhost\/mle-star\/sandbox:\w+/u.exec(sandbox?.result ?? "") ?? [];
  expect(code).toBe(0);
  expect(stderr).toMatch(/^building the sandbox image .*\nStep 1\/.*^Step 4\/\d+ : RUN /msu);
  const again = await fix({ MLE_STAR_WHEELS: linked });
  expect(again.sandbox?.result).toContain(tag);
  expect(again.stderr).not.toContain("building");
  await docker.getImage(tag).remove();
});

test("a build that fails ends it with the line that failed and what it said, and leaves no container", async ({
  skip,
}) => {
  skip(why !== "", why);
  await writeFile(join(folder, "file"), "an image without a Python");
  const archive = await execa("tar", ["-C", folder, "-c", "file"], { encoding: "buffer" });
  await execa("docker", ["import", "-", `${NAME}:base`], { input: archive.stdout });
  const { code, stderr, sandbox } = await fix({ MLE_STAR_WHEELS: wheels });
  expect(code).toBe(1);
  expect(stderr).toContain("RUN sh /opt/mle-star/build/build-env.sh cpu");
  expect(sandbox).toMatchObject({ state: "fail" });
  expect(sandbox?.fix).toMatch(/could not be built: .*\/bin\/sh.* \(at Dockerfile:\d+: RUN /su);
  const containers = await docker.listContainers({ all: true });
  expect(containers.filter(({ Command }) => Command.includes("build-env.sh"))).toEqual([]);
});
