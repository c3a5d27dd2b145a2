import { join } from "node:path";
import { expect, test } from "vitest";
import { readHistory } from "../../../runs/record/history.ts";
import { runWorld, values } from "../../fakes/run-world.ts";
import { scoreOf } from "../../fakes/world.ts";

test("skips planned ensembles with one track and blends the bank all the same", async () => {
  await using ran = await runWorld({ config: { ensembleAttempts: 2, blends: true } });
  expect(ran.world.model.asked.some((each) => each.role === "ensembler")).toBe(false);
  const [blend] = values(ran.world, "blended");
  const history = readHistory(join(ran.world.folder, "history.git"), {
    path: process.env.PATH ?? "",
  });
  const recipe = JSON.parse(await history.read(blend?.commit ?? "", "blend.json"));
  expect(recipe.method).toBe(blend?.method);
  const [member] = recipe.members;
  expect(await history.read(blend?.commit ?? "", member.file)).toContain("quality");
});

test("lets the best of tracks and ensembles win, a failed ensemble never", async () => {
  const behavior = (code: string, job: { at: string }) =>
    job.at.startsWith("ensemble")
      ? { outcome: "error" as const, exitCode: 1, log: "x" }
      : { score: scoreOf(code) };
  await using ran = await runWorld({
    behavior,
    config: { tracks: 2, ensembleAttempts: 2, debugRounds: 0 },
  });
  expect(ran.finished.solution).toMatch(/^track-/u);
});
