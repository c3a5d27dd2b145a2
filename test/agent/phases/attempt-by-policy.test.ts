import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Config } from "../../../agent/config.ts";
import type { Request } from "../../../agent/models/model.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import type { RoleInputs } from "../../../agent/roles/inputs.ts";
import { Interrupted } from "../../../runs/errors.ts";
import { sha256 } from "../../../runs/sha256.ts";
import { fenced, runWorld, small, values } from "../../fakes/run-world.ts";
import { openWorld, type World, type WorldOptions } from "../../fakes/world.ts";
import { sampled } from "../../sample.ts";

const policies = ["bon", "iad", "hybrid", "abmcts", "auto"] as const;

/** A quality between 0.5 and 0.9 that the place of a question decides: the same in every session. */
function qualityAt(at: string): number {
  return (510 + (Number.parseInt(sha256(at).slice(0, 6), 16) % 400)) / 1000;
}

/** Answers that depend on the place alone. */
const answers = ({ role, at, input }: Request) => {
  const quality = `quality = ${qualityAt(at)}\n`;
  if (role === "coder") return fenced(quality);
  if (role === "critic") return "Smaller steps help.";
  if (role !== "refiner") return null;
  const { blocks } = input as RoleInputs["refiner"];
  const block = blocks.filter(({ isProtected }) => !isProtected).at(-1);
  return `Use the ${at} way.\n\n${block?.id}:\n${fenced(quality)}`;
};

const settings = (more: Partial<Config>): WorldOptions => ({
  answers,
  config: { ...small, candidates: 1, ablationVariants: 1, refineK: 2, refineRounds: 3, ...more },
});

const asked = (world: World, role: string) =>
  world.model.asked.filter((each) => each.role === role);

test.each(["bon", "iad"] as const)(
  "by block %s makes K times its rounds of attempts, and no more",
  async (refinePolicy) => {
    const config = { refinement: "block" as const, refinePolicy, planVerify: "off" as const };
    await using ran = await runWorld(settings(config));
    const attempts = values(ran.world, "evaluated").filter(({ origin }) => origin === "refine");
    expect(attempts).toHaveLength(6);
    expect(asked(ran.world, "coder")).toHaveLength(6);
  },
);

describe.each(["script", "block"] as const)("by %s", (refinement) => {
  test("iad shows the best and the worst script of the step with scores and a critique", async () => {
    await using ran = await runWorld(
      settings({ refinement, refinePolicy: "iad", accept: "strict" }),
    );
    const role = refinement === "script" ? "refiner" : "planner";
    const shown = asked(ran.world, role).filter(({ at }) => /attempt-[3-6]\//u.test(at));
    const made = values(ran.world, "evaluated").filter(({ origin }) => origin === "refine");
    const [first, second] = made.map(({ evaluation }) => evaluation.score ?? 0);
    const [good, bad] = [Math.max(first ?? 0, second ?? 0), Math.min(first ?? 0, second ?? 0)];
    const [input] = shown.map((each) => each.input as RoleInputs["refiner"]);
    expect(input?.feedback).toMatchObject({ best: { score: good }, worst: { score: bad } });
    expect(input?.feedback?.best.code).toContain(`quality = ${good}`);
    expect(input?.feedback?.worst.code).toContain(`quality = ${bad}`);
    expect(input?.feedback?.critique).toContain("Smaller steps help.");
    expect(input?.history).toEqual([]);
    const [contrast] = values(ran.world, "contrasted");
    expect(contrast?.facts[0]).toContain(`the best scored ${good}`);
    expect(contrast?.isCredited).toBeNull();
  });
});

test("scores alone are shown without a critique, and a critique without scores", async () => {
  const feedbackOf = async (feedback: Config["feedback"]) => {
    const config = { refinement: "script" as const, refinePolicy: "iad" as const, feedback };
    await using ran = await runWorld(settings({ ...config, accept: "strict" }));
    const inputs = asked(ran.world, "refiner").map((each) => each.input as RoleInputs["refiner"]);
    const { best, critique } = inputs.at(-1)?.feedback ?? { best: null, critique: null };
    return { score: best?.score, critique, critics: asked(ran.world, "critic").length };
  };
  expect(await feedbackOf("scores")).toMatchObject({ critique: null, critics: 0 });
  const { score, critique } = await feedbackOf("critique");
  expect(score).toBeNull();
  expect(critique).toContain("Smaller steps help.");
});

test("a failed attempt is the worst, and its error the first thing that is said of it", async () => {
  const behavior = (code: string) => {
    const quality = Number(/quality = ([\d.]+)/u.exec(code)?.[1] ?? 0);
    const fails = code.includes("broken");
    return fails
      ? { outcome: "error" as const, log: "Traceback\nKeyError: 'ratio'" }
      : { score: quality };
  };
  const broken = (request: Request) =>
    /attempt-1\/refiner/u.test(request.at)
      ? `Break it.\n\nblock-4:\n${fenced('quality = "broken"\n')}`
      : answers(request);
  const config = { refinement: "script" as const, refinePolicy: "iad" as const, debugRounds: 0 };
  await using ran = await runWorld({ ...settings(config), answers: broken, behavior });
  const [contrast] = values(ran.world, "contrasted");
  expect(contrast?.worst).toMatch(/attempt-1$/u);
  expect(contrast?.facts.join()).toContain("KeyError: 'ratio'");
  const [, later] = values(ran.world, "contrasted");
  expect(later?.facts.join()).not.toContain("KeyError");
});

test("a metric that is minimized is turned: the smallest score stands", async () => {
  const config = {
    refinement: "script" as const,
    refinePolicy: "iad" as const,
    accept: "strict" as const,
  };
  await using ran = await runWorld({ ...settings(config), direction: "minimize" });
  const scores = values(ran.world, "evaluated")
    .filter(({ origin }) => origin === "refine")
    .map(({ evaluation }) => evaluation.score ?? 1);
  const moves = values(ran.world, "policy-moved").flatMap(({ move }) =>
    move.do === "attempt" ? move.draws : [],
  );
  const scoreAt = (id: string) => ran.world.handle.run.evaluated.get(id)?.evaluation.score ?? 1;
  const best = moves.at(-1)?.from ?? "";
  const before = Math.min(scoreAt(moves[0]?.from ?? ""), ...scores.slice(0, 4));
  expect(scoreAt(best)).toBe(before);
});

/** What a run came to, whatever sessions it took. */
const cameTo = (world: World) => ({
  moves: values(world, "policy-moved"),
  scripts: values(world, "evaluated")
    .map(({ solution, plan, evaluation }) => [solution, plan, evaluation.score])
    .sort(),
  decided: values(world, "decided").map(({ step, challenger, accepted }) => [
    step,
    challenger,
    accepted,
  ]),
});

describe("killed after any event of the search and gone on with", () => {
  test.each(policies)(
    "%s comes to the same, and asks and runs nothing twice",
    async (refinePolicy) => {
      const split = { folds: [{ view: "fold-0" as const, trainRows: 800, validRows: 200 }] };
      const whole = {
        ...settings({ refinement: "script", refinePolicy }),
        split,
        compare: () => 0.8,
      };
      await using first = await runWorld(whole);
      const expected = cameTo(first.world);
      expect(expected.scripts.filter(([id]) => /attempt-\d+$/u.test(String(id)))).toHaveLength(6);
      expect(expected.moves.at(-1)?.move.do).toBe("stop");
      expect(expected.moves.every(({ move }) => move.why !== "")).toBe(true);
      const from = first.world.journal.events.findIndex(({ type }) => type === "policy-moved");
      const to = first.world.journal.events.findLastIndex(({ type }) => type === "policy-moved");
      const places = Array.from({ length: to - from + 1 }, (_, index) => from + index + 1);
      for (const place of sampled(places, { size: 1, seed: 30 + policies.indexOf(refinePolicy) })) {
        const folder = await mkdtemp(join(tmpdir(), "mle-star-killed-"));
        const cut = await openWorld({ ...whole, folder });
        const calls = cut.model.asked;
        cut.journal.subscribe(() => cut.journal.events.length >= place && cut.handle.abort());
        await expect(pipeline(cut.handle.run)).rejects.toBeInstanceOf(Interrupted);
        await cut.close();
        const again = await openWorld({ ...whole, folder });
        await pipeline(again.handle.run);
        expect(cameTo(again)).toEqual(expected);
        const answered = values(again, "answered").length;
        expect(new Set(again.journal.events.map(({ type, key }) => `${type} ${key}`)).size).toBe(
          again.journal.events.length,
        );
        expect(answered).toBe(values(first.world, "answered").length);
        expect(calls.length).toBeLessThanOrEqual(answered + 2);
        await again.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
