import { existsSync } from "node:fs";
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Finding } from "../../runs/certificate/verify.ts";
import { saying, startMessagesServer } from "../fakes/servers/messages-server.ts";
import { python } from "../tasks/interpreter.ts";
import { writeWages } from "./made-competition.ts";
import { mleStar } from "./program.ts";
import { answerTo } from "./scripted-answers.ts";

let root: string;
let runs: string;
let wages: string;
let folder: string;
let command: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-verify-"));
  runs = join(root, "runs");
  wages = await writeWages(join(root, "wages"));
  folder = join(runs, "wages", "one");
  await using server = await startMessagesServer(({ prompt }) => saying(keeping(answerTo(prompt))));
  // Without a limit of time every gain of a blend is published as the run goes.
  const settings = ["tracks=1", "attempts=1", "blends=true", "timeLimit=null"].flatMap((each) => [
    "--set",
    each,
  ]);
  const where = ["--sandbox", "process", "--runs-dir", runs, "--run-id", "one", "--quiet"];
  command = ["run", wages, "--quick", ...where, ...settings];
  const ended = await mleStar(command, { ANTHROPIC_BASE_URL: server.url });
  if (ended.code !== 0) throw new Error(ended.stderr);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** The same scripts, which keep their line in `./model/`. */
function keeping(answer: string): string {
  return answer.replace(/^center = [\s\S]*?^level = .*\n/gmu, (fitted) => {
    const inside = fitted.replace(/^/gmu, "    ").trimEnd();
    return `import json
import os

if os.path.exists("./model/line.json"):
    with open("./model/line.json") as file:
        slope, level = json.load(file)
else:
${inside}
    os.makedirs("./model", exist_ok=True)
    with open("./model/line.json", "w") as file:
        json.dump([slope, level], file)
`;
  });
}

async function verify(...more: string[]) {
  const { code, stdout } = await mleStar(["verify", "one", "--runs-dir", runs, "--json", ...more]);
  const { passed, findings } = JSON.parse(stdout) as { passed: boolean; findings: Finding[] };
  return { code, passed, findings };
}

test("every score of a run is recomputed from its stored predictions", async () => {
  const { code, passed, findings } = await verify();
  // On a machine under load the budget may have had no room for the sealed holdout.
  const missed = findings.filter(({ ok, detail }) => ok !== true && !/not opened/u.test(detail));
  expect(missed).toEqual([]);
  expect({ code, passed }).toEqual({ code: 0, passed: true });
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["scores", "gains", "decisions", "correction", "sealed"]),
  );
  const scores = findings.find(({ check }) => check === "scores");
  expect(scores?.detail).toMatch(
    /^(?:[3-9]|\d\d+) recomputed with their intervals from the stored predictions$/u,
  );
});

test("the stored scripts, run again, submit the same rows", async () => {
  const { code, findings } = await verify("--rerun");
  expect(findings.at(-1)).toMatchObject({ check: "rerun", ok: true });
  expect(code).toBe(0);
  // The run folder is as it was.
  expect((await verify()).passed).toBe(true);
});

async function predict(rows: string, ...more: string[]) {
  const out = join(root, "predicted.csv");
  await rm(out, { force: true });
  const ended = await mleStar(["predict", "one", rows, "--runs-dir", runs, "--out", out, ...more]);
  return { ...ended, out };
}

const linesOf = async (file: string) => (await readFile(file, "utf8")).trim().split(/\r?\n/u);

test("predict gives the submission for the test rows, and the same for some of them without ids in another order of columns", async () => {
  const { code, stdout, stderr, out } = await predict(join(wages, "test.csv"));
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/predicted\.csv: 75 predictions by \S+ of one\n$/u);
  const submitted = await linesOf(join(folder, "submission.csv"));
  expect(await linesOf(out)).toEqual(submitted);

  const [, ...rows] = await linesOf(join(wages, "test.csv"));
  const some = join(root, "some.csv");
  const cells = rows.slice(10, 15).map((row) => row.split(","));
  const lines = cells.map(([, years, grade]) => `${grade},${years},x`);
  await writeFile(some, `${["grade,years,pay", ...lines].join("\n")}\n`);
  const few = await predict(some, "--json");
  expect(few.code, few.stderr).toBe(0);
  expect(JSON.parse(few.stdout)).toMatchObject({
    rows: 5,
    notes: [
      "id: not given, so the rows are numbered from 1",
      "left out, since the test table has no such column: pay",
    ],
  });
  const answers = submitted.slice(11, 16).map((line, at) => `${at + 1},${line.split(",")[1]}`);
  expect(await linesOf(few.out)).toEqual(["id,pay", ...answers]);
});

test("predict without training gives the same from what the scripts keep, which is made and checked once", async () => {
  const submitted = await linesOf(join(folder, "submission.csv"));
  const first = await predict(join(wages, "test.csv"), "--no-train");
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toContain("training once to keep what the scripts leave in ./model/");
  expect(await linesOf(first.out)).toEqual(submitted);
  const again = await predict(join(wages, "test.csv"), "--no-train");
  expect(again.stderr).not.toContain("training once");
  expect(again.stderr).toContain("without training");
  expect(await linesOf(again.out)).toEqual(submitted);
  expect((await verify()).passed).toBe(true);
});

test("rows that do not fit are refused in one line, and nothing is written", async () => {
  const file = join(root, "unfit.csv");
  await writeFile(file, "id,years\n1,2\n");
  const { code, stderr, out } = await predict(file);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^error: [^\n]*unfit\.csv: columns of the test table are missing: grade; /u,
  );
  expect(existsSync(out)).toBe(false);
});

async function exported(to: string, out: string, ...more: string[]) {
  const path = join(root, "exported", out);
  const args = ["runs", "export", "one", "--runs-dir", runs, "--to", to, "--out", path, "--json"];
  const { MLE_STAR_BASE_IMAGE = "", MLE_STAR_WHEELS = "" } = process.env;
  const engines = { MLE_STAR_BASE_IMAGE, MLE_STAR_WHEELS };
  const { code, stdout, stderr } = await mleStar([...args, ...more], engines);
  expect(code, stderr).toBe(0);
  return { path, ...(JSON.parse(stdout) as { image: string | null; notes: string[] }) };
}

/** Runs an export in a folder of its own, with nothing of this program around; its submission. */
async function ranAlone(file: string, ...more: string[]): Promise<string> {
  const cwd = await mkdtemp(join(root, "alone-"));
  await cp(wages, join(cwd, "input"), { recursive: true });
  await execa(python, ["-I", file, ...more], { cwd, env: { PATH: "/usr/bin:/bin" } });
  return readFile(join(cwd, "submission.csv"), "utf8");
}

/** What the referee wrote for the blend when it stood for a while. */
const blended = () => readFile(join(folder, "referee/blends/blend%2Fstack/final.csv"), "utf8");

test("an exported script leaves the submission, and a blend of four in one file that of the referee", async () => {
  const { path } = await exported("script", "one.py");
  expect(await ranAlone(path)).toBe(await readFile(join(folder, "submission.csv"), "utf8"));
  const several = await exported("script", "blend.py", "--solution", "blend/stack");
  expect(await ranAlone(several.path)).toBe(await blended());
});

test("an exported folder with its data trains and predicts what the blend did, and an image of it does, too", async ({
  skip,
}) => {
  const blend = ["--solution", "blend/stack"];
  const { path } = await exported("folder", "folder", "--with-data", ...blend);
  await execa(python, ["-I", "train_and_predict.py"], { cwd: path });
  expect(await readFile(join(path, "submission.csv"), "utf8")).toBe(await blended());
  expect(await readFile(join(path, "requirements.txt"), "utf8")).toMatch(
    /^-c constraints\.txt\nnumpy==[\d.]+\nscikit-learn==/u,
  );
  expect(await readFile(join(path, "README.md"), "utf8")).toContain("Set the slope to 1.9.");
  const again = ["runs", "export", "one", "--runs-dir", runs, "--to", "folder", "--out", path];
  const { code, stderr } = await mleStar(again);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `error: ${path} is there already; name an empty folder with --out\n`,
  });
  const { MLE_STAR_BASE_IMAGE: base, MLE_STAR_WHEELS: wheels } = process.env;
  const hasEngine = base !== undefined && wheels !== undefined;
  skip(!hasEngine, "no base image and wheels of test/engine/up.sh");
  const made = await exported("docker", "image", ...blend);
  expect(made.notes).toEqual([]);
  const [docker, out] = [new Docker(), join(root, "out")];
  await mkdir(out);
  const HostConfig = { Binds: [`${wages}:/data:ro`, `${out}:/out`] };
  const [ended, container] = await docker.run(made.image ?? "", [], new PassThrough().resume(), {
    HostConfig,
  });
  expect(ended.StatusCode).toBe(0);
  expect(await readFile(join(out, "submission.csv"), "utf8")).toBe(await blended());
  await container.remove();
  await docker.getImage(made.image ?? "").remove();
});

/** Executes a notebook as Jupyter would, in the folder it stands in, with the packages of the sandbox. */
const EXECUTE = `
import sys, nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(book)
NotebookClient(book, timeout=300, kernel_name="python3").execute()
print(sum(cell.cell_type == "code" for cell in book.cells))
`;

test("the notebooks of a script and of a blend run from top to bottom and leave the same submissions", async () => {
  const jupyter = join(root, "jupyter");
  await execa(python, ["-m", "pip", "install", "-q", "--target", jupyter, "nbclient", "ipykernel"]);
  const env = { PYTHONPATH: jupyter };
  const executed = async (name: string, ...more: string[]) => {
    const { path } = await exported("notebook", `${name}/story.ipynb`, "--with-data", ...more);
    const cwd = dirname(path);
    const { stdout } = await execa(python, ["-c", EXECUTE, path], { cwd, env });
    const submission = await readFile(join(cwd, "submission.csv"), "utf8");
    return { cells: Number(stdout), submission, text: await readFile(path, "utf8") };
  };
  const alone = await executed("alone");
  expect(alone.submission).toBe(await readFile(join(folder, "submission.csv"), "utf8"));
  expect(alone.text).toContain("Set the slope to 1.9.");
  expect(alone.cells).toBeGreaterThan(5);
  const several = await executed("blend", "--solution", "blend/stack");
  expect(several.submission).toBe(await blended());
}, 900_000);

test("predictions that were changed are found, and nothing is recomputed from them", async () => {
  const banked = join(folder, "referee", "bank", "track-1%2Finit-1", "fold-0.npz");
  const bytes = await readFile(banked);
  await appendFile(banked, "x");
  const { code, findings } = await verify();
  await writeFile(banked, bytes);
  expect(code).toBe(1);
  expect(findings.at(-1)?.check).not.toBe("scores");
  expect(findings.find(({ ok }) => ok === false)?.detail).toBe(
    "changed since: referee/bank/track-1%2Finit-1/fold-0.npz",
  );
});

test("what an ended run lost is made again, also where its time limit has long passed", async () => {
  const submission = await readFile(join(folder, "submission.csv"), "utf8");
  for (const lost of ["history.git", "attempts", "submission.csv"])
    await rm(join(folder, lost), { recursive: true });
  const again = await mleStar([...command, "--time-limit", "15"]);
  expect(again, again.stderr).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, "submission.csv"), "utf8")).toBe(submission);
  expect((await verify()).passed).toBe(true);
});

test("other data than the run's are a failure, data that are gone are none", async () => {
  const other = await writeWages(join(root, "other"), 301);
  const changed = await verify("--data", other);
  expect(changed.code).toBe(1);
  expect(changed.findings.at(-1)).toMatchObject({ check: "data", ok: false });
  await rm(wages, { recursive: true });
  const gone = await verify();
  expect(gone.code).toBe(0);
  expect(gone.findings.at(-1)).toMatchObject({ check: "data", ok: null });
});
