import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkEnvironment } from "../../../agent/cli/open/choose-run.ts";
import { openProgress } from "../../../agent/cli/terminal/progress.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import { whyUnvalidated } from "../../../agent/trust/provenance.ts";
import { script } from "../../fakes/answers.ts";
import { fenced, inTurn, small, values } from "../../fakes/run-world.ts";
import type { Behavior } from "../../fakes/scripted-sandbox.ts";
import { openWorld, type World, type WorldOptions } from "../../fakes/world.ts";

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

const scoreOf = (code: string): Behavior => ({
  score: Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0),
});

/** Two tracks; the better one is the first submission's script too. `meanwhile` happens before the sealed runs end. */
async function tampered(meanwhile: (folder: string) => Promise<void>, options: WorldOptions = {}) {
  const made = await openWorld({
    answers: inTurn("initializer", [fenced(script(0.55)), fenced(script(0.52))]),
    latency: (at) => (at.endsWith("/sealed") ? 0.3 : 0),
    behavior: (code, job) => {
      if (job.at === "track-1/init-1/sealed") meant.push(meanwhile(made.folder));
      return scoreOf(code);
    },
    ...options,
    config: { ...small, tracks: 2, candidates: 1, outerSteps: 0, ...options.config },
  });
  const meant: Promise<void>[] = [];
  world = made;
  const finished = await pipeline(made.handle.run);
  await Promise.all(meant);
  expect(meant).toHaveLength(1);
  const refused = values(made, "skipped").filter((each) => each.what === "a submission");
  return { made, finished, refused };
}

const attempt = (folder: string, file: string) => join(folder, "attempts/track-1/init-1", file);

describe("what is submitted is what was validated", () => {
  test("every execution is tied to its script, its input, its packages and what it left", async () => {
    const { made, finished, refused } = await tampered(async () => undefined);
    expect(refused).toEqual([]);
    expect(finished.solution).toBe("track-1/init-1");
    const executed = values(made, "executed").filter((each) => each.solution === "track-1/init-1");
    const views = executed.map((each) => each.view);
    expect(views.sort()).toEqual(["final", "fold-0", "sealed", "shuffled-0"]);
    expect(new Set(executed.map((each) => each.codeHash)).size).toBe(1);
    expect(new Set(executed.map((each) => each.environment)).size).toBe(1);
    for (const { inputHash, submissionHash } of executed)
      expect([inputHash, submissionHash]).toEqual([
        expect.stringMatching(/^[0-9a-f]{64}$/u),
        expect.stringMatching(/^[0-9a-f]{64}$/u),
      ]);
  });

  test("a submission that was changed on disk after its execution is refused; the one that stood stands", async () => {
    const { made, refused } = await tampered(
      (folder) => writeFile(attempt(folder, "final.csv"), "score:0.99"),
      { config: { tracks: 1 } },
    );
    expect(refused).toMatchObject([
      { why: expect.stringContaining("not the file that its execution left") },
    ]);
    expect(values(made, "submission-written").map(({ solution }) => solution === null)).toEqual([
      true,
      false,
    ]);
    expect(await readFile(join(made.folder, "submission.csv"), "utf8")).toBe("score:0.55");
  });

  test("a script that was changed on disk is not what is published: the one that was run is", async () => {
    const { made, finished, refused } = await tampered((folder) =>
      writeFile(attempt(folder, "solution.py"), "print('other')\n"),
    );
    expect([finished.solution, refused]).toEqual(["track-1/init-1", []]);
    expect(await readFile(join(made.folder, "solution.py"), "utf8")).toBe(script(0.55));
  });

  test("data that were changed under a view since, or another script of that name, validate nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mle-star-provenance-"));
    const config = { ...small, candidates: 1, outerSteps: 0 };
    const first = await openWorld({ folder, config, behavior: scoreOf });
    await first.handle.run.referee.input("fold-0");
    await writeFile(join(folder, "input", "train.csv"), "id,y\n1,2\n");
    await pipeline(first.handle.run);
    const { solution } = first.handle.run.evaluated.get("track-1/init-1") ?? {};
    await first.close();
    if (solution === undefined) throw new Error("nothing was evaluated");
    const file = attempt(folder, "final.csv");
    world = await openWorld({ folder, config, behavior: scoreOf });
    const { run } = world.handle;
    expect(await whyUnvalidated(run, [solution], file)).toBeNull();
    const other = { ...solution, code: `${solution.code}# other\n` };
    expect(await whyUnvalidated(run, [other], file)).toContain("another script was run on fold-0");
    const unknown = { ...solution, id: "track-9/init-1" };
    expect(await whyUnvalidated(run, [unknown], file)).toContain("never run on fold-0");
    await world.close();
    await writeFile(join(folder, "input", "train.csv"), "id,y\n1,3\n");
    world = await openWorld({ folder, config, behavior: scoreOf });
    expect(await whyUnvalidated(world.handle.run, [solution], file)).toContain(
      "is not what fold-0 shows now",
    );
    await rm(folder, { recursive: true, force: true });
  });
});

describe("a run that goes on elsewhere", () => {
  const progress = openProgress(process.stderr, false);
  const sandbox = { describe: "scripted", protectsFiles: true, packages: [] as string[] };

  test("is refused where scripts would import other packages", async () => {
    world = await openWorld();
    const other = { ...sandbox, packages: ["lightgbm==4.6.0"] };
    await expect(checkEnvironment(world.journal, other, "r", progress)).rejects.toThrow(
      /other Python packages \(\+lightgbm==4\.6\.0\)/u,
    );
  });

  test("is marked, once, where the engine is another with the same packages", async () => {
    world = await openWorld();
    await checkEnvironment(world.journal, sandbox, "r", progress);
    expect(values(world, "environment-changed")).toEqual([]);
    const moved = { ...sandbox, describe: "bwrap: 0.11" };
    await checkEnvironment(world.journal, moved, "r", progress);
    await checkEnvironment(world.journal, moved, "r", progress);
    expect(values(world, "environment-changed")).toEqual([
      { from: "scripted", to: "bwrap: 0.11", protectsFiles: true },
    ]);
  });
});
