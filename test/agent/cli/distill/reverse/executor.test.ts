import { join } from "node:path";
import { expect, test } from "vitest";
import { openExecutor } from "../../../../../agent/cli/distill/reverse/executor.ts";
import { plantedBugs } from "../../../../../agent/distill/reverse/bugs.ts";
import type { Checks } from "../../../../../agent/distill/reverse/checks.ts";
import { failedTask, plantedTasks } from "../../../../../agent/distill/reverse/debug-tasks.ts";
import { askedAs, taughtRow } from "../../../../../agent/distill/reverse/reverse-rows.ts";
import { ruleTeacher } from "../../../../../agent/distill/reverse/rule-teacher.ts";
import { loadCompetition } from "../../../../../tasks/load.ts";
import { writeWages } from "../../../../end-to-end/made-competition.ts";
import { sampled } from "../../../../sample.ts";
import { temporaryFolder } from "../../../../sandbox/temporary-folder.ts";
import { madeCall } from "../../../distill/made-calls.ts";
import { shortScript } from "../../../distill/reverse/short-scripts.ts";

const scripts = [0, 1, 2, 3].map((model) => shortScript({ id: "id", target: "pay" }, model));
const bugs = scripts.flatMap((code, place) =>
  plantedBugs(code, "test").map((bug) => ({ ...bug, place })),
);

async function openHere(folder: string) {
  const wages = await loadCompetition(await writeWages(join(folder, "wages")));
  return await openExecutor({
    find: async () => wages,
    file: join(folder, "executions.jsonl"),
    sandbox: "process",
    trustedCode: true,
    seconds: 60,
    report: () => undefined,
  });
}

test("there are 20 bugs and more, of 12 kinds and more", () => {
  expect(bugs.length).toBeGreaterThanOrEqual(20);
  expect(new Set(bugs.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(12);
});

test("put back as they are described, bugs raise the same exception: 19 of 20 at least", {
  timeout: 3_600_000,
}, async () => {
  await using folder = await temporaryFolder();
  await using executor = await openHere(folder.path);
  const whose = { competition: "wages", run: "r1" };
  const checks: Checks = {
    run: (_, code) => executor.run(whose, code),
    findings: async () => () => [],
    judge: null,
  };
  const seen: string[] = [];
  const drawn = sampled(bugs.slice(0, 20), { size: 3, seed: 1 });
  for (const { kind, code, place } of drawn) {
    const call = madeCall({ codeAfter: scripts[place] ?? "", role: "coder" });
    const [some] = plantedTasks([call], { perScript: 1, licenses: new Map() });
    const { exception, traceback } = await executor.run(whose, code);
    if (some === undefined || exception === null || traceback === null) {
      seen.push(`${kind}: raises nothing`);
      continue;
    }
    const task = failedTask({ ...some, broken: code, kind }, { exception, traceback });
    const judged = await taughtRow(task, ruleTeacher, {
      checks,
      asked: askedAs("debugger", "short"),
    });
    seen.push(`${kind}: ${"row" in judged ? "reproduced" : judged.dropped}`);
  }
  const reproduced = seen.filter((each) => each.endsWith(": reproduced"));
  expect(reproduced.length, seen.join("\n")).toBeGreaterThanOrEqual(Math.ceil(0.95 * drawn.length));
});
