import { expect, test } from "vitest";
import type { RoleInputs } from "../../../../agent/roles/inputs.ts";
import { script } from "../../../fakes/answers.ts";
import { type Ran, runWorld, values } from "../../../fakes/run-world.ts";

/** The model of the made-up script is its fifth statement, in its eleventh line. */
const MODEL = 5;

function inputOf<T>(ran: Ran, role: string): T {
  const [first] = ran.world.model.asked.filter((each) => each.role === role);
  return first?.input as T;
}

test("who refines a script sees the seconds of its blocks, by the lines of the script itself", async () => {
  const spent = [
    { line: 2, seconds: 4 },
    { line: 3, seconds: 2 },
    { line: MODEL, seconds: 33 },
  ];
  await using ran = await runWorld({
    config: { refinement: "script", tracks: 1, candidates: 1, outerSteps: 1, attempts: 1 },
    behavior: () => ({ score: 0.5, seconds: 40, spent }),
  });
  const { blocks, spent: shown } = inputOf<RoleInputs["refiner"]>(ran, "refiner");
  const titleOf = (id: string) => blocks.find((each) => each.id === id)?.title;
  expect(shown.map(({ block, seconds }) => [titleOf(block), seconds])).toEqual([
    ["read the data", 6],
    ["model", 33],
  ]);
  const [executed] = values(ran.world, "executed");
  expect(executed?.spent?.at(-1)).toEqual({
    line: 11,
    text: expect.stringContaining("quality = "),
    seconds: 33,
  });
});

test("of a quick script nobody is told where the time goes", async () => {
  await using ran = await runWorld({
    config: { refinement: "script", tracks: 1, candidates: 1, outerSteps: 1, attempts: 1 },
    behavior: () => ({ score: 0.5, seconds: 1, spent: [{ line: MODEL, seconds: 1 }] }),
  });
  expect(inputOf<RoleInputs["refiner"]>(ran, "refiner").spent).toEqual([]);
});

test("who mends a script that ran out of time is told where it was then, and what took long before", async () => {
  const spent = [
    { line: 2, seconds: 4 },
    { line: 4, seconds: 20 },
    { line: MODEL, seconds: 96 },
  ];
  await using ran = await runWorld({
    config: { tracks: 1, candidates: 1, outerSteps: 0 },
    behavior: (code) =>
      code.includes("slow")
        ? { outcome: "timed-out", exitCode: null, seconds: 120, spent, log: "fold 1" }
        : { score: 0.5 },
    answers: ({ role }) =>
      role === "initializer" ? `\`\`\`python\n${script(0.4, "slow")}\`\`\`` : null,
  });
  const { error } = inputOf<RoleInputs["debugger"]>(ran, "debugger");
  expect(error).toContain(
    "timed-out after 120.0 s\nfold 1\nIts time was up in line 11 (quality = 0.4), 96 s.",
  );
  expect(error).toContain('Before that: line 8 (feature = "slow"), 20 s; line 4 (train = ');
});
