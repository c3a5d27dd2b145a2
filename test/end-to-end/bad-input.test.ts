import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLeaves } from "./made-competition.ts";
import { lastObject, mleStar } from "./program.ts";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-bad-"));
  await writeLeaves(join(root, "leaves"));
  await writeLeaves(join(root, "empty"));
  await writeFile(join(root, "empty", "train.csv"), "");
  await writeLeaves(join(root, "binary"));
  await writeFile(
    join(root, "binary", "test.csv"),
    Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"),
  );
  await writeFile(join(root, "a-file"), "not a folder\n");
  await writeFile(join(root, "broken.yaml"), 'seed: 1\nmodel: "playbook\n');
  await writeFile(join(root, "misspelt.yaml"), "seed: 1\n\nmodell: playbook\n");
  await writeFile(join(root, "a-list.yaml"), "- seed\n- model\n");
});
afterAll(() => rm(root, { recursive: true, force: true }));

const leaves = "ROOT/leaves";

/** Arguments of `run`, what the environment adds, and what the line must say. */
const cases: readonly [string, string[], Record<string, string>, RegExp][] = [
  ["a competition that is not there", ["no-such-thing"], {}, /no-such-thing/u],
  ["no competition at all", [], {}, /competition/u],
  ["a file in place of a folder", ["ROOT/a-file"], {}, /a-file/u],
  ["an empty training table", ["ROOT/empty"], {}, /train\.csv/u],
  ["a table that is a picture", ["ROOT/binary"], {}, /test\.csv: this is a binary file/u],
  ["an option that does not exist", [leaves, "--fast"], {}, /--fast/u],
  ["a setting that does not exist", [leaves, "--set", "sed=1"], {}, /"sed"/u],
  ["a setting without a value", [leaves, "--set", "seed"], {}, /seed.*key=value/u],
  ["a count that is no number", [leaves, "--set", "tracks=many"], {}, /"tracks"/u],
  ["a time that is none", [leaves, "--time-limit", "soon"], {}, /"timeLimit"/u],
  ["a limit below zero", [leaves, "--max-usd", "-1"], {}, /"maxUsd"/u],
  ["an effort that does not exist", [leaves, "--effort", "heroic"], {}, /"effort"/u],
  ["a model that does not exist", [leaves, "--model", "oracle"], {}, /"oracle"/u],
  ["a model without its key", [leaves, "--model", "anthropic"], {}, /ANTHROPIC_API_KEY/u],
  ["a recording that is not there", [leaves, "--model", "replay:gone"], {}, /"gone"/u],
  ["an address that is none", [leaves], { ANTHROPIC_BASE_URL: "here" }, /ANTHROPIC_BASE_URL/u],
  ["a misspelt variable", [leaves], { MLE_STAR_SEEED: "1" }, /MLE_STAR_SEEED/u],
  ["a config file that is not there", [leaves, "--config", "ROOT/none.yaml"], {}, /none\.yaml/u],
  [
    "a config file that is no YAML",
    [leaves, "--config", "ROOT/broken.yaml"],
    {},
    /broken\.yaml:\d+:\d+: /u,
  ],
  [
    "a misspelt key in a config file",
    [leaves, "--config", "ROOT/misspelt.yaml"],
    {},
    /misspelt\.yaml:3:1: .*"modell"/u,
  ],
  [
    "a config file of another form",
    [leaves, "--config", "ROOT/a-list.yaml"],
    {},
    /a-list\.yaml:1:1: /u,
  ],
  ["a run name that is no folder name", [leaves, "--run-id", "../up"], {}, /"\.\.\/up"/u],
  ["a runs folder below a file", [leaves, "--runs-dir", "ROOT/a-file/runs"], {}, /a-file/u],
  [
    "an interpreter that is not there",
    [leaves],
    { MLE_STAR_PYTHON: "/no/python" },
    /MLE_STAR_PYTHON/u,
  ],
];

test.each(cases)(
  "%s is refused in one line, and nothing is begun",
  async (_, args, extra, words) => {
    const runs = join(await mkdtemp(join(root, "case-")), "runs");
    const given = args.map((each) => each.replace("ROOT", root));
    const where = given.includes("--runs-dir") ? [] : ["--runs-dir", runs];
    const ended = await mleStar(["run", ...given, ...where, "--quiet"], extra);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^error: [^\n]+\n$/u);
    expect(ended.stderr).toMatch(words);
    // Nothing is left either: neither a folder nor a link to one.
    await expect(access(runs)).rejects.toThrow("ENOENT");
  },
);

const others: readonly [string, string[], RegExp][] = [
  ["a command that does not exist", ["rum"], /rum.*run/u],
  ["showing a run where there are none", ["runs", "show", "--runs-dir", "ROOT/none"], /no run/u],
  ["an option of runs that does not exist", ["runs", "list", "--all"], /--all/u],
  ["grading what is not there", ["grade", "cluster-job-class", "ROOT/none.csv"], /none\.csv/u],
  ["grading without answers", ["grade", leaves, "ROOT/leaves/sample_submission.csv"], /--answers/u],
  ["making a competition of nothing", ["init", "ROOT/none", "--yes"], /none/u],
];

test.each(others)("%s is refused in one line", async (_, args, words) => {
  const ended = await mleStar(args.map((each) => each.replace("ROOT", root)));
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toMatch(/^error: [^\n]+\n$/u);
  expect(ended.stderr).toMatch(words);
});

test("with --json the reason is an object on standard output too", async () => {
  for (const args of [
    ["run", "no-such-thing", "--json"],
    ["run", "--fast", "--json"],
  ]) {
    const ended = await mleStar(args);
    expect(lastObject(ended)).toMatchObject({ status: "error", exitCode: 2 });
  }
});
