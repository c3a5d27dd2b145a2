import { execFileSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenReferee, openReferee } from "../../../tasks/referee/open.ts";
import { python } from "../interpreter.ts";
import { AUC, binary, fromRows, scratch } from "../made-competition.ts";

const folder = scratch();
const path = join(folder, "submission.csv");
let made: OpenReferee;
let valid: Buffer;

beforeAll(async () => {
  const competition = fromRows(binary(120), AUC);
  made = await openReferee({ competition, python, folder: scratch(), seed: 1, subsample: null });
  valid = readFileSync(join(await made.input("fold-0"), "sample_submission.csv"));
});
afterAll(() => made.close());

describe("a submission that is no plain file is refused, and nothing is read through it", () => {
  const clean = () => rmSync(path, { recursive: true, force: true });
  const refuse = async (reason: RegExp) => {
    const judged = await made.judge("candidate", "fold-0", path);
    expect(judged).toMatchObject({ status: "invalid-submission", score: null });
    expect(judged.reason).toMatch(reason);
    clean();
  };

  test("no file at all", async () => {
    clean();
    await refuse(/there is no submission.csv/u);
  });

  test("a symbolic link", async () => {
    const real = join(scratch(), "real.csv");
    writeFileSync(real, valid);
    clean();
    symlinkSync(real, path);
    await refuse(/symbolic link/u);
  });

  test("a hard link", async () => {
    const real = join(folder, "real.csv");
    writeFileSync(real, valid);
    clean();
    linkSync(real, path);
    await refuse(/hard link/u);
  });

  test("a pipe that nobody writes to", async () => {
    clean();
    execFileSync("mkfifo", [path]);
    await refuse(/not a plain file/u);
  });

  test("a folder", async () => {
    clean();
    mkdirSync(path);
    await refuse(/not a plain file|cannot be opened/u);
  });

  test("ten gigabytes", async () => {
    clean();
    writeFileSync(path, "id,y\n");
    truncateSync(path, 10 * 1024 ** 3);
    await refuse(/10737418240 bytes, at most \d+ are accepted/u);
  });
});
