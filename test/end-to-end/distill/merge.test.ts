import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgingRuns } from "../../agent/cli/models/merge/judging-runs.ts";
import { lastObject, mleStar, start } from "../program.ts";
import { byHand, makeTinyFamily, trainer, trainerEnvironment } from "./tiny.ts";

type Soup = { trials: { members: number[]; score: number; taken: boolean }[]; pairs: number };

describe.skipIf(trainer === null)("merging models of a few thousand parameters", () => {
  let place: string;
  const of = (name: string) => join(place, name);

  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "mle-merge-"));
    await Promise.all([makeTinyFamily(of("family"), 32_768), judgingRuns(of("runs"))]);
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  test("adapters and whole models become what they are by hand; what does not fit together is refused", async () => {
    const found = await byHand("merges-by-hand.py", of("family"), of("merged"));
    for (const method of ["linear", "arithmetic", "whole", "moved", "ties", "dareSame"])
      expect(found[method]).toBeLessThan(1e-6);
    expect(found).toMatchObject({
      dareOther: true,
      dareKept: expect.closeTo(0.5, 1),
      dareScale: [expect.closeTo(2, 3), 0],
      refusals: [
        "base and foreign have different tokenizers (300 and 290 tokens): their tokens cannot be combined",
        "a is an adapter, other a whole model: only models of one kind are merged",
        "base and deep differ in architecture: model.layers.2.input_layernorm.weight is none and (32,)",
        `a and b stand on different bases: ${of("family")}/base and ${of("family")}/other`,
      ],
    });
  });

  test("a greedy soup raises the dev score of the role or stays with one; killed, it goes on, and is not made twice", async () => {
    const soup = [
      ...["models", "merge", of("family/a"), of("family/b"), "--method", "greedy-soup"],
      ...["--role", "planner", "--from", of("runs"), "--dev-share", "1", "--out", of("soup")],
    ];
    const { child, ended } = start(soup, trainerEnvironment);
    const isFar = new Promise<void>((resolve) => {
      child.stderr?.on("data", (text) => {
        if (String(text).includes("dev score")) resolve();
      });
    });
    await Promise.race([isFar, ended]);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    expect(existsSync(of("soup"))).toBe(false);
    const made = await mleStar([...soup, "--json"], trainerEnvironment);
    expect(made).toMatchObject({ code: 0 });
    const { result } = lastObject(made) as { result: { soup: Soup; weights: number[] } };
    const { trials, pairs } = result.soup;
    expect(pairs).toBe(12);
    expect(trials.map(({ members }) => members.length)).toEqual([1, 1, 2]);
    const [best = trials[0], next, together] = trials;
    expect(best?.taken && !next?.taken).toBe(true);
    expect(best?.score).toBeGreaterThanOrEqual(next?.score ?? 1);
    expect(together?.taken).toBe((together?.score ?? 0) > (best?.score ?? 0));
    expect(result.weights.filter((each) => each === 1)).toHaveLength(together?.taken ? 2 : 1);
    expect(await readdir(of("soup"))).toContain("adapter_model.safetensors");
    expect(existsSync(of("soup.partial"))).toBe(false);
    const card = await readFile(join(of("soup"), "README.md"), "utf8");
    expect(card).toContain("- dev score of the role planner: of 12 pairs of recorded calls");
    // Its folder says what was made: no program is started.
    const again = await mleStar([...soup, "--json"], {
      ...trainerEnvironment,
      MLE_STAR_TRAINER_PYTHON: "/nowhere/python",
    });
    expect(again.stdout).toBe(made.stdout);
    const other = await mleStar([...soup, "--role", "coder"], trainerEnvironment);
    expect(other).toMatchObject({ code: 2 });
  });
});
