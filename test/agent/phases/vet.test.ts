import { describe, expect, test } from "vitest";
import type { Config } from "../../../agent/config.ts";
import type { Request } from "../../../agent/models/model.ts";
import type { RoleInputs } from "../../../agent/roles/inputs.ts";
import { judgedPlans } from "../../../runs/report/across/vetted-plans.ts";
import { fenced, inTurn, runWorld, values } from "../../fakes/run-world.ts";
import type { World } from "../../fakes/world.ts";

const change = (plan: string, quality: number) =>
  `${plan}\n\nblock-4:\n${fenced(`quality = ${quality}`)}`;
const verdict = (score: number, why = "Too vague.") =>
  `${why}\ngain: 10\ngrounded: 10\nfeasible: 10\nscore: ${score}`;
const script: Partial<Config> = { refinement: "script", attempts: 2 };
const block: Partial<Config> = { refinement: "block", attempts: 2 };
const asked = (world: World, role: string) =>
  world.model.asked.filter((each) => each.role === role);
const attempts = (world: World) =>
  values(world, "evaluated").filter(({ origin }) => origin === "refine");

describe("by default, without a model", () => {
  test("a change that makes a script which was run already is planned again, and not run", async () => {
    const answers = inTurn("refiner", [change("A.", 0.2), change("B.", 0.2), change("C.", 0.3)]);
    await using ran = await runWorld({ answers, config: script });
    const [vetted] = values(ran.world, "plan-vetted");
    expect(vetted).toMatchObject({ plan: "B.", score: -100, violations: [{ check: "repeat" }] });
    expect(attempts(ran.world).map(({ plan }) => plan)).toEqual(["A.", "C."]);
    const again = asked(ran.world, "refiner").at(-1)?.input as RoleInputs["refiner"];
    expect(again.refused[0]).toContain("run already");
  });

  test("one that is refused twice is no attempt that costs anything, and the step goes on", async () => {
    const same = change("B.", 0.2);
    const answers = inTurn("refiner", [change("A.", 0.2), same, same, change("D.", 0.4)]);
    await using ran = await runWorld({ answers, config: { ...script, attempts: 3 } });
    expect(attempts(ran.world).map(({ plan }) => plan)).toEqual(["A.", "D."]);
    expect(values(ran.world, "plan-vetted").map(({ accepted }) => accepted)).toEqual([
      false,
      false,
    ]);
  });

  test("a plan for a block that says in other words what was tried is planned again", async () => {
    const plans = inTurn("planner", ["Increase n_estimators.", "Standardize the columns."]);
    await using ran = await runWorld({ answers: plans, config: block });
    expect(values(ran.world, "plan-vetted")).toMatchObject([{ violations: [{ check: "repeat" }] }]);
    expect(attempts(ran.world).at(-1)?.plan).toBe("Standardize the columns.");
    expect(asked(ran.world, "verifier")).toEqual([]);
  });

  test("an ensemble's plan is checked alike", async () => {
    const plans = inTurn("ensemble-planner", [
      "Fit the weights with the test labels.",
      "Average the ranks.",
    ]);
    await using ran = await runWorld({
      answers: plans,
      config: { tracks: 2, ensembleAttempts: 1 },
    });
    expect(values(ran.world, "plan-vetted")).toMatchObject([
      { violations: [{ check: "answers" }] },
    ]);
    const made = values(ran.world, "evaluated").find(({ origin }) => origin === "ensemble");
    expect(made?.plan).toBe("Average the ranks.");
  });

  test("nothing is checked where it is switched off", async () => {
    const answers = inTurn("refiner", [change("A.", 0.2), change("B.", 0.2)]);
    await using ran = await runWorld({ answers, config: { ...script, planVerify: "off" } });
    expect(values(ran.world, "plan-vetted")).toEqual([]);
    expect(attempts(ran.world)).toHaveLength(2);
  });
});

describe("with a verifier", () => {
  const config: Partial<Config> = {
    ...script,
    attempts: 1,
    planVerify: "exec+llm",
    planThreshold: 60,
  };
  /** Scores what a plan says in its number. */
  const judging = (request: Request) => {
    const { plan } = request.input as RoleInputs["verifier"];
    if (request.role === "verifier") return verdict(Number(/-?\d+/u.exec(plan)?.[0] ?? 0));
    if (request.role === "constraints") return '{"constraints": ["Keep the names."]}';
    if (request.role === "plan-selector") return '{"bon": 0.9, "tot": 0.1, "rebase": 0.1}';
    return null;
  };

  test("a plan that is good enough is run, after the constraints were named once", async () => {
    const answers = (request: Request) =>
      judging(request) ?? (request.role === "refiner" ? change("Worth 70.", 0.7) : null);
    await using ran = await runWorld({ answers, config: { ...config, attempts: 2 } });
    expect(asked(ran.world, "constraints")).toHaveLength(1);
    const [vetted] = values(ran.world, "plan-vetted");
    expect(vetted).toMatchObject({ accepted: true, score: 70, method: "given", turns: [] });
    expect(asked(ran.world, "verifier")[0]?.prompt).toContain("> Keep the names.");
    expect(judgedPlans(ran.world.journal.events)).toContainEqual({ score: 70, gained: true });
  });

  test("one below the threshold is written anew with the verifier's words, and carried out", async () => {
    let written = 0;
    const answers = (request: Request) => {
      if (request.role === "plan-writer") {
        written += 1;
        return JSON.stringify({ plan: `Worth ${30 + 20 * written}.`, isComplete: true });
      }
      const { carryOut } = request.input as RoleInputs["refiner"];
      if (request.role === "refiner")
        return change(carryOut ?? "Worth -20.", carryOut === null ? 0.2 : 0.8);
      return judging(request);
    };
    await using ran = await runWorld({ answers, config });
    const [vetted] = values(ran.world, "plan-vetted");
    expect(vetted).toMatchObject({ plan: "Worth 70.", score: 70, accepted: true, method: "bon" });
    expect(vetted?.turns).toMatchObject([{ method: "bon", score: 70 }]);
    const [first] = asked(ran.world, "plan-writer").map(
      (each) => each.input as RoleInputs["plan-writer"],
    );
    expect(first?.words).toContain("scored -20: Too vague.");
    expect(asked(ran.world, "plan-writer")).toHaveLength(2);
    expect(attempts(ran.world)).toMatchObject([{ plan: "Worth 70." }]);
  });

  test("the best is run when the calls are used up below the threshold", async () => {
    const answers = (request: Request) => {
      if (request.role === "plan-writer")
        return JSON.stringify({ plan: "Worth 40.", isComplete: true });
      const { carryOut } = request.input as RoleInputs["refiner"];
      if (request.role === "refiner") return change(carryOut ?? "Worth -20.", 0.8);
      return judging(request);
    };
    await using ran = await runWorld({ answers, config: { ...config, planCalls: 5 } });
    const roles = ["verifier", "plan-selector", "plan-writer"];
    const calls = roles.flatMap((role) => asked(ran.world, role));
    expect(calls.length).toBeLessThanOrEqual(5);
    expect(values(ran.world, "plan-vetted")[0]).toMatchObject({ score: 40, accepted: false });
    expect(attempts(ran.world)[0]?.plan).toBe("Worth 40.");
  });

  test("the threshold comes from what executed plans of earlier runs gained", async () => {
    const past = Array.from({ length: 40 }, (_, at) => ({
      score: at < 20 ? 10 : 55,
      gained: at >= 20,
    }));
    const answers = (request: Request) =>
      judging(request) ?? (request.role === "refiner" ? change("Worth 56.", 0.7) : null);
    const free = { ...config, planThreshold: null };
    await using ran = await runWorld({ answers, config: free, pastPlans: past });
    expect(values(ran.world, "plans-calibrated")).toMatchObject([{ plans: 40, threshold: 55 }]);
    expect(values(ran.world, "plan-vetted")[0]).toMatchObject({ accepted: true, threshold: 55 });
  });
});
